import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why C programs can't be had here; undefined if they can. */
export async function missingCompiler(): Promise<string | undefined> {
  try {
    await run('cc', ['--version']);
    return undefined;
  } catch {
    return 'there is no C compiler (cc)';
  }
}

/** Compiles one source file into a program; a warning is an error. */
export async function compile(source: string, program: string): Promise<void> {
  await run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, source]);
}
