// HTTPS records (RFC 9460) from manifests, as clients and other servers read them: those of examples/https-records.

import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ingress, ingress } from '../support/kube/objects.ts';
import { corefile, test } from './harness/fixtures.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLE = join(ROOT, 'examples', 'https-records');

/** The example's Corefile on a free port. */
const exampleCorefile = async (port = '{$PORT}'): Promise<string> => {
  const text = await readFile(join(EXAMPLE, 'Corefile'), 'utf8');
  expect(text).toContain('.:1053 {');
  return text
    .replace('.:1053 {', `.:${port} {`)
    .replace('manifests manifests', `manifests ${join(EXAMPLE, 'manifests')}`);
};

const H2 = '1 . alpn="h2"';
const EDGE = 'ipv4hint=192.0.2.20 ipv6hint=2001:db8::20';

/** What the example's names have, as `dig +short` and zone files write it; empty: NODATA. */
const RECORDS: Readonly<Record<string, string>> = {
  'shop.example.com': `${H2} ipv4hint=192.0.2.10 ipv6hint=2001:db8::10`,
  'plain.example.com': '',
  'old.example.com': '',
  'cloud.example.com': `${H2} ipv4hint=192.0.2.12`,
  'api.example.com': `1 . alpn="h3,h2" ${EDGE}`,
  'admin.example.com': `1 . alpn="h3,h2" port=8443 ${EDGE}`,
  '_8443._https.admin.example.com': '1 admin.example.com. alpn="h3,h2"',
  'git.example.com': `${H2} ipv4hint=192.0.2.30`,
};

test.for(['dig', 'kdig'] as const)(
  'the example is answered as %s reads it',
  async (tool, { serve, skip }) => {
    if (spawnSync(tool, ['-v']).error !== undefined) skip(`${tool} is not here`);
    const server = await serve(await exampleCorefile());
    const { host, port } = await server.endpoint();
    const read = Object.keys(RECORDS).map((name) => {
      const words = [`@${host}`, '-p', `${port}`, '+short', name, 'HTTPS'];
      const { stdout } = spawnSync(tool, words, { encoding: 'utf8' });
      // kdig writes protocols without quotes, where they need none.
      return [name, stdout.trim().replace(/alpn=([^" ]+)/, 'alpn="$1"')];
    });
    expect(Object.fromEntries(read)).toEqual(RECORDS);
  },
);

test('the example is a zone file that named-checkzone reads and writes alike', async ({
  folder,
  run,
  skip,
}) => {
  if (spawnSync('named-checkzone').error !== undefined) skip('named-checkzone is not here');
  const config = join(folder, 'Corefile.dump');
  await writeFile(config, await exampleCorefile('5300'));
  const { code, stdout } = await run(['dump', '--config', config, 'example.com']).outcome();
  expect(code).toBe(0);
  const https = (zone: string): Readonly<Record<string, string>> => {
    const found = [...zone.matchAll(/^(\S+)\.\s+10\s+IN\s+HTTPS\s+(.*)$/gm)];
    return Object.fromEntries(found.map(([, name = '', rdata = '']) => [name, rdata]));
  };
  const expected = Object.fromEntries(Object.entries(RECORDS).filter(([, rdata]) => rdata !== ''));
  expect(https(stdout)).toEqual(expected);
  const file = join(folder, 'zone');
  await writeFile(file, stdout);
  // -D: what it has read, as it would write it.
  const checked = spawnSync('named-checkzone', ['-q', '-D', '-o', '-', 'example.com', file], {
    encoding: 'utf8',
  });
  expect(checked.status, checked.stderr).toBe(0);
  expect(https(checked.stdout)).toEqual(expected);
});

test('hints follow a change of the address, and the record the end of TLS', async ({
  manifests,
  serve,
  asker,
}) => {
  const shop = (address: string, tls: readonly string[]): Ingress => {
    const one = ingress('web/shop', ['shop.example.com'], [address]);
    return { ...one, spec: { ...one.spec, tls: [{ hosts: tls }] } } as Ingress;
  };
  await manifests.write('shop.json', shop('192.0.2.1', ['shop.example.com']));
  const server = await serve(corefile(manifests, { options: ['httpsRecords all'] }));
  const client = await asker(await server.endpoint(), server);
  // RFC 9460 2.2: priority 1, the root, alpn=h2, ipv4hint.
  const rdata = (last: string): string => `\\# 18 00010000010003026832${`00040004c00002${last}`}`;
  await client.becomes('shop.example.com. HTTPS', rdata('01'));
  await manifests.write('shop.json', shop('192.0.2.2', ['shop.example.com']));
  await client.becomes('shop.example.com. HTTPS', rdata('02'));
  expect(await client.answer('shop.example.com. A')).toBe('192.0.2.2');
  await manifests.write('shop.json', shop('192.0.2.2', []));
  await client.becomes('shop.example.com. HTTPS', 'NODATA');
});

test('what explains a host says why there is no record', async ({ folder, run }) => {
  const config = join(folder, 'Corefile.explain');
  await writeFile(config, await exampleCorefile('5300'));
  const explain = async (...words: readonly string[]): Promise<string> => {
    const args = ['explain', '--no-ask', '--config', config, ...words];
    return (await run(args).outcome()).stdout;
  };
  const shop = await explain('shop.example.com', 'HTTPS');
  expect(shop).toContain(
    'shop.example.com. 10 IN HTTPS 1 . alpn="h2" ipv4hint=192.0.2.10 ipv6hint=2001:db8::10',
  );
  expect(shop).toContain('192.0.2.10 2001:db8::10 HTTPS 1 . alpn="h2", TTL 10');
  expect(await explain('old.example.com', 'HTTPS')).toContain(
    '        no HTTPS record of it: its https annotation is off, or can not be read',
  );
});
