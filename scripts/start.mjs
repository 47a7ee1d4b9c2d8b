// `npm start`: sets up what is missing and serves the examples. Arguments go to `seamark serve`:
// `npm start -- --config Corefile`.

import { join } from 'node:path';
import { ensureReady, root, runNode } from './setup.mjs';

ensureReady();

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ['--config', join(root, 'examples', 'Corefile')];
runNode([join(root, 'apps/server/dist/cli.js'), 'serve', ...args]);
