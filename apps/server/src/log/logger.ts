import { createRequire } from 'node:module';
import { pino } from 'pino';
import { describeError } from './describe-error.ts';
import { hasReader, PatientWriter } from './patient-writer.ts';

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
 * To a file or a terminal a line is written before the call returns. To a pipe or a socket, too, as long as
 * its reader keeps up; if not, lines wait and then are lost (see {@link PatientWriter}), but never does
 * the main thread: the admin endpoints and the signals are its own. `event: "log-lines-lost"` says how many.
 */
export function createLogger(options: LogOptions = {}): Logger {
  const { level = 'info', format = chooseFormat(), fd = 2 } = options;
  const lines = openLines(fd, (count) =>
    logger.warn(
      { event: 'log-lines-lost', count },
      `${count} lines lost: nobody read them in time`,
    ),
  );
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
  const logger: Logger = pino(
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
  return logger;
}

function openLines(fd: number, onLost: (lines: number) => void): { write(line: string): unknown } {
  // Only stderr can be made non-blocking: Node has no fcntl, but its stream for a pipe or a socket
  // sets O_NONBLOCK when it is first touched.
  if (fd === 2 && hasReader(fd) && process.stderr.writable) {
    return new PatientWriter({ fd, onLost });
  }
  const lines = pino.destination({ fd, sync: true });
  // Nobody is left to tell.
  lines.on('error', () => {});
  return lines;
}

function prettyWriter(write: (text: string) => void, colorize: boolean): (line: string) => void {
  // Not an import: JSON lines need not pay its 3.7 MB.
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  const format = pretty.prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l' });
  return (line) => write(format(line));
}
