// Test files run in processes of their own, several at once, and each asks for free ports.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../support/ports.ts';

const MODULE = JSON.stringify(fileURLToPath(new URL('../support/ports.ts', import.meta.url)));
const ASK = `import(${MODULE}).then(({ freePort }) => freePort()).then((port) => console.log(port))`;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test.skipIf(process.platform !== 'linux')(
  'a port is given to one process, until that ends',
  async () => {
    const holder = spawn(process.execPath, ['-e', `${ASK}; process.stdin.resume()`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(holder, 'exit');
    cleanups.push(() => {
      holder.kill('SIGKILL');
      return ended;
    });
    const [line] = await once(createInterface(holder.stdout), 'line');
    const port = Number(line);
    await expect(freePort(port, port + 1)).rejects.toThrow('no free port');
    // However it ends.
    holder.kill('SIGKILL');
    await ended;
    expect(await freePort(port, port + 1)).toBe(port);
    await expect(freePort(port, port + 1)).rejects.toThrow('no free port');
  },
);

test('asking for a port keeps no process from ending', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', ASK]);
  expect(Number(stdout)).toBeGreaterThan(1024);
});
