import type { KindStatus, Logger, Sink } from '../sources/contract.ts';
import { keyOf, pathOf, type Resource } from '../sources/resource.ts';
import { type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { Backoff } from './backoff.ts';
import type { ApiConnection } from './connection.ts';
import { type WatchEvent, watch } from './events.ts';
import {
  ApiError,
  ConnectionError,
  explain,
  type Failure,
  isFailure,
  ProtocolError,
} from './failure.ts';
import { pages } from './paged-list.ts';
import { inScope, missingRule, type Scope, selectionOf } from './scope.ts';
import { listWhole } from './whole-list.ts';

/** What a reflector works with; all but the sink and the backoff may be shared. */
export interface ReflectorParts {
  readonly connection: ApiConnection;
  readonly resource: Resource;
  /** One of the resource's. */
  readonly version: string;
  readonly scope: Scope;
  /** Of this scope alone: its lists are the sink's. */
  readonly sink: Sink;
  readonly logger: Logger;
  readonly backoff: Backoff;
  /** In [0, 1). */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /**
   * Told before anybody else that the resource is not there, or forbidden (404, 403), and waited for: it may abort
   * the signal of `run`, and nothing more is said. Resolves to what else is to be said, and never rejects
   * with a {@link Failure}.
   */
  readonly consult: (refusal: ApiError) => Promise<string>;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/** The same failure is logged again after this long, so that the end of a log tells it too. */
const repeatAfterMs = 300_000;

/**
 * Keeps one scope of one kind of one cluster in step with the sink, for ever: list, watch, resume, relist.
 *
 *   no version ──whole list──▶ version known ──watch──▶ watching ──stream ends──▶ version known
 *       ▲  ├──in vain: streamed list──▶ watching                                      │
 *       │  └──refused: paged list──▶ version known                                    │
 *       └─────────────────────────── 410: version forgotten ──────────────────────────┘
 *
 * Any failure waits its backoff and goes on from what is known. Nothing is dropped but by endList.
 */
export class Reflector {
  readonly #parts: ReflectorParts;
  readonly #path: string;
  /** Of the last event delivered; undefined: a list is due. */
  #version: string | undefined;
  #isListing = false;
  /** The next list is asked for whole: as long as that works. */
  #wholeNext: boolean;
  /** When the watch that is under way became one; undefined before. */
  #watchingSince: number | undefined;
  /** The server began a streamed list and fell silent: the next list is paged. */
  #pageNext = false;
  #isDirty = false;
  /** The last failure was a forgotten version. */
  #wasExpired = false;
  /** Where an unreadable line last stopped us. */
  #faultVersion: string | undefined;
  #status: KindStatus | undefined;
  #warnedAt = 0;

  constructor(parts: ReflectorParts) {
    this.#parts = parts;
    this.#path = pathOf(parts.resource, parts.version, parts.scope.namespace);
    this.#wholeNext = parts.resource.isBuiltIn;
  }

  /** Resolves when the signal aborts. Rejects only on a bug: the sink's exceptions, or our own. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#attempt(signal);
      } catch (error) {
        if (!isFailure(error)) throw error;
        if (signal.aborted) return;
        const remark = isRefusal(error) ? await this.#parts.consult(error) : '';
        if (signal.aborted) return;
        await this.#fail(error, remark, signal);
      }
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    if (this.#version !== undefined) return this.#watch(signal, this.#version);
    if (this.#pageNext) return this.#listPages(signal);
    if (this.#wholeNext && (await this.#listWhole(signal))) return;
    try {
      await this.#watch(signal, undefined);
    } catch (error) {
      if (!this.#isListing || !refusesStreaming(error)) throw error;
      this.#parts.logger.debug({ kind: this.#kind }, 'no streamed list here, listing by pages');
      await this.#listPages(signal);
    }
  }

  /** Watches from `version`; without one, the list comes first on the same stream. */
  async #watch(signal: AbortSignal, version: string | undefined): Promise<void> {
    const query = new URLSearchParams({
      ...selectionOf(this.#parts.scope),
      watch: '1',
      allowWatchBookmarks: 'true',
      // As client-go: 5 to 10 minutes, so that watches spread over the API servers again.
      timeoutSeconds: String(300 + Math.floor(this.#parts.random() * 300)),
    });
    if (version === undefined) {
      query.set('sendInitialEvents', 'true');
      query.set('resourceVersionMatch', 'NotOlderThan');
      this.#beginList();
    } else {
      query.set('resourceVersion', version);
    }
    this.#watchingSince = undefined;
    let isHealthy = false;
    try {
      const { fields } = this.#parts.resource;
      await watch(this.#parts.connection, this.#path, query, signal, fields, {
        onOpen: () => this.#isListing || this.#beginWatch(),
        onEvent: (event) => {
          // The list itself proves nothing of the watch: some server may list, then refuse, for ever.
          isHealthy ||= !this.#isListing;
          this.#take(event);
        },
        onChunk: () => this.#flush(),
      });
    } finally {
      // Events of a chunk that a bad line cut short were delivered, and their version moved.
      this.#flush();
      isHealthy ||= this.#watchedForMs() > this.#parts.backoff.lastBoundMs;
      if (isHealthy && !this.#isListing) this.#parts.backoff.reset();
    }
    // Ended in good order. Without this, a proxy that closes every watch at once would be asked in a tight loop.
    if (!isHealthy || this.#isListing) {
      throw new ConnectionError(`${this.#parts.connection.server} ended the watch early`);
    }
  }

  /** @returns false where another sort of list is to be tried at once */
  async #listWhole(signal: AbortSignal): Promise<boolean> {
    const { connection, resource, scope } = this.#parts;
    this.#setStatus({ state: 'listing' });
    let version: string | undefined;
    try {
      version = await listWhole(
        connection,
        this.#path,
        selectionOf(scope),
        signal,
        resource.fields,
        {
          onOpen: () => this.#beginList(),
          onObject: (object) => this.#upsert(object),
        },
      );
    } catch (error) {
      // Unlike a watch, a list has to be through within a minute: one that is too long comes another way.
      const isUnreached = error instanceof ConnectionError && !error.isSilence && !this.#isListing;
      if (!isUnreached) this.#wholeNext = false;
      throw error;
    }
    if (version === undefined) {
      this.#wholeNext = false;
      return false;
    }
    this.#endList(version);
    return true;
  }

  async #listPages(signal: AbortSignal): Promise<void> {
    this.#beginList();
    let version = '';
    const selection = selectionOf(this.#parts.scope);
    for await (const page of pages(this.#parts.connection, this.#path, selection, signal)) {
      for (const item of page.items) this.#upsert(shapeOf(item));
      version = page.resourceVersion;
    }
    this.#pageNext = false;
    this.#endList(version);
  }

  #take({ type, object }: WatchEvent): void {
    const metadata = shapeOf(object['metadata']);
    const version = textOf(metadata['resourceVersion']);
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
        this.#upsert(object);
        break;
      case 'DELETED': {
        const key = keyOf(this.#parts.resource, object);
        if (key !== undefined) this.#parts.sink.remove(this.#kind, key);
        this.#isDirty = true;
        break;
      }
      case 'BOOKMARK':
        if (this.#isListing && shapeOf(metadata['annotations'])[initialEventsEnd] === 'true') {
          // Nothing could be resumed from there: what came meanwhile would be missed.
          if (version === '') throw new ProtocolError('a list that ends without a resourceVersion');
          this.#endList(version);
        }
        break;
    }
    // Amid a streamed list the versions are the objects' own, in no order: none is a place to resume from.
    if (!this.#isListing && version !== '') this.#version = version;
  }

  #upsert(object: Shape): void {
    const { resource, sink, logger } = this.#parts;
    const key = keyOf(resource, object);
    if (key === undefined) {
      logger.debug({ kind: this.#kind }, 'an object without metadata.name is left out');
      return;
    }
    sink.upsert(this.#kind, key, object);
    this.#isDirty = true;
  }

  #beginList(): void {
    this.#isListing = true;
    this.#setStatus({ state: 'listing' });
    this.#parts.sink.beginList(this.#kind);
  }

  #endList(version: string): void {
    this.#isListing = false;
    this.#version = version;
    this.#parts.sink.endList(this.#kind);
    this.#isDirty = true;
    this.#beginWatch();
    this.#flush();
  }

  #beginWatch(): void {
    this.#watchingSince = performance.now();
    this.#setStatus({ state: 'watching' });
  }

  /**
   * Without an event, a watch was a healthy one nevertheless if it lived longer than we waited for it: where a
   * connection breaks again and again, no more than half of the time is waited.
   */
  #watchedForMs(): number {
    return this.#watchingSince === undefined ? 0 : performance.now() - this.#watchingSince;
  }

  /** A list is published whole; and bookmarks alone are nothing to publish. */
  #flush(): void {
    if (this.#isListing || !this.#isDirty) return;
    this.#isDirty = false;
    this.#parts.sink.flush();
  }

  async #fail(failure: Failure, remark: string, signal: AbortSignal): Promise<void> {
    const { backoff, connection, resource, scope, sleep } = this.#parts;
    if (this.#isListing) {
      this.#pageNext = failure instanceof ConnectionError && failure.isSilence && !this.#pageNext;
    }
    const retryAfterMs = failure instanceof ApiError ? failure.retryAfterMs : undefined;
    const isRepeated = backoff.failures > 0 && this.#wasExpired;
    this.#wasExpired = failure instanceof ApiError && failure.isExpired;
    const retryInMs = backoff.next(retryAfterMs);
    if (this.#wasExpired) {
      const isRelist = this.#version !== undefined;
      this.#version = undefined;
      // The common case, after an API server's restart, which breaks the connection off first: nothing is wrong,
      // so nothing more is waited for. A server that lists and then forgets, over and over, is.
      if (isRelist && !isRepeated) return;
    }
    if (failure instanceof ProtocolError) {
      // Resuming replays what the line hid. When that stops at the same place again, only a list gets past it.
      if (this.#faultVersion === this.#version) this.#version = undefined;
      this.#faultVersion = this.#version;
    }
    const reason = explain(failure, resource, scope, connection.server) + remark;
    const isForbidden = failure instanceof ApiError && failure.status === 403;
    const forbidden = isForbidden
      ? { isForbidden, missingRules: [missingRule(resource, scope)] }
      : {};
    this.#setStatus({ state: 'failing', reason, ...forbidden, retryInMs });
    await sleep(retryInMs, signal);
  }

  #setStatus(next: KindStatus): void {
    const { sink, logger, backoff } = this.#parts;
    const last = this.#status;
    if (next.state !== 'failing' && next.state === last?.state) return;
    // While a failing list is tried again and again it stays failing, until it has come about.
    if (next.state === 'listing' && last?.state === 'failing') return;
    this.#status = next;
    sink.status(this.#kind, next);
    const { connection, scope } = this.#parts;
    const { namespace } = scope;
    const where = namespace === undefined ? {} : { namespace };
    const fields = { kind: this.#kind, ...where, server: connection.server };
    const what = inScope(this.#kind, scope);
    if (next.state === 'failing') {
      const isRepeated = last?.state === 'failing' && last.reason === next.reason;
      const details = { ...fields, retryInMs: next.retryInMs, failures: backoff.failures };
      if (isRepeated && performance.now() - this.#warnedAt < repeatAfterMs) {
        logger.debug(details, next.reason ?? '');
      } else {
        this.#warnedAt = performance.now();
        logger.warn(details, next.reason ?? '');
      }
    } else if (last?.state === 'failing') {
      logger.info(fields, `${what}: ${next.state} again`);
    } else {
      logger.info(fields, `${what}: ${next.state}`);
    }
  }

  get #kind(): Resource['kind'] {
    return this.#parts.resource.kind;
  }
}

/**
 * Servers without streamed lists call the parameters invalid (422, or 400), and some proxies and aggregated
 * servers choose other 4xx. Those that mean something else would befall the paged list as well.
 */
function refusesStreaming(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.isExpired) return false;
  const { status } = error;
  return status >= 400 && status < 500 && ![401, 403, 404, 408, 409, 429].includes(status);
}

/** What discovery may know more of. */
function isRefusal(failure: Failure): failure is ApiError {
  return failure instanceof ApiError && (failure.status === 404 || failure.status === 403);
}
