// `seamark dump`: zones as files that other name servers read.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { expect } from 'vitest';
import { ingress, type KubeObject, service } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { CLI, NODE, type Outcome } from './harness/command.ts';
import { corefile, type Fixtures, type Manifests, test } from './harness/fixtures.ts';

const dump = async (
  { folder, run }: Pick<Fixtures, 'folder' | 'run'>,
  text: string,
  ...zones: readonly string[]
): Promise<Outcome> => {
  const config = join(folder, 'Corefile.dump');
  await writeFile(config, text);
  return await run(['dump', '--config', config, ...zones]).outcome();
};

/** A DNSEndpoint of every type that has a form of its own in zone files, and one that has none. */
const ENDPOINT: KubeObject = {
  ...{ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' },
  metadata: { name: 'all', namespace: 'web' },
  spec: {
    endpoints: [
      { dnsName: 'txt.example.com', recordType: 'TXT', targets: ['a "quoted" \\ text; or so', ''] },
      {
        dnsName: 'example.com',
        recordType: 'MX',
        targets: ['10 mail.example.com', '20 example.net'],
      },
      {
        dnsName: '_sip._tcp.example.com',
        recordType: 'SRV',
        targets: ['1 2 5060 sip.example.com'],
      },
      {
        dnsName: 'alias.example.com',
        recordType: 'CNAME',
        targets: ['www.example.com'],
        recordTTL: 5,
      },
      { dnsName: 'example.com', recordType: 'CAA', targets: ['0 issue "ca.example.net"'] },
      {
        dnsName: 'naptr.example.com',
        recordType: 'NAPTR',
        targets: ['1 2 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .'],
      },
      { dnsName: '*.wild.example.com', recordType: 'A', targets: ['192.0.2.77'] },
    ],
  },
};

const ALL = {
  port: 5300,
  options: ['resources Ingress Service DNSEndpoint', 'apex ns1 192.0.2.53'],
};

const fill = async (manifests: Manifests): Promise<void> => {
  await manifests.write(
    'more.json',
    ingress('web/pending', ['pending.example.com'], []),
    ingress('web/deep', ['one.two.example.com'], ['192.0.2.21']),
    service('web/db', ['192.0.2.9']),
  );
  await manifests.writeText('endpoint.json', JSON.stringify(ENDPOINT));
};

test('a zone is written SOA first, in canonical order, each RRset with its TTL', async ({
  manifests,
  folder,
  run,
}) => {
  await fill(manifests);
  const { code, stdout, stderr } = await dump({ folder, run }, corefile(manifests, ALL));
  expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 2)).toEqual([
    '; example.com. behind 127.0.0.1:5300',
    expect.stringMatching(/^; read by seamark \d+\.\d+\.\d+ at \d{4}-.*Z$/),
  ]);
  const soa = /^SOA ns1\.example\.com\. hostmaster\.ns1\.example\.com\. \d+ 7200 1800 86400 60$/;
  const records = lines.slice(2).map((line) => line.replaceAll('\t', ' '));
  expect(records[0]?.replace('example.com. 60 IN ', '')).toMatch(soa);
  expect(records.slice(1)).toEqual([
    'example.com. 60 IN NS ns1.example.com.',
    'example.com. 60 IN MX 10 mail.example.com.',
    'example.com. 60 IN MX 20 example.net.',
    'example.com. 60 IN CAA 0 issue "ca.example.net"',
    '_sip._tcp.example.com. 60 IN SRV 1 2 5060 sip.example.com.',
    'alias.example.com. 5 IN CNAME www.example.com.',
    'naptr.example.com. 60 IN NAPTR 1 2 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .',
    'ns1.example.com. 60 IN A 192.0.2.53',
    '; pending.example.com. exists without records',
    'one.two.example.com. 60 IN A 192.0.2.21',
    expect.stringMatching(/^txt\.example\.com\. 60 IN TXT /),
    expect.stringMatching(/^txt\.example\.com\. 60 IN TXT /),
    'db.web.example.com. 60 IN A 192.0.2.9',
    '*.wild.example.com. 60 IN A 192.0.2.77',
    'www.example.com. 60 IN A 192.0.2.1',
    'www.example.com. 60 IN AAAA 2001:db8::1',
  ]);
});

const CHECKERS = [
  ['named-checkzone', 'example.com'],
  ['nsd-checkzone', 'example.com'],
  ['ldns-read-zone'],
] as const;

test.for([...CHECKERS])(
  'a zone is taken by %s',
  async ([checker, ...args], { manifests, skip, folder, run }) => {
    if (spawnSync(checker).error !== undefined) skip(`${checker} is not here`);
    await fill(manifests);
    const { stdout } = await dump({ folder, run }, corefile(manifests, ALL), 'example.com');
    const file = join(folder, 'zone');
    await writeFile(file, stdout);
    const {
      status,
      stdout: said,
      stderr,
    } = spawnSync(checker, [...args, file], { encoding: 'utf8' });
    expect(`${status} ${said} ${stderr}`).toMatch(/^0 /);
  },
);

test('zones are chosen, and one that is not served is refused', async ({
  manifests,
  folder,
  run,
}) => {
  const text = corefile(manifests, { port: 5300 }).replace(
    'example.com {',
    'example.com example.net {',
  );
  const apexes = ({ stdout }: Outcome): string[] =>
    [...stdout.matchAll(/^(\S+)\t\d+\tIN\tSOA/gm)].map(([, apex = '']) => apex);
  expect(apexes(await dump({ folder, run }, text))).toEqual(['example.com.', 'example.net.']);
  expect(apexes(await dump({ folder, run }, text, 'Example.NET'))).toEqual(['example.net.']);
  const { code, stdout, stderr } = await dump({ folder, run }, text, 'exmple.net');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr[0]).toContain('no zone is exmple.net.; did you mean example.net.?');
  expect((await dump({ folder, run }, '. {\n}\n')).stderr[0]).toContain('has no zones');
});

test('a large zone goes out whole, and a reader that wants only its head ends it', async ({
  manifests,
  folder,
  run,
}) => {
  const hosts = Array.from({ length: 20_000 }, (_, i) => `h${i}.example.com`);
  await manifests.write('large.json', ingress('web/large', hosts, ['192.0.2.5']));
  const text = corefile(manifests, { port: 5300 });
  const { code, stdout } = await dump({ folder, run }, text);
  expect(code).toBe(0);
  expect(stdout.match(/^h\d+\.example\.com\.\t60\tIN\tA\t192\.0\.2\.5$/gm)).toHaveLength(20_000);
  const child = spawn(NODE, [CLI, 'dump', '--config', join(folder, 'Corefile.dump')]);
  const ended = once(child, 'close');
  const said = textOf(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [status] = await ended;
  expect({ status, said: await said }).toEqual({ status: 0, said: '' });
});

test('what is missing is told on stderr, in the file and by the exit status', async ({
  manifests,
  folder,
  run,
}) => {
  const kubeconfig = join(folder, 'kubeconfig');
  const server = `https://127.0.0.1:${await freePort()}`;
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'c', user: { token: 'token' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const text = corefile(manifests, { port: 5300 }).replace(
    /manifests .*/,
    `kubeconfig ${kubeconfig}`,
  );
  const { code, stdout, stderr } = await dump({ folder, run }, text);
  expect(code).toBe(1);
  expect(stdout).toContain(`; INCOMPLETE without Ingress of ${kubeconfig}\n`);
  expect(stderr.join('\n')).toMatch(
    /incomplete without Service of .*: services: .*refuses connections/,
  );
});
