import type { Logger } from '../sources/contract.ts';
import type { Backoff } from './backoff.ts';
import type { ApiConnection } from './connection.ts';
import { ApiError, isFailure } from './failure.ts';
import { getObject } from './get-object.ts';

/** What the look at namespaces needs. */
export interface NamespaceLook {
  readonly connection: ApiConnection;
  readonly logger: Logger;
  readonly backoff: Backoff;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Names in the log the namespaces that don't exist: the API server lists them as empty ones. Whoever has a Role
 * in them alone may not ask; to him a namespace that doesn't exist is a forbidden one. Looks once, as soon as it can;
 * what goes wrong until then the lists tell.
 */
export async function warnOfMissing(
  namespaces: readonly string[],
  { connection, logger, backoff, sleep }: NamespaceLook,
  signal: AbortSignal,
): Promise<void> {
  for (const namespace of namespaces) {
    let exists: boolean | undefined;
    while (!signal.aborted && exists === undefined) {
      exists = await look(namespace, connection, signal);
      if (exists === undefined) await sleep(backoff.next(), signal);
      else backoff.reset();
    }
    if (exists !== false) continue;
    const { server } = connection;
    const message = `namespace ${namespace} doesn't exist on ${server}; what will be in it is read`;
    logger.warn({ namespace, server }, message);
  }
}

/** Whether it exists, for all that this account may know; undefined: ask again. */
async function look(
  namespace: string,
  connection: ApiConnection,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
    await getObject(connection, path, new URLSearchParams(), signal);
    return true;
  } catch (error) {
    if (!isFailure(error)) throw error;
    if (!(error instanceof ApiError)) return undefined;
    if (error.status === 403) return true;
    return error.status === 404 ? false : undefined;
  }
}
