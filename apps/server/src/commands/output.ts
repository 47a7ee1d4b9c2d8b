import { once } from 'node:events';

/** Texts written together: a system call for each line of a large zone takes longer than the zone. */
const CHUNK = 64 * 1024;

/**
 * Writes to stdout and waits where the reader is slow. One that wants no more (`| head`) is no fault: then the rest
 * is not made.
 */
export async function writeOut(lines: Iterable<string>): Promise<void> {
  const { stdout } = process;
  let isBroken = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    isBroken = true;
  };
  stdout.on('error', onError);
  let text = '';
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < CHUNK) continue;
    const isFull = !stdout.write(text);
    text = '';
    // A broken pipe never drains.
    if (isFull) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => {});
    if (isBroken) return;
  }
  if (text !== '') stdout.write(text);
}

/** A line on stderr. */
export function complain(text: string): void {
  process.stderr.write(`seamark: ${text}\n`);
}
