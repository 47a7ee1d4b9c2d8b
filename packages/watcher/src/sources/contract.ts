/*
 * What passes between a source of Kubernetes objects and the index of names: projections, kind by
 * kind, as events. A source knows no zones; the index knows no API server.
 */

/** The kinds that make names. */
export type Kind = 'Ingress' | 'Service';

/** What remains of an object: everything that makes DNS and nothing else. */
export interface Projection {
  /** `namespace/name`. */
  readonly key: string;
  readonly names: readonly ClaimedName[];
  /** IP literals, as in the status, without duplicates; what does not parse is left out. */
  readonly addresses: readonly string[];
}

/** A name that an object asks for, in presentation format as its author wrote it. */
export interface ClaimedName {
  readonly name: string;
  /** It stands below each zone (`name.namespace` of a Service) instead of being absolute. */
  readonly relative: boolean;
}

/** How a kind is doing. */
export interface KindStatus {
  readonly state: 'listing' | 'watching' | 'failing';
  /** One line for people: what failed, where, what to do. */
  readonly reason?: string;
  readonly retryInMs?: number;
}

/** Takes what a source sees. Calls for one kind are in order; kinds may interleave. */
export interface Sink {
  /** A full list begins: objects not upserted before `endList` are gone. Again at each relist. */
  beginList(kind: Kind): void;
  /** The object exists, and is now this. One without names is as good as gone. */
  upsert(kind: Kind, object: Projection): void;
  remove(kind: Kind, key: string): void;
  /** The list is complete: the kind is synced. */
  endList(kind: Kind): void;
  status(kind: Kind, status: KindStatus): void;
  /** What arrived together has been delivered and may be published together. */
  flush(): void;
}

/** Where objects come from: a cluster, or a folder of manifests. */
export interface Source {
  /**
   * Delivers to `sink` until `signal` aborts; resolves then, with nothing left running.
   *
   * @throws SourceError for what can't get better by itself.
   */
  start(sink: Sink, signal: AbortSignal): Promise<void>;
}

/** Where a source says what happens; messages are for people, fields for machines. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
