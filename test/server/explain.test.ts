// `seamark explain`: what a name is answered and why, from manifests, with a server that runs and without.

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Ingress, ingress, type Service, service } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Outcome } from './harness/command.ts';
import { corefile, type Fixtures, test } from './harness/fixtures.ts';
import { Upstream } from './harness/upstream.ts';

type Run = Fixtures['run'];

/** Runs `seamark explain` with this Corefile, whose server listens nowhere unless a port is given. */
const explain = async (
  { folder, run }: { folder: string; run: Run },
  text: string,
  args: readonly string[],
  port?: number,
): Promise<Outcome> => {
  const config = join(folder, 'Corefile.explain');
  await writeFile(config, text);
  const env = { PORT: String(port ?? (await freePort())) };
  return await run(['explain', '--config', config, ...args], { env }).outcome();
};

const OBJECTS = [
  ingress('web/api', ['api.example.com'], []),
  ingress('web/wild', ['*.apps.example.com'], ['192.0.2.20']),
  ingress('web/deep', ['one.two.example.com'], ['192.0.2.21']),
  ingress('web/old', ['www.example.com'], []),
  service('db/pg', ['192.0.2.99']),
  { ...service('web/inner', ['192.0.2.98']), spec: { type: 'ClusterIP', ports: [{ port: 80 }] } },
] satisfies (Ingress | Service)[];

interface Told {
  readonly asked: string;
  readonly code: number;
  /** Lines that are there, in this order. */
  readonly says: readonly string[];
}

const TOLD: readonly Told[] = [
  {
    asked: 'www.example.com',
    code: 0,
    says: [
      'www.example.com. A: NOERROR, 1 record, from the sources',
      '    www.example.com. 60 IN A 192.0.2.1',
      'www.example.com. exists in the zone example.com. and owns A, AAAA.',
      'Records from',
      '    Ingress web/www (MANIFESTS): 192.0.2.1 2001:db8::1, TTL 60',
      'None from',
      '    Ingress web/old (MANIFESTS) — it has no address yet',
      'Sources',
      '    MANIFESTS Ingress: read just now, 5 objects with a name here',
    ],
  },
  {
    asked: 'WWW.Example.Com. aaaa',
    code: 0,
    says: ['    www.example.com. 60 IN AAAA 2001:db8::1'],
  },
  {
    asked: 'www.example.com MX',
    code: 3,
    says: ['www.example.com. MX: NOERROR, no record of that type (NODATA), from the sources'],
  },
  {
    asked: 'api.example.com',
    code: 3,
    says: [
      'api.example.com. exists in the zone example.com. and owns no records.',
      'None from',
      '    Ingress web/api (MANIFESTS) — it has no address yet',
    ],
  },
  {
    asked: 'any.apps.example.com',
    code: 0,
    says: [
      '    any.apps.example.com. 60 IN A 192.0.2.20',
      'any.apps.example.com. does not exist in the zone example.com.: *.apps.example.com. speaks for it, which owns A.',
      '    Ingress web/wild (MANIFESTS) for *.apps.example.com.: 192.0.2.20, TTL 60',
    ],
  },
  {
    asked: 'two.example.com',
    code: 3,
    says: [
      'two.example.com. exists in the zone example.com., as an empty non-terminal: for the names below it.',
      'Below it there are one.two.example.com.',
    ],
  },
  {
    asked: 'wwww.example.com',
    code: 4,
    says: [
      'wwww.example.com. A: NXDOMAIN, there is no such name, from the sources',
      'wwww.example.com. does not exist in the zone example.com.; the closest name around it is example.com.',
      'Did you mean www.example.com.?',
    ],
  },
  {
    asked: 'inner.web.example.com',
    code: 4,
    says: [
      'None from',
      '    Service web/inner (MANIFESTS) for inner.web — its type is "ClusterIP", and not LoadBalancer',
    ],
  },
  {
    asked: 'www.example.net',
    code: 5,
    says: [
      'www.example.net. A: REFUSED, it lies in no zone that is served there, from the sources',
    ],
  },
  {
    asked: 'example.com AXFR',
    code: 5,
    says: [
      'example.com. AXFR: REFUSED, zone transfers are not served (EDE 21, Not Supported), from the sources',
    ],
  },
];

