// Brings a fresh clone to where everything can run: dependencies installed, sources built. Runs on
// any Node from 20 on, with nothing installed, so it is JavaScript and uses Node alone.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The Node that this project pins (package.json, `node`), whichever runs this script. */
export const node = bin('node');

function run(command, args, what) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error !== undefined) fail(`${what}: ${result.error.message}`);
  if (result.status !== 0) fail(`${what} failed (status ${result.status ?? result.signal})`);
}

function fail(message) {
  process.stderr.write(`seamark: ${message}\n`);
  process.exit(1);
}

/** Installs what package-lock.json names, unless that is what is there. */
function install() {
  const stamp = join(root, 'node_modules', '.seamark-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('seamark: installing dependencies (once, about half a minute)\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Builds all packages; the task graph knows which have changed. */
function build() {
  run(
    bin('turbo'),
    ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'],
    'the build',
  );
}

export function ensureReady() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) fail(`this needs Node 20 or newer to start; this is ${process.version}`);
  install();
  build();
}
