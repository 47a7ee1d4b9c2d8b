import { UdpError } from '@seamark/udp';
import { type ConfigReading, ConfigUnreadableError } from './config/index.ts';
import type { ServerConfig } from './config/server-config.ts';
import { CorefileErrors } from './corefile/errors.ts';
import { ListenError } from './stream/listen-error.ts';
import { CookieSecretsError } from './supervisor/cookie-secrets.ts';
import { ReloadError } from './supervisor/reload-error.ts';
import { Reloader } from './supervisor/reloader.ts';
import { Supervisor, type SupervisorOptions } from './supervisor/supervisor.ts';
import { RefusedError } from './workers/refusal.ts';

/** How long a stop may take before the process ends regardless. */
const STOP_WITHIN_MS = 900;

/** Why serving is over. */
type Ending =
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'failure'; readonly message: string; readonly error?: unknown };

export interface ServeOptions extends Omit<SupervisorOptions, 'onHopeless' | 'reloads'> {
  /** What the configuration was read from. */
  readonly files: ConfigReading['files'];
  /** Reads it again. */
  readonly read: () => ConfigReading;
}

/**
 * Serves until SIGTERM or SIGINT.
 *
 * @returns the exit status: 0 after a stop that was asked for, 1 if there is nothing to serve with.
 */
export async function serve(config: ServerConfig, options: ServeOptions): Promise<number> {
  const { log } = options;
  const { promise: ending, resolve: end } = Promise.withResolvers<Ending>();
  // Whoever asks twice, with either signal, does not want to wait for the lame duck. Nothing more is
  // cut short: a Ctrl-C under npm arrives twice, and what has been received is answered all the same.
  const { promise: hurry, resolve: onHurry } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) onHurry();
      asked = true;
      end({ kind: 'signal', signal });
    });
  }
  const supervisor: Supervisor = new Supervisor(config, {
    ...options,
    onHopeless: (message) => end({ kind: 'failure', message }),
    reloads: () => reloader.status,
  });
  const reloader = new Reloader({
    ...{ log, config, files: options.files, read: options.read, isOfTheWorld },
    apply: (next, signal) => supervisor.reload(next, signal),
  });
  const started = supervisor.start();
  // A listener also keeps Node's inspector from SIGUSR1.
  for (const signal of ['SIGHUP', 'SIGUSR1'] as const) {
    // What comes during the start is not lost; if that fails it doesn't matter.
    process.on(signal, () => void started.then(() => reloader.trigger(signal)).catch(() => {}));
  }
  // What it means elsewhere must not end the server.
  process.on('SIGUSR2', () => {
    const text = 'SIGUSR2 does nothing here; SIGHUP and SIGUSR1 read the Corefile again';
    log.warn({ event: 'not-reloaded', signal: 'SIGUSR2' }, text);
  });
  for (const { position, text } of config.notices) {
    log.warn({ event: 'config-notice', position }, text);
  }
  started.then(() => reloader.start()).catch((error: unknown) => end(failureOf(error)));

  const ended = await ending;
  if (ended.kind === 'failure') {
    const fields = ended.error === undefined ? {} : { err: ended.error };
    log.error({ event: 'cannot-serve', ...fields }, ended.message);
    void reloader.stop();
    await within(supervisor.stop(), STOP_WITHIN_MS);
    return 1;
  }
  log.info({ event: 'stopping', signal: ended.signal }, `${ended.signal}: stopping`);
  void reloader.stop();
  await Promise.race([supervisor.lameDuck(), hurry]);
  await within(supervisor.stop(), STOP_WITHIN_MS);
  log.info({ event: 'stopped' }, 'stopped');
  return 0;
}

/** What the world does to a start has a message that says all; a bug needs its stack. */
function failureOf(error: unknown): Ending {
  if (!(error instanceof Error)) return { kind: 'failure', message: String(error) };
  const { message } = error;
  // A thread that could not begin says no more than this.
  if (/EMFILE|too many open files/.test(message)) {
    const hint = 'the process is out of file descriptors; raise its limit (`ulimit -n`)';
    const says = message.includes(hint) ? message : `${message.replace(/\.$/, '')}; ${hint}`;
    return { kind: 'failure', message: says };
  }
  return { kind: 'failure', message, ...(isOfTheWorld(error) ? {} : { error }) };
}

function isOfTheWorld(error: unknown): boolean {
  return WORLD.some((kind) => error instanceof kind);
}

const WORLD = [
  ...[UdpError, ListenError, RefusedError, ReloadError],
  ...[CorefileErrors, ConfigUnreadableError, CookieSecretsError],
] as const;

async function within(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