describe('without a server', () => {
  test.for([...TOLD])(
    'explains $asked',
    async ({ asked, code, says }, { manifests, folder, run }) => {
      await manifests.write('more.json', ...OBJECTS);
      const outcome = await explain({ folder, run }, corefile(manifests), asked.split(' '));
      const lines = outcome.stdout.replaceAll(manifests.path, 'MANIFESTS').split('\n');
      expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code, stderr: [] });
      expect(lines.filter((line) => says.includes(line))).toEqual(says);
      expect(outcome.stdout).toMatch(
        /^No server was asked at 127\.0\.0\.1:\d+: nobody listens there\.$/m,
      );
    },
  );

  test('tells of the faults of a DNSEndpoint those of the name', async ({
    manifests,
    folder,
    run,
  }) => {
    const endpoint = (name: string) => ({
      ...{ dnsName: `${name}.example.com`, recordType: 'A' },
      targets: ['192.0.2.1', `192.0.2.999-${name}`],
    });
    const object = {
      ...{ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' },
      metadata: { name: 'both', namespace: 'web' },
      spec: { endpoints: [endpoint('one'), endpoint('other')] },
    };
    await manifests.writeText('endpoint.json', JSON.stringify(object));
    const text = corefile(manifests, { options: ['resources Ingress DNSEndpoint'] });
    const { code, stdout } = await explain({ folder, run }, text, ['one.example.com', '--no-ask']);
    expect(code).toBe(0);
    expect(stdout).toContain('192.0.2.999-one');
    expect(stdout).not.toContain('192.0.2.999-other');
  });

  test('is a value for programs with --json', async ({ manifests, folder, run }) => {
    await manifests.write('more.json', ...OBJECTS);
    const args = ['www.example.com', '--json', '--no-ask'];
    const { code, stdout } = await explain({ folder, run }, corefile(manifests), args, 5300);
    expect(code).toBe(0);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    const answer = {
      ...{ outcome: 'data', rcode: 'NOERROR', authority: [] },
      answer: [{ name: 'www.example.com.', ttl: 60, type: 'A', rdata: '192.0.2.1' }],
    };
    expect(told).toEqual({
      ...{ name: 'www.example.com.', type: 'A', listener: '127.0.0.1:5300', otherListeners: [] },
      ...{ answer, answerFrom: 'sources', sourcesAnswer: answer, agrees: null, wayOut: null },
      ...{
        zone: 'example.com.',
        cut: null,
        pointsTo: null,
        exists: true,
        encloser: 'www.example.com.',
        isNameServer: false,
      },
      types: ['A', 'AAAA'],
      objects: [
        {
          ...{
            source: manifests.path,
            kind: 'Ingress',
            object: 'web/www',
            name: 'www.example.com.',
          },
          ...{ addresses: ['192.0.2.1', '2001:db8::1'], targets: [], records: [], ttl: 60 },
          ...{ answers: ['A', 'AAAA'], complaints: [] },
        },
        {
          ...{
            source: manifests.path,
            kind: 'Ingress',
            object: 'web/old',
            name: 'www.example.com.',
          },
          ...{ addresses: [], targets: [], records: [], ttl: 60, answers: [], complaints: [] },
          loss: { code: 'no-address', text: 'it has no address yet' },
        },
      ],
      ...{ similar: [], below: [] },
      read: { at: expect.stringMatching(/^\d{4}-.*Z$/), sources: expect.any(Array) },
      server: {
        noAnswer: 'it was not asked',
        transport: null,
        noUdp: null,
        statusAt: null,
        status: null,
        noStatus: null,
      },
    });
  });

  test('says what is wrong with an object that has to do with it', async ({
    manifests,
    folder,
    run,
  }) => {
    const given = ingress('web/odd', ['odd.example.com'], ['192.0.2.7']);
    const annotations = { 'external-dns.kubernetes.io/ttl': 'soon' };
    const odd = { ...given, metadata: { ...given.metadata, annotations } };
    await manifests.write('odd.json', odd);
    const { code, stdout } = await explain({ folder, run }, corefile(manifests), [
      'odd.example.com',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Ingress web\/odd .*192\.0\.2\.7, TTL 60\n +Ingress web\/odd: .*soon/);
  });

  test('names what could not be read, and gives no answer that may be wrong', async ({
    manifests,
    folder,
    run,
  }) => {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(await freePort()));
    const text = corefile(manifests).replace(/manifests .*/, `kubeconfig ${kubeconfig}`);
    const { code, stdout } = await explain({ folder, run }, text, ['www.example.com']);
    expect(code).toBe(1);
    expect(stdout).toContain('www.example.com. A: SERVFAIL, not everything has been read (EDE 14)');
    expect(stdout).toMatch(
      / Ingress: not read: ingresses\.networking\.k8s\.io: .*refuses connections/,
    );
  });

  test('waits for a source that says nothing no longer than it is told', async ({
    manifests,
    folder,
    run,
  }) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf((silent.address() as AddressInfo).port));
    const text = corefile(manifests).replace(/manifests .*/, `kubeconfig ${kubeconfig}`);
    const args = ['www.example.com', '--timeout', '1'];
    const { code, stdout } = await explain({ folder, run }, text, args);
    silent.close();
    expect(code).toBe(1);
    expect(stdout).toContain('www.example.com. is not known yet in the zone example.com.;');
    expect(stdout).toMatch(/ Ingress: not read: not in time \(--timeout\)$/m);
  });

  test('cannot tell without a kubeconfig', async ({ manifests, folder, run }) => {
    const text = corefile(manifests).replace(/manifests .*/, 'kubeconfig /nowhere/kubeconfig');
    const { code, stdout, stderr } = await explain({ folder, run }, text, ['www.example.com']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.join('\n')).toMatch(/^seamark: .*\/nowhere\/kubeconfig/);
  });

  test.for([
    { args: [], says: /explain takes a name/ },
    { args: ['a..b'], says: /"a\.\.b" is not a domain name: an empty label/ },
    { args: ['www.example.com', 'BOGUS'], says: /"BOGUS" is no type/ },
    { args: ['www.example.com', 'A', 'B'], says: /"B" is too much/ },
    { args: ['www.example.com', '--timeout', '0'], says: /--timeout .* 1 to 3600, not "0"/ },
    {
      args: ['www.example.com', '--listener', '127.0.0.1:1'],
      says: /no listener is 127\.0\.0\.1:1;/,
    },
  ])('refuses $args', async ({ args, says }, { manifests, folder, run }) => {
    const { code, stdout, stderr } = await explain({ folder, run }, corefile(manifests), args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.join('\n')).toMatch(says);
  });

  test('is for one of several listeners', async ({ manifests, folder, run }) => {
    const other = corefile(manifests, { port: 5301, options: ['ttl 5'] });
    const text = `${corefile(manifests, { port: 5300 })}\n${other}`;
    const first = await explain({ folder, run }, text, ['www.example.com', '--no-ask']);
    expect(first.stdout).toContain('www.example.com. 60 IN A');
    expect(first.stdout).toContain(
      'It may be answered otherwise behind 127.0.0.1:5301 (--listener).',
    );
    const args = ['www.example.com', '--no-ask', '--listener', '127.0.0.1:5301'];
    const second = await explain({ folder, run }, text, args);
    expect(second.stdout).toContain('www.example.com. 5 IN A');
  });
});

