import type { ReloadStatus } from '../admin/telemetry-source.ts';
import type { ConfigReading } from '../config/index.ts';
import type { ReloadConfig, ServerConfig } from '../config/server-config.ts';
import { CorefileErrors } from '../corefile/errors.ts';
import { formatPosition } from '../corefile/token.ts';
import type { Logger } from '../log/logger.ts';
import { describeChange } from './describe-change.ts';
import type { Reloaded } from './supervisor.ts';

export interface ReloaderOptions {
  readonly log: Logger;
  /** What is served at first. */
  readonly config: ServerConfig;
  /** What that was read from. */
  readonly files: ConfigReading['files'];
  /** Reads the Corefile as it is now. */
  readonly read: () => ConfigReading;
  /** Goes over to a configuration, or throws and leaves all as it is. */
  readonly apply: (config: ServerConfig, signal: AbortSignal) => Promise<Reloaded>;
  /** Whether an error says all in its message: what the world does, and no bug. */
  readonly isOfTheWorld: (error: unknown) => boolean;
  /** In [0, 1). Default: Math.random. */
  readonly random?: () => number;
}

/**
 * Reads the Corefile again, at intervals if the configuration says so and whenever it is told to, and has the server go
 * over to what it says. What was tried once is not tried again until the files say something else, unless it
 * failed for something that they don't say: a port in use, a cluster that can't be read.
 */
export class Reloader {
  private readonly options: ReloaderOptions;
  private readonly log: Logger;
  private config: ServerConfig;
  /** Of what is served. */
  private served: string;
  /** Of what was tried last. */
  private tried: string;
  private successes = 0;
  private failures = 0;
  private succeededAt = Date.now();
  private failure: ReloadStatus['failure'];
  private needsRestart: readonly string[] = [];
  private canBeRetried = false;
  private timer: NodeJS.Timeout | undefined;
  /** The attempt under way. */
  private current: { readonly digest: string; readonly abort: AbortController } | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: ReloaderOptions) {
    this.options = options;
    this.log = options.log;
    this.config = options.config;
    this.served = digestOf(options.files);
    this.tried = this.served;
  }

  get status(): ReloadStatus {
    const { successes, failures, succeededAt, failure, needsRestart } = this;
    const status = { successes, failures, succeededAt, digest: this.served, needsRestart };
    return failure === undefined ? status : { ...status, failure };
  }

  /** Begins to look, if that is configured. */
  start(): void {
    this.schedule();
  }

  /** Reads at once, whether the files have changed or not. */
  trigger(signal: NodeJS.Signals): void {
    this.log.info({ event: 'reloading', signal }, `${signal}: reading the Corefile again`);
    this.look(true);
  }

  /** Calls off what is under way; resolves when it has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.current?.abort.abort();
    await this.working;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const { reload } = this.config;
    if (reload === undefined || this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.look(false);
        this.schedule();
      },
      waitOf(reload, this.options.random ?? Math.random),
    );
    this.timer.unref();
  }

  private look(isAsked: boolean): void {
    if (this.stopped) return;
    let reading: ConfigReading;
    try {
      reading = this.options.read();
    } catch (error) {
      // A bug in reading is no reason to end what serves.
      this.fail(error, false);
      return;
    }
    const digest = digestOf(reading.files);
    const { current } = this;
    if (current !== undefined) {
      // The same that is being gone over to; what has changed meanwhile calls that off.
      if (current.digest === digest) return;
      current.abort.abort();
    } else if (!isAsked && digest === this.tried && !this.canBeRetried) return;
    // What is asked for is told again; what is merely looked at is told once.
    const isRepeated = !isAsked && digest === this.tried;
    const abort = new AbortController();
    this.current = { digest, abort };
    this.tried = digest;
    const attempt = this.working.then(() =>
      this.attempt(reading, digest, { signal: abort.signal, isRepeated }),
    );
    this.working = attempt.finally(() => {
      if (this.current?.abort === abort) this.current = undefined;
    });
  }

  private async attempt(
    { result }: ConfigReading,
    digest: string,
    { signal, isRepeated }: { signal: AbortSignal; isRepeated: boolean },
  ): Promise<void> {
    // Others have come after it.
    if (signal.aborted) return;
    this.canBeRetried = false;
    if ('error' in result) {
      this.fail(result.error, isRepeated);
      return;
    }
    try {
      const reloaded = await this.options.apply(result.config, signal);
      this.succeed(result.config, digest, reloaded);
    } catch (error) {
      if (signal.aborted) return;
      this.canBeRetried = true;
      this.fail(error, isRepeated);
    }
  }

  private succeed(config: ServerConfig, digest: string, reloaded: Reloaded): void {
    const old = this.config;
    this.config = config;
    this.served = digest;
    this.successes += 1;
    this.succeededAt = Date.now();
    this.failure = undefined;
    const known = this.needsRestart;
    this.needsRestart = reloaded.needsRestart;
    for (const { position, text } of config.notices) {
      this.log.warn({ event: 'config-notice', position }, text);
    }
    const { fields, text } = describeChange(old, config, reloaded);
    this.log.info({ event: 'reloaded', ...fields }, text);
    for (const setting of reloaded.needsRestart.filter((one) => !known.includes(one))) {
      this.log.warn(
        { event: 'needs-restart', setting },
        `"${setting}" is another in the Corefile, and stays as it was until a restart`,
      );
    }
    this.schedule();
  }

  private fail(error: unknown, isRepeated: boolean): void {
    this.failures += 1;
    const reasons = reasonsOf(error);
    const before = this.failure?.reasons.join('\n');
    this.failure = { at: Date.now(), reasons: reasons.map(({ text }) => text) };
    const isTold = isRepeated && before === this.failure.reasons.join('\n');
    const err = this.options.isOfTheWorld(error) ? {} : { err: error };
    for (const { text, ...place } of reasons) {
      const line = `${text}; what was served before is served on`;
      const fields = { event: 'reload-failed', ...place, ...err };
      if (isTold) this.log.debug(fields, line);
      else this.log.error(fields, line);
    }
  }
}

/** SHA-512 of the files and their names, in hexadecimal. */
export function digestOf(files: ConfigReading['files']): string {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha512');
  for (const [file, text] of files) hash.update(JSON.stringify([file, text ?? null]));
  return hash.digest('hex');
}

/** Milliseconds until the next look. */
export function waitOf({ intervalMs, jitterMs }: ReloadConfig, random: () => number): number {
  return intervalMs + jitterMs * (2 * random() - 1);
}

function reasonsOf(error: unknown): { readonly text: string; readonly position?: string }[] {
  if (!(error instanceof CorefileErrors)) {
    return [{ text: error instanceof Error ? error.message : String(error) }];
  }
  return error.errors.map(({ message, position }) => ({
    text: message,
    position: formatPosition(position),
  }));
}
