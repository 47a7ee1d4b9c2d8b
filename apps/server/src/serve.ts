import type { ServerConfig } from './config/server-config.ts';
import { Supervisor, type SupervisorOptions } from './supervisor/supervisor.ts';

/** How long a stop may take before the process ends regardless. */
const STOP_WITHIN_MS = 900;

/**
 * Serves until SIGTERM or SIGINT.
 *
 * @returns the exit status: 0 after a stop that was asked for, 1 if there is nothing to serve with.
 */
export async function serve(
  config: ServerConfig,
  options: Omit<SupervisorOptions, 'onHopeless'>,
): Promise<number> {
  const { log } = options;
  const hopeless = Promise.withResolvers<string>();
  const signalled = Promise.withResolvers<NodeJS.Signals>();
  const onSignal = (signal: NodeJS.Signals): void => {
    signalled.resolve(signal);
    // Whoever asks twice does not want to wait for the lame duck.
    process.once(signal, () => process.exit(0));
  };
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);

  for (const { position, text } of config.notices) {
    log.warn({ event: 'config-notice', position }, text);
  }
  const supervisor = new Supervisor(config, { ...options, onHopeless: hopeless.resolve });
  try {
    const started = supervisor.start().then(() => undefined);
    const outcome = await Promise.race([
      hopeless.promise.then((message) => ({ message })),
      signalled.promise.then((signal) => ({ signal })),
      started.then(() =>
        Promise.race([
          hopeless.promise.then((message) => ({ message })),
          signalled.promise.then((signal) => ({ signal })),
        ]),
      ),
    ]);
    if ('message' in outcome) {
      log.error({ event: 'cannot-serve' }, outcome.message);
      await within(supervisor.stop(), STOP_WITHIN_MS);
      return 1;
    }
    log.info({ event: 'stopping', signal: outcome.signal }, `${outcome.signal}: stopping`);
    await supervisor.lameDuck();
    await within(supervisor.stop(), STOP_WITHIN_MS);
    log.info({ event: 'stopped' }, 'stopped');
    return 0;
  } catch (error) {
    // What the world does to a start: a port in use, a folder that isn't there.
    log.error({ event: 'cannot-serve', err: error }, messageOf(error));
    await within(supervisor.stop(), STOP_WITHIN_MS);
    return 1;
  }
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