test('tells by which listener of which Gateway a route has the name, and who is behind a PTR', async ({
  manifests,
  folder,
  run,
}) => {
  await manifests.writeText(
    'gateway.yaml',
    `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: infra, annotations: { coredns.io/ttl: soon } }
spec:
  gatewayClassName: public
  listeners:
    - { name: https, port: 443, protocol: HTTPS, allowedRoutes: { namespaces: { from: All } } }
status: { addresses: [{ value: 192.0.2.44 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop, namespace: web }
spec:
  hostnames: [shop.example.com]
  parentRefs: [{ name: edge, namespace: infra }]
`,
  );
  const text = `
example.com:{$PORT} 2.0.192.in-addr.arpa:{$PORT} {
  k8s_gateway {
    manifests ${manifests.path}
    resources HTTPRoute Ingress
  }
}
`;
  const shop = await explain({ folder, run }, text, ['shop.example.com', '--no-ask']);
  expect(shop.stdout).toContain(`Records from
    HTTPRoute web/shop (${manifests.path}): 192.0.2.44, TTL 60
        by listener https of Gateway infra/edge: 192.0.2.44 from the Gateway's status
        Gateway infra/edge: "soon" in its ttl annotation is neither seconds nor a duration and is ignored
`);
  const ptr = await explain({ folder, run }, text, ['44.2.0.192.in-addr.arpa', 'PTR', '--no-ask']);
  expect(ptr.stdout).toContain(`
44.2.0.192.in-addr.arpa. exists in the zone 2.0.192.in-addr.arpa. and owns PTR.
It stands for an address that shop.example.com. has.

Records from
    HTTPRoute web/shop (${manifests.path}) for shop.example.com.: 192.0.2.44`);
});

