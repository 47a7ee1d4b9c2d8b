import type { Token } from '../corefile/token.ts';
import type {
  HealthConfig,
  HttpAddress,
  ResourceKind,
  SourceConfig,
  WorkersConfig,
} from './server-config.ts';

/** A value and the token that it was read from, for errors that come of comparing two. */
export interface Placed<T> {
  readonly value: T;
  readonly token: Token;
}

/** One key of a server block; an address range has made several. */
export interface KeyDraft {
  readonly zone: string;
  readonly port: number;
  readonly token: Token;
}

/** What the directives of one server block have said so far. */
export interface BlockDraft {
  readonly keys: readonly KeyDraft[];
  readonly addresses: Set<string>;
  readonly gateways: GatewayDraft[];
  log: boolean;
  errors: boolean;
  health?: Placed<HealthConfig>;
  ready?: Placed<HttpAddress>;
  prometheus?: Placed<HttpAddress>;
  workers?: Placed<WorkersConfig>;
}

/** What one `k8s_gateway` has said so far; what is missing has its default. */
export interface GatewayDraft {
  readonly token: Token;
  readonly zones: readonly Placed<string>[];
  resources: readonly ResourceKind[];
  ttl: number;
  apex: string;
  secondary?: Placed<string>;
  source?: Placed<SourceConfig>;
}
