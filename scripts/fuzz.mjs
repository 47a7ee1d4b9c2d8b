// `npm run fuzz`: sets up what is missing and runs test/fuzz. Arguments go there: `npm run fuzz -- --target query`.

import { join } from 'node:path';
import { ensureReady, root, runNode } from './setup.mjs';

ensureReady();

// The sources as they stand, so that what is found has their lines.
runNode(['--conditions=seamark-source', join(root, 'test/fuzz/main.ts'), ...process.argv.slice(2)]);