describe('with a server', () => {
  test('has its answer, and the age of its sources', async ({ manifests, folder, run, serve }) => {
    const [port, admin] = [await freePort(), await freePort()];
    const text = corefile(manifests, { port, also: [`prometheus 127.0.0.1:${admin}`] });
    const server = await serve(text);
    const asked = ['www.example.com', 'A'];
    const { code, stdout } = await explain({ folder, run }, text, asked);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `www.example.com. A: NOERROR, 1 record, from the server at 127.0.0.1:${port} over UDP`,
    );
    expect(stdout).toMatch(
      / Ingress: read just now, 1 object with a name here; the server: watching for \d+ s$/m,
    );
    expect(stdout).toContain(`is ready, says http://127.0.0.1:${admin}/status.`);
    expect(stdout).not.toContain('otherwise');
    expect(server.isRunning).toBe(true);
  });

  test('has what is too large for UDP, over TCP', async ({ manifests, folder, run, serve }) => {
    const addresses = Array.from({ length: 200 }, (_, i) => `192.0.2.${i}`);
    await manifests.write('many.json', ingress('web/many', ['many.example.com'], addresses));
    const port = await freePort();
    const text = corefile(manifests, { port });
    await serve(text);
    const { stdout } = await explain({ folder, run }, text, ['many.example.com']);
    expect(stdout).toContain(`NOERROR, 200 records, from the server at 127.0.0.1:${port} over TCP`);
  });

  test('says where the server and the sources differ', async ({
    manifests,
    folder,
    run,
    serve,
  }) => {
    const port = await freePort();
    const server = await serve(corefile(manifests, { port }));
    // As if the server had not seen a change: it has another TTL.
    const text = corefile(manifests, { port, options: ['ttl 7'] });
    const { code, stdout } = await explain({ folder, run }, text, ['www.example.com']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/from the server .*\n +www\.example\.com\. 60 IN A 192\.0\.2\.1\n/);
    expect(stdout).toContain(
      'The sources say otherwise now: NOERROR, 1 record\n    www.example.com. 7 IN A',
    );
    // The serial is no difference.
    const same = corefile(manifests, { port });
    const json = await explain({ folder, run }, same, ['example.com', 'SOA', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ answerFrom: 'server', agrees: true });
    await server.end('SIGTERM');
  });
});

