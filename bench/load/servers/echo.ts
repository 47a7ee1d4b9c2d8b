// The limit of sockets (echo.c), compiled on the spot.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Recipe } from './contract.ts';

const run = promisify(execFile);
const SOURCE: string = join(import.meta.dirname, '../echo.c');

export const echo: Recipe = {
  name: 'echo',
  isEcho: true,
  async missing() {
    try {
      await run('cc', ['--version']);
      return undefined;
    } catch {
      return 'there is no C compiler (cc)';
    }
  },
  async prepare({ folder, port }) {
    const program = join(folder, 'echo');
    await run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, SOURCE]);
    return { program, args: [String(port)] };
  },
  async version() {
    const { stdout } = await run('cc', ['-dumpfullversion']);
    return `cc ${stdout.trim()} -O2`;
  },
};
