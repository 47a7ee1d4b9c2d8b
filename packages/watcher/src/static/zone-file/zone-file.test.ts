// A zone file in, answers out.

import { expect, test } from 'vitest';
import { ingress, Scene, type SceneObject } from '../../../test-support/scene.ts';
import { becomes, StaticFiles } from '../../../test-support/static-files.ts';
import type { WatchedGateway } from '../../index.ts';

/** A zone that its file has alone; source 0 is a test's and speaks for nothing. */
const OWN: Partial<WatchedGateway> = {
  ...{ zones: ['example.org'], resources: [], sources: [], nameServers: [] },
  ...{ files: [1], authority: 'file' },
};

const HEAD =
  '$TTL 300\n@ SOA Ns1 hostmaster 7 7200 3600 1209600 60\n@ NS ns1\n@ NS ns.example.net.\n';

const ZONE = `${HEAD}ns1 A 192.0.2.53
    60 AAAA 2001:db8::53
www A 192.0.2.1
www 60 A 192.0.2.2
www 30 AAAA 2001:db8::1
www 20 TXT "here"
alias 10 CNAME WWW
out CNAME www.example.net.
a.b.c TXT "deep"
*.w MX 10 mail
x.w A 192.0.2.9
sub NS ns1.sub
sub NS ns1
sub DS 60485 8 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A
ns1.sub 5 A 192.0.2.77
hidden.sub A 192.0.2.78
`;

test('a zone is what its file says', async () => {
  using files = new StaticFiles();
  files.write('db', ZONE);
  await using scene = new Scene([OWN], 60_000, { files: [files.zone('db', 'example.org')] });
  expect(files.lines).toEqual(
    [
      'db:8:1: the TTL 60 differs from 300 at db:7:1, and an RRset has one (RFC 2181 5.2): the lowest counts',
    ].map((line) =>
      line.replace('db:7:1', `${files.path('db')}:7:1`).replace(`${files.folder}/`, ''),
    ),
  );
  const soa =
    'example.org. 60 in soa ns1.example.org. hostmaster.example.org. 0 7200 3600 1209600 60';
  const ns = ['example.org. 300 in ns ns.example.net.', 'example.org. 300 in ns ns1.example.org.'];
  expect(scene.serials()).toEqual([7]);
  expect(scene.ask('example.org SOA').answer).toEqual([soa]);
  expect(scene.ask('example.org NS')).toMatchObject({
    answer: ns,
    additional: [
      'ns1.example.org. 300 in a 192.0.2.53',
      'ns1.example.org. 60 in aaaa 2001:db8::53',
    ],
  });
  expect(scene.ask('WWW.example.org A').answer).toEqual([
    'www.example.org. 60 in a 192.0.2.1',
    'www.example.org. 60 in a 192.0.2.2',
  ]);
  expect(scene.ask('www.example.org AAAA').answer).toEqual([
    'www.example.org. 30 in aaaa 2001:db8::1',
  ]);
  expect(scene.ask('www.example.org TXT').answer).toEqual(['www.example.org. 20 in txt "here"']);
  expect(scene.ask('alias.example.org AAAA').answer).toEqual([
    'alias.example.org. 10 in cname www.example.org.',
    'www.example.org. 30 in aaaa 2001:db8::1',
  ]);
  expect(scene.short('out.example.org A')).toEqual(['www.example.net.']);
  expect(scene.short('b.c.example.org TXT')).toBe('NODATA');
  expect(scene.ask('none.example.org A')).toMatchObject({ rcode: 'NXDOMAIN', authority: [soa] });
  expect(scene.short('q.w.example.org MX')).toEqual(['10 mail.example.org.']);
  expect(scene.short('x.w.example.org MX')).toBe('NODATA');
  const referral = {
    ...{ rcode: 'NOERROR', answer: [] },
    authority: [
      'sub.example.org. 300 in ns ns1.example.org.',
      'sub.example.org. 300 in ns ns1.sub.example.org.',
    ],
    additional: ['ns1.sub.example.org. 5 in a 192.0.2.77'],
  };
  expect(scene.ask('hidden.sub.example.org A')).toMatchObject(referral);
  expect(scene.ask('sub.example.org DS').answer).toHaveLength(1);
});

test('a zone is not denied before its file has been read, and is read when it comes', async () => {
  using files = new StaticFiles();
  await using scene = new Scene([OWN], 60_000, { files: [files.zone('db', 'example.org')] });
  expect(scene.short('www.example.org A')).toBe('SERVFAIL 14');
  expect(files.lines).toEqual([
    'db: there is no such file; nothing of example.org. is known from it, it is read again when it changes',
  ]);
  const [, source] = scene.watcher.status().sources;
  expect(source?.kinds).toMatchObject([
    { kind: 'file', status: { state: 'failing' }, synced: false },
  ]);
  files.write('db', ZONE);
  await becomes(() => expect(scene.short('www.example.org A')).toEqual(['192.0.2.1', '192.0.2.2']));
  expect(scene.watcher.status().sources[1]?.kinds).toMatchObject([
    { kind: 'file', status: { state: 'watching' }, synced: true },
  ]);
});

