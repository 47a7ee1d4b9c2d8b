// What was thrown, so that the same fault is told once.

const ROOT_IN_STACK = /file:\/\/\S*?\/(?=(?:packages|apps|test)\/)/g;

/** The message and where it was thrown, places of this repository alone. */
export function reportOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at ') && !line.includes('node:'))
    .map((line) => line.replaceAll(ROOT_IN_STACK, '').trim());
  return [`${error.name}: ${error.message}`, ...frames].join('\n');
}

/** The same for faults that are the same: kind and place. */
export function kindOf(error: unknown): string {
  const [first = '', place = ''] = reportOf(error).split('\n');
  return `${first.replaceAll(/\d+/g, '0').slice(0, 60)} ${place}`;
}
