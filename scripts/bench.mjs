// `npm run bench`: sets up what is missing and runs bench/load. Arguments go there: `npm run bench -- --quick`.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, node, root } from './setup.mjs';

ensureReady();

const bench = spawn(node, [join(root, 'bench/load/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// A terminal's Ctrl-C reaches the bench by itself; it takes its servers with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => bench.kill('SIGTERM'));
bench.on('exit', (code) => process.exit(code ?? 1));
