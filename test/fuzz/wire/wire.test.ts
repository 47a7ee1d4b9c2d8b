// The wire fuzzer itself, with as few packets as show that it works: `npm run fuzz -- wire` sends ten million.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile, missingCompiler } from '../../support/compile.ts';
import { query } from '../../support/dns/index.ts';
import { freePort } from '../../support/ports.ts';
import { fuzzWire } from './main.ts';
import { readWireOptions } from './options.ts';
import { CONTROL } from './scene.ts';

const missing = await missingCompiler();

test.skipIf(missing).each(['batched', 'dgram'])(
  'a server that is sent 30,000 packets goes on as before, with UDP by %s',
  async (udp) => {
    const lines: string[] = [];
    const status = await fuzzWire(['--packets', '30000', '--udp', udp], (line) => lines.push(line));
    expect(status, lines.join('\n')).toBe(0);
    expect(lines.at(0)).toMatch(/^wire: 30,0\d\d packets in /);
    expect(lines.at(-1)).toBe('wire: it did no harm');
  },
);

test.skipIf(missing)('nobody who answers is harm', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamark-flood-'));
  try {
    const program = join(folder, 'flood');
    await compile(join(import.meta.dirname, 'flood.c'), program);
    const message = query(CONTROL);
    const framed = Buffer.concat([Buffer.of(0, message.length), message]);
    writeFileSync(join(folder, 'seeds'), Buffer.concat([framed, framed]));
    const port = String(await freePort());
    const { status, stdout, stderr } = spawnSync(program, [
      port,
      '1',
      '100',
      join(folder, 'seeds'),
    ]);
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 1, stdout: '' });
    expect(stderr.toString()).not.toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('options are read, and what is wrong with them told', () => {
  expect(readWireOptions([])).toMatchObject({ packets: 10_000_000, seed: 1, udp: 'batched' });
  expect(readWireOptions(['--help'])).toBeUndefined();
  expect(() => readWireOptions(['--packets', 'many'])).toThrow('--packets takes a whole number');
  expect(() => readWireOptions(['--udp', 'tcp'])).toThrow('--udp takes batched or dgram');
  expect(() => readWireOptions(['--what'])).toThrow('--what');
});
