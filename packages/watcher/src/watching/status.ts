import type { Kind, KindStatus } from '../sources/contract.ts';

/** How things stand; a plain value that can be posted to another thread. */
export interface WatcherStatus {
  readonly views: readonly ViewStatus[];
  readonly sources: readonly SourceStatus[];
}

export interface ViewStatus {
  readonly generation: number;
  readonly names: number;
  readonly bytes: number;
  readonly zones: readonly {
    readonly zone: string;
    readonly serial: number;
    readonly names: number;
    /** Every kind of every source of its gateway has been read. */
    readonly synced: boolean;
    /** Or waited for long enough, if anything was read of any source: it can be sent questions. */
    readonly ready: boolean;
    /** Names are denied that may exist: what could not be read in time. */
    readonly warning?: string;
  }[];
  /** Unix time in milliseconds; 0 before the first. */
  readonly publishedAt: number;
  readonly gateways: readonly GatewayStatus[];
  /** Host names are being resolved for the first time; for five seconds at the most. */
  readonly resolving: boolean;
}

/** What of a gateway's kinds is known: of those that give names, each in each of its clusters. */
export interface GatewayStatus {
  readonly zones: readonly string[];
  /** Nothing is missing, or has been waited for long enough: no answer is held back. */
  readonly ready: boolean;
  /** Read whole at least once, in one cluster at least. */
  readonly read: readonly Kind[];
  /** Not yet, and from where. */
  readonly unread: readonly { readonly kind: Kind; readonly source: string }[];
}

export interface SourceStatus {
  readonly label: string;
  readonly kinds: readonly {
    readonly kind: Kind;
    readonly objects: number;
    readonly status: KindStatus;
    /** Since when it is in that state: Unix time in milliseconds. */
    readonly since: number;
    readonly synced: boolean;
  }[];
}
