// `npm run dev`: serves the examples straight from the sources and starts again when one changes.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, node, root } from './setup.mjs';

ensureReady();

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ['--config', join(root, 'examples', 'Corefile')];
const server = spawn(
  node,
  [
    '--watch',
    '--conditions=seamark-source',
    join(root, 'apps/server/src/cli.ts'),
    'serve',
    ...args,
  ],
  { stdio: 'inherit' },
);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code) => process.exit(code ?? 1));
