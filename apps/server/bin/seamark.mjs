#!/usr/bin/env node
// The command `seamark`. The server is made for the Node that this package brings along (`node` in
// package.json); started by another, this hands over to that one, signals and exit status included.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const require = createRequire(import.meta.url);
const manifest = require.resolve('node/package.json');
const wanted = require(manifest).version;

if (process.versions.node.split('.')[0] === wanted.split('.')[0]) {
  await import(cli);
} else {
  const pinned = join(dirname(manifest), 'bin', 'node');
  const child = spawn(pinned, [cli, ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => {
    process.stderr.write(`seamark: cannot start Node ${wanted} at ${pinned}: ${error.message}\n`);
    process.exit(1);
  });
  // A terminal signals the whole group; what is sent to this process alone is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal));
  }
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}
