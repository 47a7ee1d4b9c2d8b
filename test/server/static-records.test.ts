// `file`, `hosts` and `fallthrough` in a server that runs: who answers, what explains it, what follows a change.

import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parseMessage, presentRdata, query, rcodeName, UdpClient } from '../support/dns/index.ts';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { type Manifests, test } from './harness/fixtures.ts';
import { address, Upstream } from './harness/upstream.ts';

const write = async (folder: string, name: string, text: string): Promise<void> => {
  await writeFile(join(folder, `${name}.new`), text);
  await rename(join(folder, `${name}.new`), join(folder, name));
};

const ZONE = (serial: number, more: string): string =>
  `$TTL 120\n@ SOA ns1 hostmaster ${serial} 7200 1800 86400 30\n@ NS ns1\nns1 A 192.0.2.53\n${more}`;

const COREFILE = (manifests: Manifests, also = ''): string => `
.:{$PORT} {
  bind 127.0.0.1
  ${also}
  hosts my.hosts example.com 192.0.2.0/24 {
    192.0.2.66 inline.example.com
    fallthrough
  }
  k8s_gateway example.com 192.0.2.0/24 {
    manifests ${manifests.path}
    relative off
    fallthrough
  }
  file db.com example.com
  file db.org example.org {
    reload 1s
  }
}
`;

test('objects, a hosts file before them, zone files behind them and beside them', async ({
  folder,
  manifests,
  serve,
  asker,
  run,
}) => {
  await write(folder, 'my.hosts', '192.0.2.60 hosted.example.com www.example.com\n');
  await write(
    folder,
    'db.com',
    ZONE(1, 'www A 192.0.2.200\nwww MX 10 mail\nplain A 192.0.2.201\n'),
  );
  await write(
    folder,
    'db.org',
    ZONE(5, 'www A 192.0.2.210\nsub NS ns.sub\nns.sub A 192.0.2.211\n'),
  );
  await manifests.write('more.json', ingress('web/app', ['app.example.com'], ['192.0.2.7']));
  const prometheus = `127.0.0.1:${await freePort()}`;
  const text = COREFILE(manifests, `prometheus ${prometheus}`);
  const server = await serve(text);
  const client = await asker(await server.endpoint(), server);
  const answers: Record<string, string> = {
    'hosted.example.com. A': '192.0.2.60',
    'inline.example.com. A': '192.0.2.66',
    'www.example.com. A': '192.0.2.60',
    'www.example.com. AAAA': 'NODATA',
    'www.example.com. MX': '10 mail.example.com.',
    'app.example.com. A': '192.0.2.7',
    'plain.example.com. A': '192.0.2.201',
    'none.example.com. A': 'NXDOMAIN',
    'example.com. NS': 'dns1.kube-system.example.com.',
    '60.2.0.192.in-addr.arpa. PTR': 'hosted.example.com. www.example.com.',
    '7.2.0.192.in-addr.arpa. PTR': 'app.example.com.',
    'www.example.org. A': '192.0.2.210',
    'example.org. NS': 'ns1.example.org.',
    'none.example.org. A': 'NXDOMAIN',
  };
  const asked: Record<string, string> = {};
  for (const question of Object.keys(answers)) asked[question] = await client.answer(question);
  expect(asked).toEqual(answers);
  expect(await client.serial('example.org.')).toBe(5);

  const status = (await (await fetch(`http://${prometheus}/status`)).json()) as {
    readonly sources: readonly { readonly source: string; readonly kinds: readonly object[] }[];
    readonly zones: readonly { readonly zone: string; readonly serial: number }[];
  };
  const path = (name: string): string => join(folder, name);
  expect(status.sources.slice(1)).toMatchObject([
    { source: path('db.com'), kinds: [{ kind: 'file', state: 'watching', synced: true }] },
    { source: path('my.hosts'), kinds: [{ kind: 'hosts', state: 'watching', synced: true }] },
    { source: path('db.org'), kinds: [{ kind: 'file', objects: 6 }] },
  ]);
  expect(status.zones.find(({ zone }) => zone === 'example.org.')?.serial).toBe(5);

  const config = join(folder, 'Corefile.1');
  const env = { PORT: String((await server.endpoint()).port) };
  const explained = await run(['explain', 'www.example.com', '--config', config], {
    env,
  }).outcome();
  const lines = explained.stdout.split('\n').map((line) => line.trim());
  expect(lines).toContain(
    `hosts ${path('my.hosts')} line 1 (${path('my.hosts')}): 192.0.2.60, TTL 3600`,
  );
  expect(lines).toContain(
    `file ${path('db.com')} line 6 (${path('db.com')}): MX 10 mail.example.com., TTL 120`,
  );
  expect(lines).toContain(
    `file ${path('db.com')} line 5 (${path('db.com')}): 192.0.2.200, TTL 120 — hosts comes before file`,
  );
  const dumped = await run(['dump', 'example.org', '--config', config], { env }).outcome();
  expect(dumped.code).toBe(0);
  expect(
    dumped.stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.startsWith(';')),
  ).toEqual([
    'example.org.\t30\tIN\tSOA\tns1.example.org. hostmaster.example.org. 5 7200 1800 86400 30',
    'example.org.\t120\tIN\tNS\tns1.example.org.',
    'ns1.example.org.\t120\tIN\tA\t192.0.2.53',
    'sub.example.org.\t120\tIN\tNS\tns.sub.example.org.',
    'ns.sub.example.org.\t120\tIN\tA\t192.0.2.211',
    'www.example.org.\t120\tIN\tA\t192.0.2.210',
  ]);

  await write(folder, 'db.org', ZONE(6, 'www A 192.0.2.220\n'));
  await client.becomes('www.example.org. A', '192.0.2.220');
  expect(await client.serial('example.org.')).toBe(6);
  await write(folder, 'my.hosts', '192.0.2.61 hosted.example.com\n');
  await client.becomes('www.example.com. A', '192.0.2.1');
  expect(await client.answer('hosted.example.com. A')).toBe('192.0.2.61');
  await write(folder, 'db.org', ZONE(7, 'www A 192.0.2.300\n'));
  const { msg } = await server.event('zone-file-unusable');
  expect(msg).toBe(
    `${path('db.org')}:5:7: A: no IPv4 address; what was read of example.org. before stays, it is read again when it changes`,
  );
  expect(await client.answer('www.example.org. A')).toBe('192.0.2.220');
});

