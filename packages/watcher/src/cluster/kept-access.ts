import { type Logger, SourceError } from '../sources/contract.ts';
import type { Access, AccessSource, KubeconfigLocation } from './access.ts';
import type { AccessAsker, AccessReply } from './access-reply.ts';
import { ConnectionError, messageOf } from './failure.ts';

/** A copy this old is renewed, without anybody waiting for it: what it was made of may have changed. */
const renewAfterMs = 600_000;

/** Between one asking in vain and the next; doubles each time. */
const shortestPauseMs = 5000;
const longestPauseMs = 60_000;

interface Copy {
  readonly access: Access;
  readonly madeAt: number;
  isAccepted: boolean;
  isRefused: boolean;
}

/**
 * The access that a kubeconfig file gives, kept between requests. Whether it is still good only the API
 * server can say, so its refusal is what has it renewed, at once; ten minutes are for what
 * it might let in though the file says otherwise by now.
 */
export class KeptAccess implements AccessSource {
  readonly #ask: AccessAsker;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  #location: KubeconfigLocation;
  #copy: Copy | undefined;
  /** In place of the copies, for what can't be copied. */
  #library: AccessSource | undefined;
  #server: string;
  /** One for all who wait. */
  #renewal: Promise<void> | undefined;
  #failure: ConnectionError | undefined;
  /** Askings since a server last let a new copy in. */
  #vain = 0;
  #pausedUntil = 0;

  /** Whatever it does ends when `signal` aborts. */
  constructor(location: KubeconfigLocation, ask: AccessAsker, logger: Logger, signal: AbortSignal) {
    this.#location = location;
    this.#ask = ask;
    this.#logger = logger;
    this.#signal = signal;
    this.#server = `the server of ${location.file}`;
  }

  get server(): string {
    return this.#server;
  }

  /**
   * Asks for the first time. A failure that waiting may mend is left to the requests to tell.
   *
   * @throws SourceError
   */
  async open(): Promise<void> {
    try {
      await this.#renew();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
    }
  }

  async current(): Promise<Access> {
    const copy = this.#copy;
    if (this.#renewal === undefined && performance.now() < this.#pausedUntil) return this.#held();
    if (this.#library === undefined && (copy === undefined || copy.isRefused)) await this.#renew();
    else if (copy !== undefined && performance.now() - copy.madeAt > renewAfterMs) this.#refresh();
    return this.#held();
  }

  accepted(access: Access): void {
    const copy = this.#copy;
    if (copy === undefined || copy.access !== access || copy.isAccepted) return;
    copy.isAccepted = true;
    this.#vain = 0;
    this.#pausedUntil = 0;
  }

  refused(access: Access): boolean {
    const copy = this.#copy;
    if (copy === undefined) return false;
    // Another kind was refused before, and there are others already.
    if (copy.access !== access) return true;
    copy.isRefused = true;
    return this.#renewal !== undefined || performance.now() >= this.#pausedUntil;
  }

  /** Amid the pause a refused copy is as good as another: the server says again what it thinks of it. */
  async #held(): Promise<Access> {
    if (this.#library !== undefined) return this.#library.current();
    if (this.#copy !== undefined) return this.#copy.access;
    throw this.#failure ?? new ConnectionError('stopped');
  }

  /** Renews while the copy serves on. */
  #refresh(): void {
    if (this.#renewal !== undefined) return;
    this.#renew().catch((error: unknown) => {
      if (this.#signal.aborted) return;
      this.#logger.warn({ server: this.#server }, `${messageOf(error)}; those at hand serve on`);
    });
  }

  #renew(): Promise<void> {
    this.#renewal ??= this.#askOnce().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #askOnce(): Promise<void> {
    const isFirst = this.#vain === 0 && this.#copy === undefined;
    const pauseMs = Math.min(shortestPauseMs * 2 ** this.#vain, longestPauseMs);
    this.#vain += 1;
    try {
      await this.#take(await this.#ask(this.#location, this.#signal));
    } catch (error) {
      // Later on, what was hopeless at the start may be an editor that is about to replace the file.
      if (error instanceof ConnectionError) this.#failure = error;
      else if (error instanceof SourceError && !isFirst) this.#failure = this.#fault(error.message);
      else throw error;
      throw this.#failure;
    } finally {
      this.#pausedUntil = performance.now() + pauseMs;
    }
  }

  #fault(what: string): ConnectionError {
    return new ConnectionError(`no credentials for ${this.#server}: ${what}`);
  }

  async #take(reply: AccessReply): Promise<void> {
    switch (reply.kind) {
      case 'access': {
        const { access, context } = reply;
        const before = this.#copy?.access.server ?? access.server;
        // Versions of one cluster mean nothing to another, and its credentials are none of the other's business.
        if (access.server !== before) {
          const what = `${this.#location.file} names ${access.server} now; a restart follows it there`;
          throw this.#fault(what);
        }
        this.#server = access.server;
        // `kubectl config use-context` is not meant for a server that runs.
        this.#location = { ...this.#location, context };
        const madeAt = performance.now();
        this.#copy = { access, madeAt, isAccepted: false, isRefused: false };
        return;
      }
      case 'here-only': {
        const { LibraryAccess } = await import('./library-access.ts');
        this.#library = new LibraryAccess(this.#location);
        this.#server = this.#library.server;
        return;
      }
      case 'hopeless':
        throw new SourceError(reply.code, reply.message);
      case 'failed':
        if (reply.server !== '') this.#server = reply.server;
        throw this.#fault(reply.message);
      default:
        reply satisfies never;
    }
  }
}
