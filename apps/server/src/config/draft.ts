import type { AccessRule, ChaosSettings, RateLimits } from '@seamark/matcher';
import type { Token } from '../corefile/token.ts';
import type { Directive } from '../corefile/tree.ts';
import type { GatewayDraft } from './gateway-draft.ts';
import type { Placed } from './placed.ts';
import type {
  ConnectionsConfig,
  CookieSecretsConfig,
  ForwardConfig,
  HealthConfig,
  HttpAddress,
  ListenerTransport,
  LogRule,
  ReloadConfig,
  TemplateConfig,
  TimeoutsConfig,
  TlsConfig,
  WorkersConfig,
} from './server-config.ts';

/** One key of a server block; an address range has made several. */
export interface KeyDraft {
  readonly zone: string;
  readonly transport: ListenerTransport;
  readonly port: number;
  readonly token: Token;
}

/** What one `file` has said so far. */
export interface FileDraft {
  readonly token: Token;
  /** Absolute. */
  readonly file: string;
  readonly zones: readonly Placed<string>[];
  reloadMs: number;
  fallthrough?: readonly string[];
}

/** What `hosts` has said so far. */
export interface HostsDraft {
  readonly token: Token;
  /** Absolute. */
  readonly file: string;
  readonly zones: readonly Placed<string>[];
  /** Lines that begin with an address. */
  readonly inline: Directive[];
  ttl: number;
  reverse: boolean;
  reloadMs: number;
  fallthrough?: readonly string[];
}

/** What one `rrl` has said. */
export interface RateLimitDraft {
  readonly token: Token;
  /** Folded; where it counts. */
  readonly zones: readonly string[];
  readonly limits: RateLimits;
  /** Answers of a sort to a network that are told apart. */
  readonly tableSize: number;
}

/** What the directives of one server block have said so far. */
export interface BlockDraft {
  readonly keys: readonly KeyDraft[];
  readonly addresses: Set<string>;
  readonly gateways: GatewayDraft[];
  readonly files: FileDraft[];
  readonly forwards: ForwardConfig[];
  readonly templates: TemplateConfig[];
  hosts?: HostsDraft;
  readonly log: LogRule[];
  readonly acl: AccessRule[];
  readonly rateLimits: RateLimitDraft[];
  cookies?: Placed<'require' | 'off' | 'on'>;
  cookieSecrets?: Placed<CookieSecretsConfig>;
  any: boolean;
  debug: boolean;
  errors: boolean;
  loop: boolean;
  bufsize?: Placed<number>;
  chaos?: Placed<ChaosSettings>;
  nsid?: Placed<string>;
  proxyproto?: Placed<readonly string[]>;
  tls?: Placed<TlsConfig>;
  health?: Placed<HealthConfig>;
  ready?: Placed<HttpAddress>;
  prometheus?: Placed<HttpAddress>;
  workers?: Placed<WorkersConfig>;
  reload?: Placed<ReloadConfig | 'off'>;
  tcp?: Placed<ConnectionsConfig>;
  timeouts?: Placed<TimeoutsConfig>;
}
