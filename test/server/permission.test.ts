// Node's permission model: what docs/security.md says the server needs is enough, and the rest is refused.

import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Asker } from '../cluster/asker.ts';
import { parseMessage, query, TcpClient } from '../support/dns/index.ts';
import { readPage } from '../support/markdown.ts';
import { freePort } from '../support/ports.ts';
import { SeamarkServer } from '../support/server.ts';
import { metrics } from './harness/metrics.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const CLI = join(ROOT, 'apps', 'server', 'dist', 'cli.js');
const ZONE = '$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\nns1 A 192.0.2.53\nwww A ';

let folder = '';
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'seamark-permission-')));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** The flags on the page, its two folders replaced. */
const flagsOfPage = (): string[] => {
  const [, line = ''] = /^node --permission (.*) \\\n/m.exec(readPage('docs/security.md')) ?? [];
  return line
    .replace('/opt/seamark/*', join(ROOT, '*'))
    .replace('/etc/seamark/*', `${join(folder, '*')} --allow-fs-read=${join(tmpdir(), '*')}`)
    .split(' ');
};

async function launch(flags: readonly string[], prometheus: number): Promise<SeamarkServer> {
  await writeFile(join(folder, 'db'), `${ZONE}192.0.2.1\n`);
  const file = join(folder, 'db');
  const corefile = `. :{$PORT} {\n bind 127.0.0.1\n file ${file} example.com\n prometheus 127.0.0.1:${prometheus}\n}\n`;
  return await SeamarkServer.launch(corefile.replace('. :', '.:'), {
    command: [NODE, '--permission', ...flags, CLI],
  });
}

describe('with the flags of the page', () => {
  test('it answers, follows its files and tells of itself', async () => {
    const flags = flagsOfPage();
    expect(flags).toContain('--allow-worker');
    const prometheus = await freePort();
    await using server = await launch(flags, prometheus);
    const { udp } = await server.event('serving');
    expect(udp).toBe('batched');
    const endpoint = await server.endpoint();
    await using asker = await Asker.open(endpoint, () => server.transcript());
    await asker.becomes('www.example.com. A', '192.0.2.1');
    await using client = await TcpClient.open(endpoint);
    expect(parseMessage(await client.exchange(query('www.example.com. A'))).rcode).toBe(0);
    expect((await metrics(prometheus)).get('seamark_worker_restarts_total')).toBe(0);
    await writeFile(join(folder, 'db'), `${ZONE}192.0.2.2\n`);
    await asker.becomes('www.example.com. A', '192.0.2.2');
    await server.stop();
  });

  test('without native code it serves by dgram', async () => {
    const flags = flagsOfPage().filter((flag) => flag !== '--allow-addons');
    await using server = await launch(flags, await freePort());
    const { udp } = await server.event('serving');
    expect(udp).toBe('dgram');
    await using asker = await Asker.open(await server.endpoint(), () => server.transcript());
    await asker.becomes('www.example.com. A', '192.0.2.1');
    await server.stop();
  });
});
