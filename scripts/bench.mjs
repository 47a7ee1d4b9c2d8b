// `npm run bench`: sets up what is missing and runs bench/load. Arguments go there: `npm run bench -- --quick`.

import { join } from 'node:path';
import { ensureReady, root, runNode } from './setup.mjs';

ensureReady();

// The bench takes its servers with it.
runNode([join(root, 'bench/load/main.ts'), ...process.argv.slice(2)]);
