// `npm start`: sets up what is missing and serves the examples. Arguments go to `seamark serve`:
// `npm start -- --config Corefile`.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, node, root } from './setup.mjs';

ensureReady();

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ['--config', join(root, 'examples', 'Corefile')];
const server = spawn(node, [join(root, 'apps/server/dist/cli.js'), 'serve', ...args], {
  stdio: 'inherit',
});
// A terminal's Ctrl-C reaches the server by itself, a supervisor's SIGTERM only this process.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
