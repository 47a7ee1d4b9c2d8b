import { describeError } from './describe-error.ts';
import type { LogFields, Logger, LogLevel } from './logger.ts';

/** One line on its way from a worker to the main thread. */
export interface LogMessage {
  readonly kind: 'log';
  readonly level: LogLevel;
  readonly fields: LogFields;
  readonly message: string;
}

/** The part of a MessagePort, or `parentPort`, that is needed. */
export interface LogPort {
  postMessage(message: LogMessage): void;
}

/**
 * A logger for threads other than the main one: it posts, and never waits. Lines posted by a thread that is
 * then terminated may be lost; an uncaught exception reaches the main thread as the worker's 'error'.
 */
export function portLogger(port: LogPort): Logger {
  const at =
    (level: LogLevel) =>
    (fields: LogFields, message: string): void =>
      port.postMessage({ kind: 'log', level, fields: cloneable(fields), message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Whether something that came over a port is a line for {@link relay}. */
export function isLogMessage(message: unknown): message is LogMessage {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'log'
  );
}

/** Writes a worker's line, with `extra` (which worker it was) beside its own fields. */
export function relay(
  logger: Logger,
  message: LogMessage,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  logger[message.level]({ ...extra, ...message.fields }, message.message);
}

/**
 * Structured cloning drops an Error's `code` and refuses functions: an Error becomes what a log shows of it,
 * and what can't be cloned becomes text. Nothing a caller logs may bring its thread down.
 */
function cloneable(fields: LogFields): LogFields {
  const clone: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) clone[name] = cloneableValue(value);
  return { ...clone, event: fields.event };
}

function cloneableValue(value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'function' || typeof value === 'symbol' ? String(value) : value;
  }
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}
