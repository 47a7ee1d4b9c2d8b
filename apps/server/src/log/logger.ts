import { pino } from 'pino';
import pretty from 'pino-pretty';
import { describeError } from './describe-error.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What a line tells machines. `event` is a stable word in kebab-case (`worker-died`, `source-synced`): alerts
 * are built on it, so it changes as seldom as a metric's name. An Error goes under `err`. `level`, `time` and
 * `msg` are the log's own.
 */
export type LogFields = { readonly event: string } & Readonly<Record<string, unknown>>;

/** The one way to log, in every thread. `message` is for people and may change. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export interface LogOptions {
  /** Lines below are not written. Default `info`. */
  readonly level?: LogLevel;
  /** `json`: one object a line. `pretty`: for people. Default: see {@link chooseFormat}. */
  readonly format?: LogFormat;
  /** File descriptor. Default 2, stderr. */
  readonly fd?: number;
}

export type LogFormat = 'json' | 'pretty';

/** `pretty` on a terminal or if SEAMARK_LOG says so, else `json`. */
export function chooseFormat(
  environment: { readonly SEAMARK_LOG?: string | undefined } = process.env,
  isTerminal: boolean = process.stderr.isTTY === true,
): LogFormat {
  const wish = environment.SEAMARK_LOG;
  if (wish === 'pretty' || wish === 'json') return wish;
  return isTerminal ? 'pretty' : 'json';
}

/**
 * The main thread's logger; other threads have `portLogger`.
 *
 * A line is written before the call returns, so the last one before an exit is never lost. The price: if
 * stderr is a pipe that nobody reads, the main thread stops at its first full pipe (64 KiB on Linux) until
 * somebody does. Queries are answered by other threads, which post their lines and go on; snapshots are
 * the watcher's; what waits is supervision and the admin endpoints, so a probe notices. If the reader has
 * gone altogether (EPIPE) lines are thrown away.
 */
export function createLogger(options: LogOptions = {}): Logger {
  const { level = 'info', format = chooseFormat(), fd = 2 } = options;
  const lines = pino.destination({ fd, sync: true });
  // Nobody is left to tell.
  lines.on('error', () => {});
  // In-process: a transport would be a thread of its own, which process.exit() does not wait for.
  const destination =
    format === 'json'
      ? lines
      : {
          write: prettyWriter(
            (text) => lines.write(text),
            fd === 2 && process.stderr.hasColors?.() === true,
          ),
        };
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        // A worker's error comes described.
        err: (value: unknown) => (value instanceof Error ? describeError(value) : value),
      },
    },
    destination,
  );
}

function prettyWriter(write: (text: string) => void, colorize: boolean): (line: string) => void {
  const format = pretty.prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => write(format(line));
}
