// `npm run dev`: serves the examples straight from the sources and starts again when one changes.

import { join } from 'node:path';
import { ensureReady, root, runNode } from './setup.mjs';

ensureReady();

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ['--config', join(root, 'examples', 'Corefile')];
runNode([
  '--watch',
  '--conditions=seamark-source',
  join(root, 'apps/server/src/cli.ts'),
  'serve',
  ...args,
]);