test('a file that is missing at the start is told of, and served when it comes', async ({
  folder,
  launch,
  asker,
}) => {
  const server = await launch(
    'example.org:{$PORT} {\n bind 127.0.0.1\n file db.org {\n reload 1s\n }\n}\n',
  );
  const { listeners } = await server.event('serving');
  expect(listeners).toBeDefined();
  const { msg } = await server.event('zone-file-unusable');
  expect(msg).toBe(
    `${join(folder, 'db.org')}: there is no such file; nothing of example.org. is known from it, it is read again when it changes`,
  );
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('www.example.org. A')).toMatch(/^SERVFAIL/);
  await write(folder, 'db.org', ZONE(1, 'www A 192.0.2.1\n'));
  await client.becomes('www.example.org. A', '192.0.2.1');
});

test('entries of names outside of all zones are answered in place of the upstream', async ({
  folder,
  serve,
}) => {
  await using upstream = await Upstream.open(address('203.0.113.7', { flags: 'qr aa rd ra' }));
  await write(folder, 'my.hosts', '192.0.2.80 Hosted.test\n');
  await write(folder, 'db.org', ZONE(1, 'www A 192.0.2.1\n'));
  const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  hosts my.hosts {
    2001:db8::80 hosted.test
    198.51.100.1 www.example.org
    fallthrough test
    reload 1s
  }
  file db.org example.org
  forward . ${upstream.name}
}
`);
  await using client = await UdpClient.open(await server.endpoint());
  const ask = async (question: string): Promise<string> => {
    const sent = query(question, { flags: 'rd', edns: {} });
    const { rcode, answer } = parseMessage(await client.exchange(sent));
    return answer.map((record) => presentRdata(record.rdata)).join(' ') || rcodeName(rcode);
  };
  expect(await ask('hosted.TEST. A')).toBe('192.0.2.80');
  expect(await ask('hosted.test. AAAA')).toBe('2001:db8::80');
  expect(await ask('hosted.test. MX')).toBe('NOERROR');
  expect(await ask('80.2.0.192.in-addr.arpa. PTR')).toBe('hosted.test.');
  expect(await ask('www.example.org. A')).toBe('198.51.100.1');
  expect(await ask('other.test. A')).toBe('203.0.113.7');
  expect(await ask('other.example.net. A')).toBe('SERVFAIL');
  await write(folder, 'my.hosts', '192.0.2.81 hosted.test\n');
  await expect.poll(() => ask('hosted.test. A'), { timeout: 20_000 }).toBe('192.0.2.81');
});
