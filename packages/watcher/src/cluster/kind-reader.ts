import type { Logger, ObjectKind, Sink } from '../sources/contract.ts';
import { type Resource, rbacName } from '../sources/resource.ts';
import type { Backoff } from './backoff.ts';
import type { ApiConnection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { type ApiError, isFailure, messageOf } from './failure.ts';
import { mergeLists } from './merged-lists.ts';
import { Reflector } from './reflector.ts';
import type { Scope } from './scope.ts';

/** What a reader works with; all but the resource and the scopes may be shared. */
export interface KindReaderParts {
  readonly connection: ApiConnection;
  readonly discovery: Discovery;
  readonly resource: Resource;
  readonly scopes: readonly Scope[];
  readonly sink: Sink;
  readonly logger: Logger;
  readonly newBackoff: () => Backoff;
  /** In [0, 1). */
  readonly random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds between looks for a kind that is absent. */
  readonly recheckMs: number;
}

/**
 * Reads one kind of one cluster, in whichever of its versions is served, for ever.
 *
 *   a version ──list and watch each scope──▶ refused (404, 403) ──discovery──▶ that version: tried again
 *       ▲                                                           │  └─▶ another: read that
 *       └──────── served ◀──discovery, now and then── absent ◀── none
 *
 * Nobody waits for discovery where the preferred version is there: it is asked only when a list is refused. Nor is a
 * 404 believed without it: the names of a whole kind hang on it, and a proxy may say 404 of anything. (The
 * API server itself says 503 until it knows its custom resources.)
 */
export class KindReader {
  readonly #parts: KindReaderParts;
  #scopes: readonly Scope[];
  /** Undefined: absent. */
  #version: string | undefined;
  /** Ends what goes on with these scopes and this version. */
  #round = new AbortController();
  /** Why an absent kind's last look was in vain. */
  #fault = '';

  constructor(parts: KindReaderParts) {
    this.#parts = parts;
    this.#scopes = parts.scopes;
    this.#version = parts.resource.versions[0];
  }

  /** Reads everything again, in these scopes. Nothing is delivered before this returns. */
  again(scopes: readonly Scope[]): void {
    this.#scopes = scopes;
    this.#round.abort();
  }

  /** Resolves when the signal aborts. Rejects only on a bug: the sink's exceptions, or our own. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const round = new AbortController();
      this.#round = round;
      const end = (): void => round.abort();
      signal.addEventListener('abort', end);
      try {
        if (this.#version === undefined) await this.#beAbsent(round.signal);
        else await this.#read(this.#version, round);
      } finally {
        signal.removeEventListener('abort', end);
        // After a bug in one scope the others must not go on.
        round.abort();
      }
    }
  }

  async #read(version: string, round: AbortController): Promise<void> {
    const { connection, resource, sink, logger, newBackoff, random, sleep } = this.#parts;
    const scopes = this.#scopes;
    // A name server's Service is in kube-system if nobody says otherwise, where few may read by Roles.
    const isAnyWhole = scopes.some(({ name }) => name === undefined);
    const needed = scopes.map(({ name }) => name === undefined || !isAnyWhole);
    const sinks = scopes.length === 1 ? [sink] : mergeLists(this.#kind, needed, sink);
    const runs = scopes.map((scope, i) => {
      const reflector = new Reflector({
        ...{ connection, resource, version, scope, logger, random, sleep },
        sink: sinks[i] ?? sink,
        backoff: newBackoff(),
        consult: (refusal) => this.#consult(refusal, version, round),
      });
      return reflector.run(round.signal);
    });
    await Promise.all(runs);
  }

  /**
   * Ends the round where what was refused isn't served, so that the refusal is of no interest.
   *
   * @returns what else is to be said of it
   */
  async #consult(refusal: ApiError, version: string, round: AbortController): Promise<string> {
    const { discovery, logger, resource } = this.#parts;
    // Always there, and not in what is asked of discovery.
    if (resource.group === '') return '';
    try {
      const served = await discovery.versionOf(resource);
      if (served === version || round.signal.aborted) return '';
      if (served !== undefined) {
        const what = `${rbacName(resource)} ${version}`;
        logger.info({ kind: this.#kind }, `${what} is not served, ${served} is read instead`);
      }
      this.#version = served;
      round.abort();
      return '';
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (refusal.status !== 404) return '';
      return `; what it serves it doesn't tell (GET /apis): ${messageOf(error)}`;
    }
  }

  /** The kind is empty, until discovery has it again. */
  async #beAbsent(signal: AbortSignal): Promise<void> {
    const { connection, sink, logger, recheckMs, sleep, resource } = this.#parts;
    sink.beginList(this.#kind);
    sink.endList(this.#kind);
    this.#tellAbsent('');
    sink.flush();
    const fields = { kind: this.#kind, server: connection.server };
    logger.info(
      fields,
      `${this.#kind}: absent, ${connection.server} serves no ${rbacName(resource)}`,
    );
    while (!signal.aborted && this.#version === undefined) {
      await sleep(recheckMs, signal);
      if (!signal.aborted) await this.#look(signal);
    }
    if (this.#version !== undefined) logger.info(fields, `${rbacName(resource)} is served now`);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { discovery, logger, resource } = this.#parts;
    let fault = '';
    try {
      this.#version = await discovery.versionOf(resource);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (signal.aborted) return;
      fault = `whether it is served now can't be told: ${messageOf(error)}`;
      if (fault !== this.#fault) {
        logger.warn({ kind: this.#kind }, `${rbacName(resource)}: ${fault}`);
      }
    }
    if (this.#version === undefined && fault !== this.#fault) this.#tellAbsent(fault);
  }

  #tellAbsent(fault: string): void {
    const { connection, resource, sink } = this.#parts;
    this.#fault = fault;
    const reason = [`${connection.server} serves no ${rbacName(resource)}`, fault];
    const status = { state: 'absent', reason: reason.filter(Boolean).join('; ') } as const;
    sink.status(this.#kind, status);
  }

  get #kind(): ObjectKind {
    return this.#parts.resource.kind;
  }
}
