// Brings a fresh clone to where everything can run: dependencies installed, sources built. Runs on
// any Node from 20 on, with nothing installed, so it is JavaScript and uses Node alone.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);

/** The Node that this project pins (package.json, `node`), whichever runs this script. */
export const node = bin('node');

function run(command, args, what) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.error !== undefined) fail(`${what} cannot start: ${result.error.message}`);
  if (result.status !== 0) fail(`${what} failed (status ${result.status ?? result.signal})`);
}

function fail(message) {
  process.stderr.write(`seamark: ${message}\n`);
  process.exit(1);
}

/** Why `node_modules` cannot be used, or `undefined` if it can. */
function flaw() {
  for (const name of ['turbo', 'node']) {
    if (!existsSync(bin(name))) return `node_modules/.bin/${name} is missing`;
  }
  // A link is there even if the script that downloads the program was not run.
  const { error, status } = spawnSync(node, ['--version'], { stdio: 'ignore' });
  if (error !== undefined) return `node_modules/.bin/node does not run: ${error.message}`;
  return status === 0 ? undefined : 'node_modules/.bin/node does not run';
}

/** Installs what package-lock.json names, unless that is what is there. */
function install() {
  const stamp = join(root, 'node_modules', '.seamark-installed');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (installed && flaw() === undefined) return;
  process.stderr.write('seamark: installing dependencies (once, about half a minute)\n');
  // Said outright, because NODE_ENV=production or a user's .npmrc would leave out what the build needs.
  run(
    'npm',
    [
      'ci',
      '--include=dev',
      '--include=optional',
      '--ignore-scripts=false',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    'npm ci',
  );
  const left = flaw();
  if (left !== undefined) fail(`npm ci ended well, and yet ${left}`);
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

/**
 * Runs the pinned Node in the foreground: SIGTERM is passed on, and the status of this process is
 * that of the child.
 */
export function runNode(args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
  // A terminal's Ctrl-C reaches the child by itself, a supervisor's SIGTERM only this process.
  process.on('SIGINT', () => {});
  // A terminal that closes means an end; SIGHUP from anywhere else is the child's to judge.
  const hangup = process.stdin.isTTY ? 'SIGTERM' : 'SIGHUP';
  process.on('SIGHUP', () => child.kill(hangup));
  for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
