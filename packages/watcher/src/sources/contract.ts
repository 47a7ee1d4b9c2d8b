import type { Kind, ObjectKind } from './kinds.ts';
import type { Shape } from './shape.ts';

export { KINDS, type Kind, type ObjectKind } from './kinds.ts';

/**
 * The contract between whoever reads Kubernetes objects (a cluster, a directory of manifests)
 * and whoever makes claims on names of them (projection/). Nothing here knows DNS.
 *
 *   source ──beginList, upsert*, endList──▶ sink      the whole of a kind, at the start and on relist
 *          ──upsert | remove, … , flush──▶            changes, as they arrive
 */

/**
 * What a source delivers to. Every call is synchronous and in order; a sink may not throw: an
 * exception is a bug, ends the source, and comes out of {@link Source.start}.
 */
export interface Sink {
  /**
   * A full list of `kind` begins. Nothing known is dropped yet: what has not been upserted between
   * the latest beginList and endList is gone at endList. Called again on relist, and also
   * before any endList when a list broke off and starts over.
   */
  beginList(kind: Kind): void;
  /**
   * The object exists and reads so now: new, changed or unchanged.
   *
   * @param key `namespace/name`, or `name` where the kind has no namespaces; unique within the kind
   * @param object at least those of its members that the kind's `fields` name; somebody else's bytes, so of
   *   any shape. Nobody changes it any more: a sink may keep what it likes of it
   */
  upsert(kind: Kind, key: string, object: Shape): void;
  /** The object is deleted. Also called for keys that were never upserted. */
  remove(kind: Kind, key: string): void;
  /** The list is complete: the kind is synced as of now. */
  endList(kind: Kind): void;
  /** The kind's state changed, or its next attempt did. For logs, metrics, /status. */
  status(kind: Kind, status: KindStatus): void;
  /**
   * Called once after the events that arrived together were delivered, so that what came together is
   * published together. A list is one such delivery: its flush follows endList. A flush is
   * nobody's in particular: one kind's may come amid the list of another.
   */
  flush(): void;
}

/** How a source stands with one kind. */
export interface KindStatus {
  /**
   * `failing`: what was delivered so far stays true as far as anybody knows, and may be out of date. `absent`: the
   * cluster has no such kind, which is read and empty until it has.
   */
  readonly state: 'listing' | 'watching' | 'failing' | 'absent';
  /** One line for people: what failed, where, what to do. */
  readonly reason?: string;
  /** It fails because the server's rules forbid it (403): so it will until somebody changes them. */
  readonly isForbidden?: boolean;
  /** What they lack, as far as it fails for that: a rule each, of the verbs list and watch. */
  readonly missingRules?: readonly MissingRule[];
  /** Milliseconds until the next attempt. */
  readonly retryInMs?: number;
}

/** A rule of RBAC that somebody has to write. */
export interface MissingRule {
  /** API group; '' for the core group. */
  readonly group: string;
  /** As rules name it: `ingresses`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Where a Role is enough; absent: it takes a ClusterRole. */
  readonly namespace?: string;
  /** It is about one object. */
  readonly name?: string;
}

/** Where objects come from. */
export interface Source {
  /**
   * Delivers until `signal` aborts, then resolves, with its sockets, watches and timers gone. Rejects only with
   * {@link SourceError}, for what waiting can't mend, and then before any delivery; all else is retried and told
   * through {@link Sink.status}. To be called once, and again only after it has rejected.
   */
  start(sink: Sink, signal: AbortSignal): Promise<void>;
  /**
   * Reads the kind as well, all of it, if it is not among those of the start; of one that is read already all is
   * delivered again. Either way a list follows, never before this returns: a sink may call it amid a delivery.
   */
  read(kind: Kind): void;
  /**
   * Reads no more than this from now on: what else is read has nobody who wants it any more. Of kinds of which less
   * is wanted than before a list may follow.
   */
  keep(wanted: readonly Wanted[]): void;
}

/** An object of a kind that has namespaces. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** A kind that is to be read. */
export interface Wanted {
  readonly kind: ObjectKind;
  /** These objects and no others, wherever they are: a Role that names them suffices. Absent: all there are. */
  readonly only?: readonly ObjectName[];
}

/** Stable codes of {@link SourceError}. */
export type SourceErrorCode =
  /** The kubeconfig file doesn't exist. */
  | 'KUBECONFIG_MISSING'
  /** It can't be read: permissions, a directory. */
  | 'KUBECONFIG_UNREADABLE'
  /** It is no kubeconfig: YAML, or what it refers to is not in it. */
  | 'KUBECONFIG_INVALID'
  /** It doesn't have the context that was asked for, or names no current one. */
  | 'CONTEXT_MISSING'
  /** In-cluster configuration outside a pod, or in one without a service account. */
  | 'SERVICE_ACCOUNT_MISSING'
  /** A directory of manifests is absent, or no directory. */
  | 'MANIFESTS_MISSING';

/** Something that waiting can't mend. The message is one line: what, where, what to do. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where log lines go; pino's loggers fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
