import type { RequestOptions } from 'node:https';

/** Which cluster, and as whom. */
export type ClusterLocation = ServiceAccountLocation | KubeconfigLocation;

/** The pod's own service account, at the place where every pod has it, or mounted elsewhere. */
export interface ServiceAccountLocation {
  readonly kind: 'in-cluster';
  readonly directory?: string;
}

/** A kubeconfig file; without `context`, its current one. */
export interface KubeconfigLocation {
  readonly kind: 'kubeconfig';
  readonly file: string;
  readonly context?: string;
}

/** Whom to ask, and what lets a request in. Without `agent` a plain value, which another process can send. */
export interface Access {
  /** The API server's URL, without a slash at its end. */
  readonly server: string;
  readonly options: AccessOptions;
}

/** What client-node sets of a request's options. */
export type AccessOptions = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized' | 'auth' | 'headers' | 'agent'
>;

/** Where each request gets its access. */
export interface AccessSource {
  /** The API server, for log lines; before it is known, words for it. */
  readonly server: string;
  /** @throws ConnectionError */
  current(): Promise<Access>;
  /** The server knows these credentials. */
  accepted(access: Access): void;
  /**
   * The server doesn't know them, or there is no TLS with them.
   *
   * @returns whether `current` has others now, or fetches them at once, so that asking again is worth it
   */
  refused(access: Access): boolean;
}
