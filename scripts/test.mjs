// `npm test`: sets up what is missing, checks, and runs every test. Arguments go to vitest:
// `npm test -- --project unit`. The last line counts: `N passed, N failed`.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureReady, node, root } from './setup.mjs';

ensureReady();

const given = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'seamark-test-'));
const report = join(scratch, 'report.json');
const modules = join(root, 'node_modules');

function run(args) {
  return spawnSync(node, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}

/** Format, lint and types count as one test each: a tree that fails them is not green. */
const checks = [
  ['format and lint', [join(modules, '@biomejs/biome/bin/biome'), 'check', '.']],
  ['types', [join(modules, 'typescript/bin/tsc'), '--noEmit']],
];
let passed = 0;
let failed = 0;
if (given.length === 0) {
  for (const [name, args] of checks) {
    const ok = run(args) === 0;
    if (ok) passed += 1;
    else failed += 1;
    process.stdout.write(`${ok ? 'ok' : 'FAILED'}: ${name}\n`);
  }
}

const status = run([
  join(modules, 'vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...given,
]);
let skipped = 0;
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  passed += counts.numPassedTests;
  failed += counts.numFailedTests;
  skipped += counts.numPendingTests + counts.numTodoTests;
  // A file that could not be loaded, or an error outside any test, fails no test of its own.
  if (status !== 0 && counts.numFailedTests === 0) failed += 1;
} catch {
  failed += 1;
}
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(
  `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exit(failed === 0 ? 0 : 1);