test('a change is taken, a broken one told of, and the last good one goes on', async () => {
  using files = new StaticFiles();
  files.write('db', `${HEAD}a A 192.0.2.1\n$INCLUDE more\n`);
  files.write('more', 'b A 192.0.2.2\n');
  await using scene = new Scene([OWN], 60_000, { files: [files.zone('db', 'example.org')] });
  expect(scene.short('b.example.org A')).toEqual(['192.0.2.2']);
  files.write('more', 'b A 192.0.2.3\nc A 192.0.2.4\n');
  await becomes(() => expect(scene.short('c.example.org A')).toEqual(['192.0.2.4']));
  expect(scene.short('b.example.org A')).toEqual(['192.0.2.3']);
  expect(files.lines).toEqual([
    'db: the zone has changed and its serial 7 has not; the change counts all the same',
  ]);
  files.write('more', 'b A 192.0.2.300\nc X\n');
  await becomes(() => expect(files.lines).toHaveLength(3));
  expect(files.lines.slice(1)).toEqual([
    'more:2:3: "X" is no type, class or TTL',
    'more:1:5: A: no IPv4 address (and 1 more faults); what was read of example.org. before stays, it is read again when it changes',
  ]);
  expect(scene.watcher.status().sources[1]?.kinds).toMatchObject([
    { status: { state: 'failing' }, synced: true },
  ]);
  expect(scene.short('b.example.org A')).toEqual(['192.0.2.3']);
  files.write('db', `${HEAD.replace(' 7 ', ' 8 ')}a A 192.0.2.5\n`);
  await becomes(() => expect(scene.short('a.example.org A')).toEqual(['192.0.2.5']));
  expect(scene.short('b.example.org A')).toBe('NXDOMAIN');
  expect(scene.serials()).toEqual([8]);
  expect(files.lines).toHaveLength(3);
});

test.each<[string, string, string]>([
  ['no SOA', '$TTL 5\nwww A 192.0.2.1\n', 'db:1:1: there is no SOA of example.org.'],
  ['two of them', `${HEAD}@ SOA a b 1 2 3 4 5\n`, 'db:2:1: more than one SOA'],
  ['one elsewhere', `${HEAD}a SOA a b 1 2 3 4 5\n`, 'db:5:1: a SOA below example.org.'],
  [
    'DNAME',
    `${HEAD}a DNAME b\n`,
    'db:5:1: DNAME is not served: write a CNAME for each name, or *. with one CNAME',
  ],
  [
    'a CNAME in company',
    `${HEAD}a CNAME b\na A 192.0.2.1\n`,
    'db:6:1: a.example.org. has a CNAME at db:5:1, which stands alone (RFC 2181 10.1), and here A',
  ],
  ['two CNAMEs', `${HEAD}a CNAME b\na CNAME c\n`, 'db:5:1: a.example.org. has more than one CNAME'],
  [
    'a CNAME at the apex',
    `${HEAD}@ CNAME b\n`,
    'db:2:1: example.org. has a CNAME at db:5:1, which stands alone (RFC 2181 10.1), and here SOA',
  ],
  [
    'signatures',
    `${HEAD}@ RRSIG A 8 2 60 2026 2026 1 @ AA==\n`,
    'db:5:9: the zone is signed, and zones are served unsigned: name the unsigned file',
  ],
  ['nothing', '', 'db:1:1: the file says nothing'],
])('%s: no zone', async (_, text, fault) => {
  using files = new StaticFiles();
  files.write('db', text);
  await using scene = new Scene([OWN], 60_000, { files: [files.zone('db', 'example.org')] });
  expect(scene.short('example.org SOA')).toBe('SERVFAIL 14');
  expect(files.lines.some((line) => line.startsWith(fault.split(' (and')[0] ?? ''))).toBe(true);
});

test('records outside of the zone are left out and told of, the rest is served', async () => {
  using files = new StaticFiles();
  files.write(
    'db',
    `${HEAD}a.example.net. A 192.0.2.1\nb.example.net. A 192.0.2.1\nc A 192.0.2.3\n`,
  );
  await using scene = new Scene([OWN], 60_000, { files: [files.zone('db', 'example.org')] });
  expect(scene.short('c.example.org A')).toEqual(['192.0.2.3']);
  expect(files.lines).toEqual([
    'db:5:1: a.example.net. lies outside of example.org. and is left out, as are 1 more records',
  ]);
});

/** A zone that objects and a file have names in. */
const BOTH: Partial<WatchedGateway> = {
  ...{ zones: ['example.org'], resources: ['Ingress', 'DNSEndpoint'], files: [1] },
};

const dnsEndpoint = (
  name: string,
  dnsName: string,
  recordType: string,
  target: string,
): SceneObject => ({
  key: `default/${name}`,
  object: {
    metadata: { name, namespace: 'default' },
    spec: { endpoints: [{ dnsName, recordType, targets: [target] }] },
  },
});

