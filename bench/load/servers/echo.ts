// The limit of sockets (echo.c), compiled on the spot.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile, missingCompiler } from '../../../test/support/compile.ts';
import type { Recipe } from './contract.ts';

const run = promisify(execFile);
const SOURCE: string = join(import.meta.dirname, '../echo.c');

export const echo: Recipe = {
  name: 'echo',
  isEcho: true,
  missing: missingCompiler,
  async prepare({ folder, port }) {
    const program = join(folder, 'echo');
    await compile(SOURCE, program);
    return { program, args: [String(port)] };
  },
  async version() {
    const { stdout } = await run('cc', ['-dumpfullversion']);
    return `cc ${stdout.trim()} -O2`;
  },
};
