/**
 * The contract between whoever reads Kubernetes objects (a cluster, a directory of manifests)
 * and whoever makes DNS of them (the zone index). Nothing here knows zones or wire format.
 *
 *   source ──beginList, upsert*, endList──▶ sink      the whole of a kind, at the start and on relist
 *          ──upsert | remove, … , flush──▶            changes, as they arrive
 */

/** Kinds of object that can make DNS. */
export const KINDS = ['Ingress', 'Service'] as const;

/** A kind of object that can make DNS. */
export type Kind = (typeof KINDS)[number];

/** What remains of an object: everything that makes DNS and nothing else. */
export interface Projection {
  /** `namespace/name`, unique within the kind. */
  readonly key: string;
  /** At least one, without repetitions, in the object's order. */
  readonly names: readonly ClaimedName[];
  /** IPv4 and IPv6 literals as in the status, without repetitions; whatever is no literal is dropped. */
  readonly addresses: readonly string[];
}

/** A name that an object asks for. Untrusted: it may be no valid domain name at all. */
export interface ClaimedName {
  /** Presentation form as written: case kept, with or without a final dot, wildcards included. */
  readonly name: string;
  /** True: meant below each zone (a Service's `name.namespace`). False: a full name. */
  readonly relative: boolean;
}

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
  /** The object exists and reads so now: new, changed or unchanged. Never without names. */
  upsert(kind: Kind, object: Projection): void;
  /**
   * The object is deleted, or no longer makes DNS: a Service that is not of type LoadBalancer any
   * more, an object that took on the ignore label. Also called for keys that were never upserted.
   */
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
  /** `failing`: what was delivered so far stays true as far as anybody knows, and may be out of date. */
  readonly state: 'listing' | 'watching' | 'failing';
  /** One line for people: what failed, where, what to do. */
  readonly reason?: string;
  /** Milliseconds until the next attempt. */
  readonly retryInMs?: number;
}

/** Where objects come from. */
export interface Source {
  /**
   * Delivers until `signal` aborts, then resolves, with its sockets, watches and timers gone. To be called once.
   * Rejects only with {@link SourceError}, for what waiting can't mend, and then before any
   * delivery; all else is retried and told through {@link Sink.status}.
   */
  start(sink: Sink, signal: AbortSignal): Promise<void>;
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