test('where objects have a say the file has the last, by name and type; SOA and NS are not its to say', async () => {
  using files = new StaticFiles();
  files.write(
    'db',
    `${HEAD}web A 192.0.2.1\nweb AAAA 2001:db8::1\nweb MX 10 mail\nweb TXT "of the file"\nonly CNAME web\n@ TXT "apex"\nsub NS ns.sub\n`,
  );
  await using scene = new Scene([BOTH], 60_000, { files: [files.zone('db', 'example.org')] });
  // Whatever of the file an object might override is not told before objects have been read.
  expect(scene.short('web.example.org A')).toBe('SERVFAIL 14');
  scene.list('Ingress', [ingress('web', 'web.example.org', '203.0.113.1')]);
  expect(scene.short('web.example.org A')).toEqual(['203.0.113.1']);
  expect(scene.short('web.example.org MX')).toBe('SERVFAIL 14');
  scene.list('DNSEndpoint', [dnsEndpoint('txt', 'web.example.org', 'TXT', 'of an object')]);
  const answers: Record<string, readonly string[] | string> = {
    'web.example.org A': ['203.0.113.1'],
    'web.example.org AAAA': 'NODATA',
    'web.example.org TXT': ['"of an object"'],
    'web.example.org MX': ['10 mail.example.org.'],
    'only.example.org CNAME': ['web.example.org.'],
    'only.example.org A': ['web.example.org.', '203.0.113.1'],
    'example.org TXT': ['"apex"'],
    'example.org NS': ['ns1.example.org.'],
    'example.org SOA': ['ns1.example.org. hostmaster.ns1.example.org. 0 7200 1800 86400 30'],
    'none.example.org A': 'NXDOMAIN',
    'a.sub.example.org A': 'NODATA',
  };
  const asked = Object.keys(answers).map((question) => [question, scene.short(question)]);
  expect(Object.fromEntries(asked)).toEqual(answers);
  expect(scene.ask('a.sub.example.org A').authority).toEqual([
    'sub.example.org. 300 in ns ns.sub.example.org.',
  ]);
  scene.drop('Ingress', 'default/web');
  expect(scene.short('web.example.org A')).toEqual(['192.0.2.1']);
  expect(scene.ask('web.example.org AAAA').answer).toEqual([
    'web.example.org. 300 in aaaa 2001:db8::1',
  ]);
  expect(files.lines).toEqual([]);
  expect(scene.complaints).toEqual([]);
});

test('of a file only those names count that fallthrough covers', async () => {
  using files = new StaticFiles();
  files.write('db', `${HEAD}a.in A 192.0.2.1\na.out A 192.0.2.2\n`);
  const gateway = { ...BOTH, resources: ['Ingress'], fallthrough: ['in.example.org'] } as const;
  await using scene = new Scene([gateway], 60_000, {
    files: [files.zone('db', 'example.org')],
    explain: ['a.out.example.org'],
  });
  scene.list('Ingress');
  expect(scene.short('a.in.example.org A')).toEqual(['192.0.2.1']);
  expect(scene.short('a.out.example.org A')).toBe('NXDOMAIN');
  expect(scene.watcher.explain(0).objects).toMatchObject([
    {
      kind: 'file',
      object: `${files.path('db')} line 6`,
      loss: {
        code: 'passed-over',
        text: 'the fallthrough of its k8s_gateway does not cover the name',
      },
    },
  ]);
});

test('a name is explained by the line of the file', async () => {
  using files = new StaticFiles();
  files.write('db', `${HEAD}web A 192.0.2.1\nweb MX 10 mail\n`);
  await using scene = new Scene([BOTH], 60_000, {
    files: [files.zone('db', 'example.org')],
    explain: ['web.example.org'],
  });
  scene.list('Ingress', [ingress('web', 'web.example.org', '203.0.113.1')]);
  scene.list('DNSEndpoint');
  expect(scene.watcher.explain(0).objects).toMatchObject([
    { kind: 'Ingress', object: 'default/web', answers: ['A'] },
    {
      ...{ source: files.path('db'), kind: 'file', object: `${files.path('db')} line 6` },
      ...{ records: ['MX 10 mail.example.org.'], ttl: 300, answers: ['MX'] },
    },
    {
      ...{ kind: 'file', object: `${files.path('db')} line 5`, answers: [] },
      loss: { code: 'precedence', text: 'Ingress comes before file' },
    },
  ]);
});

test('a reverse zone that a file has is what the file says, whatever addresses there are', async () => {
  using files = new StaticFiles();
  files.write('rev', `${HEAD}1 PTR www.example.net.\n`);
  const reverse = { ...OWN, zones: ['2.0.192.in-addr.arpa'] };
  const gateway = { zones: ['example.com'], resources: ['Ingress'] } as const;
  await using scene = new Scene([reverse, gateway], 60_000, {
    files: [files.zone('rev', '2.0.192.in-addr.arpa')],
  });
  scene.list('Ingress', [ingress('web', 'web.example.com', '192.0.2.1 192.0.2.2')]);
  expect(scene.short('1.2.0.192.in-addr.arpa PTR')).toEqual(['www.example.net.']);
  expect(scene.short('2.2.0.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
});
