import { compareConfigs, nameOf } from '../config/compare.ts';
import type { ServerConfig } from '../config/server-config.ts';

/** What of a new configuration can't be gone over to while serving. */
export interface Obstacles {
  /** The new configuration can't be served at all without a restart; each a clause that says why. */
  readonly refused: readonly string[];
  /** Settings of the process that stay as they are until a restart. */
  readonly needsRestart: readonly string[];
}

/** Members of a configuration that a reload takes up, beside listeners and views. */
const TAKEN_UP: ReadonlySet<string> = new Set([
  'health',
  'ready',
  'prometheus',
  'workers',
  'reload',
  'tcp',
  'timeouts',
  'forwards',
  'templates',
  'cookieSecrets',
  'rateLimitTable',
]);

/**
 * @param first what the process was started with: what only a restart takes up is still as it says
 * @param workersStay whether the workers are others than the new configuration wants, and can't be those
 */
export function obstacles(
  first: ServerConfig,
  old: ServerConfig,
  next: ServerConfig,
  workersStay: boolean,
): Obstacles {
  const settings = compareConfigs(first, next).process.filter((name) => !TAKEN_UP.has(name));
  const needsRestart = [...settings, ...(workersStay ? ['workers'] : [])];
  return { refused: changedPairs(old, next), needsRestart };
}

/**
 * A `::` serves both families unless `0.0.0.0` stands beside it, which a socket is told when it is opened: it would
 * have to be closed and opened anew, and what it holds be lost.
 */
function changedPairs(old: ServerConfig, next: ServerConfig): string[] {
  const oldNames = new Set(old.listeners.map(nameOf));
  const nextNames = new Set(next.listeners.map(nameOf));
  return next.listeners
    .filter((listener) => listener.address === '::' && oldNames.has(nameOf(listener)))
    .filter((listener) => {
      const other = nameOf({ ...listener, address: '0.0.0.0' });
      return oldNames.has(other) !== nextNames.has(other);
    })
    .map(({ port }) => `0.0.0.0:${port} comes or goes beside [::]:${port}, which stays`);
}
