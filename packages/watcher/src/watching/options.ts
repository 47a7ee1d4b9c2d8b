import type { ProjectionOptions } from '../projection/contract.ts';
import type { Kind, Logger, Source } from '../sources/contract.ts';
import type { After, ResolverAddress } from '../targets/contract.ts';
import type { GatewayOptions } from '../zone-index/gateway.ts';

/** A source, and what to call it in logs and metrics. */
export interface WatchedSource {
  readonly label: string;
  /** Those that it reads from the start. */
  readonly kinds: readonly Kind[];
  readonly source: Source;
}

/** A gateway, what it takes of objects, and which of the sources (by index) it takes them from; 16 at the most. */
export interface WatchedGateway extends Omit<GatewayOptions, 'clusters' | 'hosts' | 'files'> {
  /** Its clusters, the one that takes precedence first; none twice. None where there are no `resources`. */
  readonly sources: readonly number[];
  /** Hosts files and zone files; none twice. */
  readonly hosts?: readonly number[];
  readonly files?: readonly number[];
  /** Zones, folded, whose names zone files may give records; default: all. */
  readonly fallthrough?: readonly string[];
  /**
   * How long kinds that can't be read hold back negative answers; counted from the start, and anew once the first of
   * them has been read. Infinity: until all have been. Default 60,000.
   */
  readonly syncTimeoutMs?: number;
  /** Whom to ask for the addresses of load balancers that have a host name. None: those of /etc/resolv.conf. */
  readonly resolvers?: readonly ResolverAddress[];
  /** Default: every object of its kinds. */
  readonly projection?: Partial<ProjectionOptions>;
}

/** Gateways that answer together: one snapshot. */
export interface WatchedView {
  readonly gateways: readonly WatchedGateway[];
}

export interface WatcherOptions {
  readonly views: readonly WatchedView[];
  readonly sources: readonly WatchedSource[];
  /** Threads that will read each snapshot at the same time, at most. */
  readonly readers: number;
  readonly log: Logger;
  /**
   * The last serial of each zone, in the order of views, their gateways and their zones. Shared memory
   * lets a watcher that takes over after another goes on from where that one was: the clock alone
   * would be behind after more than one change a second. Default: memory of its own.
   */
  readonly serials?: Uint32Array;
  /** When host names are resolved again. Default: by the clock. */
  readonly after?: After;
  /**
   * Names that `explain` will be asked about: who is passed over for them is noted, which takes a look at every claim
   * for each of them.
   */
  readonly explain?: readonly string[];
  /** Called after each publication and each change of a kind's state. */
  readonly onChange?: () => void;
  /** Called when a kind of a source has been read for the first time, and what it has is published. */
  readonly onRead?: () => void;
  /** Called when all that a view's sources have is published for the first time. */
  readonly onSynced?: () => void;
}
