// Programs of Debian packages.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function missingProgram(path: string, hint: string): string | undefined {
  return existsSync(path) ? undefined : `${path} is not installed (${hint})`;
}

/** The first version number that the program prints, on whichever stream. */
export async function printedVersion(program: string, flag: string): Promise<string> {
  const { stdout, stderr } = await run(program, [flag]);
  return /\d+\.\d+(?:\.\d+)?/.exec(stdout + stderr)?.[0] ?? 'unknown';
}
