import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ingress, Scene, type SceneObject } from '../../test-support/scene.ts';

const KINDS = { resources: ['Ingress', 'DNSEndpoint'] } as const;

/** A DNSEndpoint of one endpoint. */
const records = (name: string, dnsName: string, recordType: string, targets: string) => {
  const endpoints = [{ dnsName, recordType, targets: targets.split(' '), recordTTL: 300 }];
  return { key: `ns/${name}`, object: { metadata: { name }, spec: { endpoints } } };
};
const delegated = records('cut', 'sub.example.com', 'NS', 'ns.sub.example.com ns.example.net');
const glue = records('glue', 'ns.sub.example.com', 'A', '192.0.2.53');

const scene = (
  endpoints: readonly SceneObject[],
  ingresses: readonly SceneObject[] = [],
): Scene => {
  const made = new Scene([KINDS]);
  made.list('Ingress', ingresses);
  made.list('DNSEndpoint', endpoints);
  return made;
};
const SERVERS = [
  'sub.example.com. 300 in ns ns.example.net.',
  'sub.example.com. 300 in ns ns.sub.example.com.',
];

describe('NS of an object below the apex', () => {
  it.each([
    'sub.example.com A',
    'sub.example.com NS',
    'x.y.sub.example.com A',
    'ns.sub.example.com A',
  ])('is a referral, with the addresses below it: %s', async (question) => {
    await using zone = scene(
      [delegated, glue],
      [ingress('hidden', 'x.y.sub.example.com *.sub.example.com', '192.0.2.9')],
    );
    expect(zone.ask(question)).toMatchObject({
      rcode: 'NOERROR',
      answer: [],
      authority: SERVERS,
      additional: ['ns.sub.example.com. 300 in a 192.0.2.53'],
    });
  });

  it('comes and goes, and with it what lies below; glue follows', async () => {
    await using zone = scene([], [ingress('a', 'x.sub.example.com', '192.0.2.9')]);
    expect(zone.short('x.sub.example.com A')).toEqual(['192.0.2.9']);
    zone.put('DNSEndpoint', delegated);
    expect(zone.ask('x.sub.example.com A')).toMatchObject({ answer: [], authority: SERVERS });
    zone.put('DNSEndpoint', glue);
    expect(zone.ask('x.sub.example.com A').additional).toHaveLength(1);
    zone.put('Ingress', ingress('b', 'y.sub.example.com', '192.0.2.8'));
    expect(zone.ask('y.sub.example.com A').authority).toEqual(SERVERS);
    zone.drop('DNSEndpoint', 'ns/cut');
    expect(zone.short('x.sub.example.com A')).toEqual(['192.0.2.9']);
    expect(zone.short('y.sub.example.com A')).toEqual(['192.0.2.8']);
    expect(zone.short('ns.sub.example.com A')).toEqual(['192.0.2.53']);
    expect(zone.short('sub.example.com NS')).toBe('NODATA');
    zone.drop('DNSEndpoint', 'ns/glue');
    zone.drop('Ingress', 'default/a', 'default/b');
    expect(zone.short('sub.example.com A')).toBe('NXDOMAIN');
  });

  it('hides a cut below it, whose time comes when it goes', async () => {
    const inner = records('inner', 'b.sub.example.com', 'NS', 'ns.example.org');
    await using zone = scene([delegated, inner]);
    expect(zone.ask('x.b.sub.example.com A').authority).toEqual(SERVERS);
    zone.drop('DNSEndpoint', 'ns/cut');
    expect(zone.ask('x.b.sub.example.com A').authority).toEqual([
      'b.sub.example.com. 300 in ns ns.example.org.',
    ]);
  });

  it('keeps a zone of ours below it', async () => {
    await using zone = new Scene([{ ...KINDS, zones: ['example.com', 'in.sub.example.com'] }]);
    zone.list('Ingress', [ingress('a', 'www.in.sub.example.com', '192.0.2.1')]);
    zone.list('DNSEndpoint', [delegated]);
    expect(zone.short('www.in.sub.example.com A')).toEqual(['192.0.2.1']);
    expect(zone.ask('other.sub.example.com A').authority).toEqual(SERVERS);
  });

  it('has no effect above a name server, whose zone it would take away', async () => {
    await using zone = new Scene([
      { ...KINDS, nameServers: [{ name: 'gw.dns', addresses: ['192.0.2.53'] }] },
    ]);
    zone.list('Ingress');
    zone.list('DNSEndpoint', [records('x', 'dns.example.com', 'NS', 'ns.example.net')]);
    expect(zone.short('gw.dns.example.com A')).toEqual(['192.0.2.53']);
    expect(zone.complaints.map(({ message }) => message)).toEqual([
      expect.stringContaining('NS has no effect at dns.example.com.'),
    ]);
  });

  it('leaves what lies below it to others: no host name leads there, and no address back', async () => {
    await using zone = new Scene([
      { ...KINDS, zones: ['example.com', '2.0.192.in-addr.arpa'], flatten: true },
    ]);
    zone.list('Ingress', [ingress('a', 'www.example.com', 'x.sub.example.com')]);
    zone.list('DNSEndpoint', [records('x', 'x.sub.example.com', 'A', '192.0.2.9')]);
    expect(zone.short('www.example.com A')).toEqual(['192.0.2.9']);
    expect(zone.short('9.2.0.192.in-addr.arpa PTR')).toEqual(['www.example.com.']);
    zone.put('DNSEndpoint', delegated);
    expect(zone.short('www.example.com A')).toBe('SERVFAIL 14');
    expect(zone.short('9.2.0.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
    zone.drop('DNSEndpoint', 'ns/cut');
    expect(zone.short('www.example.com A')).toEqual(['192.0.2.9']);
    expect(zone.short('9.2.0.192.in-addr.arpa PTR')).toEqual(['www.example.com.']);
  });

  it('has no effect at the apex, at a name server and at a wildcard, and says so', async () => {
    await using zone = scene(
      ['example.com', 'ns1.example.com', '*.w.example.com'].map((name, i) =>
        records(`${i}`, name, 'NS', 'ns.example.net'),
      ),
    );
    expect(zone.short('example.com NS')).toEqual(['ns1.example.com.']);
    expect(zone.short('ns1.example.com NS')).toBe('NODATA');
    expect(zone.short('x.w.example.com NS')).toBe('NODATA');
    const warnings = zone.log.filter(({ message }) => message.includes('NS has no effect'));
    expect(warnings).toHaveLength(3);
  });
});

describe('of several clusters the first', () => {
  const gateways = [
    { resources: ['DNSEndpoint'] as const, sources: [0, 1], policy: 'first' as const },
  ];
  const cut = records('cut', 'sub.example.com', 'NS', 'ns.example.net');
  const www = records('www', 'www.sub.example.com', 'A', '192.0.2.1');

  it('keeps its names below a name that another delegates', async () => {
    await using zone = new Scene(gateways, 60_000, { explain: ['sub.example.com'] });
    zone.list('DNSEndpoint', [], 0);
    zone.list('DNSEndpoint', [cut], 1);
    expect(zone.ask('x.sub.example.com A').authority).toHaveLength(1);
    expect(zone.short('x.sub.example.com A')).toBe('NODATA');
    zone.put('DNSEndpoint', www);
    expect(zone.short('www.sub.example.com A')).toEqual(['192.0.2.1']);
    expect(zone.short('x.sub.example.com A')).toBe('NXDOMAIN');
    expect(zone.short('sub.example.com NS')).toBe('NODATA');
    expect(zone.watcher.explain(0).objects.map(({ loss }) => loss)).toEqual([
      {
        code: 'cluster',
        text: 'an earlier cluster has names below it, which stay (clusters first)',
      },
    ]);
    zone.drop('DNSEndpoint', www.key);
    expect(zone.ask('www.sub.example.com A').authority).toEqual([
      'sub.example.com. 300 in ns ns.example.net.',
    ]);
  });

  it('delegates names of its own and of others', async () => {
    await using zone = new Scene(gateways);
    zone.list('DNSEndpoint', [cut], 0);
    zone.list('DNSEndpoint', [www], 1);
    expect(zone.ask('www.sub.example.com A').authority).toHaveLength(1);
    expect(zone.short('www.sub.example.com A')).toBe('NODATA');
  });
});

it.each(seeds(15))(
  'cuts and names that come and go leave what a fresh index has, seed %i',
  async (seed) => {
    const random = new Random(seed);
    const name = (): string =>
      [
        ...Array.from({ length: 1 + random.below(3) }, () => random.pick(['a', 'b'])),
        'example.com',
      ].join('.');
    const draw = (key: string): SceneObject =>
      random.oneIn(2)
        ? records(key, name(), 'NS', `ns.${name()} ns.example.net`)
        : records(
            key,
            random.oneIn(3) ? `ns.${name()}` : name(),
            'A',
            `192.0.2.${random.below(9)}`,
          );
    const objects = [new Map<string, SceneObject>(), new Map<string, SceneObject>()];
    const policy = random.pick(['merge', 'first'] as const);
    const read = (): Scene => {
      const made = new Scene([{ resources: ['DNSEndpoint'], sources: [0, 1], policy }]);
      for (const [i, known] of objects.entries()) made.list('DNSEndpoint', [...known.values()], i);
      return made;
    };
    await using zone = read();
    for (let step = 0; step < 40; step++) {
      for (let i = random.below(3); i >= 0; i--) {
        const object = draw(`${random.below(8)}`);
        const cluster = random.below(2);
        if (random.oneIn(3)) {
          objects[cluster]?.delete(object.key);
          zone.sink(cluster).remove('DNSEndpoint', object.key);
        } else {
          objects[cluster]?.set(object.key, object);
          zone.sink(cluster).upsert('DNSEndpoint', object.key, object.object);
        }
      }
      zone.sink().flush();
      await using fresh = read();
      for (let i = 0; i < 8; i++) {
        const question = `${random.oneIn(3) ? 'ns.' : ''}${name()} ${random.pick(['A', 'NS'])}`;
        expect(zone.ask(question), `${question}, SEED=${seed}`).toEqual(fresh.ask(question));
      }
    }
  },
);