describe('what others answer', () => {
  const DETOURS = [
    'template IN A tmpl.example.net {',
    '  match ^a[.]',
    '  answer "{{ .Name }} 60 IN A 192.0.2.77"',
    '}',
    'hosts HOSTS {',
    '  fallthrough',
    '}',
    'forward example.org 192.0.2.53 {',
    '  clients 192.0.2.0/24',
    '}',
    'forward . 192.0.2.54 192.0.2.55:5300',
  ];

  test.for<readonly [asked: string, first: string, then: string]>([
    [
      'www.example.net',
      'A: other servers are asked',
      'It goes on to the forward at FILE:14:3, which asks 192.0.2.54:53 192.0.2.55:5300, for clients near by that ask for recursion.',
    ],
    [
      'www.example.org',
      'A: other servers are asked',
      'It goes on to the forward at FILE:11:3, which asks 192.0.2.53:53, for clients in 192.0.2.0/24 that ask for recursion.',
    ],
    [
      'nope.example.com',
      'A: other servers are asked',
      'Since it owns no record there, it falls through to the forward at FILE:14:3, which asks 192.0.2.54:53 192.0.2.55:5300, for everyone.',
    ],
    [
      'printer.example.net',
      'A: answered by hosts',
      'In place of forwarding, the hosts at FILE:8:3 answer from HOSTS, for clients near by that ask for recursion.',
    ],
    [
      'a.tmpl.example.net',
      'A: answered by template',
      'Before the zones are asked, the template at FILE:4:3 answers.',
    ],
    [
      'b.tmpl.example.net',
      'A: SERVFAIL, from the configuration',
      'Before the zones are asked, the template at FILE:4:3 makes it SERVFAIL: no pattern matches, and nothing falls through.',
    ],
  ])('%s', async ([asked, first, then], { manifests, folder, run }) => {
    const hosts = join(folder, 'hosts');
    await writeFile(hosts, '192.0.2.80 printer.example.net\n');
    const also = DETOURS.map((line) => line.replace('HOSTS', hosts));
    const text = corefile(manifests, { also, options: ['fallthrough'] });
    const { code, stdout } = await explain({ folder, run }, text, [asked, '--no-ask']);
    const file = join(folder, 'Corefile.explain');
    expect(stdout).toContain(`${asked}. ${first}\n`);
    expect(stdout).toContain(`\n${then.replace('FILE', file).replace('HOSTS', hosts)}\n`);
    expect(code).toBe(1);
  });

  test('says nothing of them where the zone answers', async ({ manifests, folder, run }) => {
    const text = corefile(manifests, { also: ['forward . 192.0.2.54'], options: ['fallthrough'] });
    for (const [asked, status] of [
      [['www.example.com'], 0],
      [['www.example.com', 'TXT'], 3],
    ] as const) {
      const { code, stdout } = await explain({ folder, run }, text, [...asked, '--no-ask']);
      expect([code, stdout.includes('forward')]).toEqual([status, false]);
    }
  });

  test('has the answer from the server that runs, which forwards it', async ({
    manifests,
    folder,
    run,
    serve,
  }) => {
    await using upstream = await Upstream.open();
    const port = await freePort();
    const text = corefile(manifests, { port, also: [`forward . ${upstream.name}`] });
    await serve(text);
    const { code, stdout } = await explain({ folder, run }, text, ['www.example.net']);
    expect(stdout).toMatch(/from the server .*\n +www\.example\.net\. 300 IN A 203\.0\.113\.1\n/);
    expect(stdout).not.toContain('otherwise');
    expect(stdout).toContain(`which asks ${upstream.name}, for clients near by`);
    expect(code).toBe(0);
  });
});

test('/status tells zones, kinds and since when', async ({ manifests, serve }) => {
  const admin = await freePort();
  const server = await serve(corefile(manifests, { also: [`ready 127.0.0.1:${admin}`] }));
  const { host, port } = await server.endpoint();
  const status = await waitFor(
    async () => {
      const response = await fetch(`http://127.0.0.1:${admin}/status`);
      expect(response.headers.get('content-type')).toBe('application/json');
      const document = (await response.json()) as { ready: boolean };
      return document.ready ? document : undefined;
    },
    { what: 'a status that is ready' },
  );
  const kind = { state: 'watching', synced: true, since: expect.stringMatching(/^\d{4}-.*Z$/) };
  expect(status).toEqual({
    reload: {
      digest: expect.stringMatching(/^[0-9a-f]{128}$/),
      ...{ since: expect.any(String), needsRestart: [] },
    },
    ...{ version: expect.stringMatching(/^\d+\.\d+\.\d+$/), ready: true, notReady: [] },
    zones: [
      {
        ...{ zone: 'example.com.', serial: expect.any(Number), names: expect.any(Number) },
        listeners: [`${host}:${port}`],
        ...{ synced: true, ready: true, publishedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    ],
    sources: [
      {
        source: manifests.path,
        kinds: [
          { kind: 'Ingress', objects: 1, ...kind },
          { kind: 'Service', objects: 0, ...kind },
        ],
      },
    ],
  });
});

const kubeconfigOf = (port: number): string => `
apiVersion: v1
kind: Config
current-context: c
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:${port}' } }]
users: [{ name: c, user: { token: token } }]
contexts: [{ name: c, context: { cluster: c, user: c } }]
`;
