// The server as it ships: our modules, the packages' included, in a few files in one folder; libraries stay outside.
// Each of its threads loads what it needs by itself, and to find, read and link 55 to 150 modules took each
// 115 to 120 ms of CPU time, from this 55 to 65, of which 25 are Node's own (medians of 9, two graphs of four).

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'rolldown';

const require = createRequire(import.meta.url);
const inPackage = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path);

export default defineConfig({
  // What is started by its file's name: each `new URL('./NAME.js', import.meta.url)`. All lie side by side, so
  // that such a name is right in whichever chunk it comes to be.
  input: {
    cli: 'src/cli.ts',
    'udp-worker': 'src/workers/udp-worker.ts',
    'stream-worker': 'src/workers/stream-worker.ts',
    'watcher-worker': 'src/workers/watcher-worker.ts',
    'merge-worker': inPackage('@seamark/snapshot', 'src/merge-worker.ts'),
    'access-helper': inPackage('@seamark/watcher', 'src/cluster/access-helper.ts'),
  },
  platform: 'node',
  resolve: { conditionNames: ['seamark-source', 'node', 'import', 'default'] },
  external: (id) => !/^(\.|\/|@seamark\/|src\/)/.test(id),
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
