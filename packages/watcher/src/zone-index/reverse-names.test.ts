import { describe, expect, it, vi } from 'vitest';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';

const ZONES = ['example.com', '2.0.192.in-addr.arpa', '8.b.d.0.1.0.0.2.ip6.arpa'];
const ONE = '1.2.0.192.in-addr.arpa PTR';

/** Ingresses of these hosts, each at 192.0.2.1. */
const hosts = (...names: readonly string[]): SceneObject[] =>
  names.map((name, i) => ingress(`${i}`, name, '192.0.2.1'));

describe('of the names that have an address', () => {
  it.each<[why: string, names: readonly string[], best: string]>([
    ['the one with the fewest labels', ['a.b.example.com', 'z.example.com'], 'z.example.com.'],
    ['the apex', ['a.example.com', 'example.com'], 'example.com.'],
    // RFC 4034 6.1
    ['the first from the right', ['a.z.example.com', 'z.a.example.com'], 'z.a.example.com.'],
    ['the shorter label', ['aa.example.com', 'a.example.com'], 'a.example.com.'],
    ['a label by its octets', ['a-b.example.com', 'a0.example.com'], 'a-b.example.com.'],
    ['one that is no wildcard', ['*.example.com', 'a.b.c.example.com'], 'a.b.c.example.com.'],
    ['one that is no name server', ['ns1.example.com', 'a.b.example.com'], 'a.b.example.com.'],
    ['a name server before none', ['ns1.example.com'], 'ns1.example.com.'],
  ])('%s', async (_, names, best) => {
    for (const order of [names, names.toReversed()]) {
      await using scene = new Scene([{ zones: ZONES }]);
      scene.list('Service');
      scene.list('Ingress');
      for (const host of hosts(...order)) scene.put('Ingress', host);
      expect(scene.short(ONE)).toEqual([best]);
    }
  });
});

it('an address that a wildcard alone has leads nowhere', async () => {
  await using scene = new Scene([{ zones: ZONES }]);
  scene.list('Ingress', hosts('*.example.com'));
  scene.list('Service');
  expect(scene.short(ONE)).toBe('NXDOMAIN');
});

it('both families, an address in no zone, and the TTL of the reverse zone', async () => {
  await using scene = new Scene([
    { zones: ['example.com'], ttl: 300 },
    { zones: ZONES.slice(1), ttl: 20 },
  ]);
  scene.list('Ingress', [ingress('a', 'a.example.com', '192.0.2.1 192.0.3.1 2001:db8::1')]);
  scene.list('Service');
  const v6 = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
  expect(scene.ask(ONE).answer).toEqual(['1.2.0.192.in-addr.arpa. 20 in ptr a.example.com.']);
  expect(scene.short(`${v6} PTR`)).toEqual(['a.example.com.']);
  expect(scene.short('1.3.0.192.in-addr.arpa PTR')).toBe('REFUSED 20');
  expect(scene.short(ONE.replace('PTR', 'A'))).toBe('NODATA');
});

it('a name moves with its address in one publication, and each empty non-terminal with it', async () => {
  await using scene = new Scene([{ zones: ['example.com', '0.192.in-addr.arpa'] }]);
  scene.list('Ingress', hosts('a.example.com'));
  scene.list('Service');
  expect(scene.short('2.0.192.in-addr.arpa PTR')).toBe('NODATA');
  const { generation = 0 } = scene.watcher.status().views[0] ?? {};
  const [, serial = 0] = scene.serials();
  scene.put('Ingress', ingress('0', 'a.example.com', '192.0.3.1'));
  expect(scene.watcher.status().views[0]?.generation).toBe(generation + 1);
  expect(scene.serials()[1]).toBeGreaterThan(serial);
  expect(scene.short(ONE)).toBe('NXDOMAIN');
  expect(scene.short('2.0.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
  expect(scene.short('1.3.0.192.in-addr.arpa PTR')).toEqual(['a.example.com.']);
});

it('a change that leads to the same names leaves the reverse zone alone', async () => {
  await using scene = new Scene([{ zones: ZONES }]);
  scene.list('Ingress', hosts('a.example.com', 'b.example.com'));
  scene.list('Service');
  const [, ...serials] = scene.serials();
  scene.put('Ingress', ingress('1', 'b.example.com', '198.51.100.1'));
  expect(scene.serials().slice(1)).toEqual(serials);
});

it('what an object says of a reverse name counts', async () => {
  await using scene = new Scene([{ zones: ZONES, resources: ['Ingress', 'DNSEndpoint'] }]);
  const endpoint = (name: string, recordType: string, target: string) => ({
    key: `default/${name}`,
    object: {
      metadata: { name, namespace: 'default' },
      spec: { endpoints: [{ dnsName: '1.2.0.192.in-addr.arpa', recordType, targets: [target] }] },
    },
  });
  scene.list('Ingress', hosts('a.example.com'));
  scene.list('DNSEndpoint', [endpoint('ptr', 'PTR', 'other.example.net')]);
  expect(scene.short(ONE)).toEqual(['other.example.net.']);
  scene.put('DNSEndpoint', endpoint('ptr', 'CNAME', '1.0/25.2.0.192.in-addr.arpa'));
  expect(scene.short(ONE.replace('PTR', 'CNAME'))).toEqual(['1.0/25.2.0.192.in-addr.arpa.']);
  scene.put('DNSEndpoint', endpoint('ptr', 'TXT', 'beside'));
  expect(scene.short(ONE)).toEqual(['a.example.com.']);
  scene.drop('DNSEndpoint', 'default/ptr');
  expect(scene.short(ONE)).toEqual(['a.example.com.']);
});

it('is not denied while any gateway of the view may yet have the address', async () => {
  await using scene = new Scene([
    { zones: ['example.com'], resources: ['Service'], sources: [1] },
    { zones: ['example.org', ...ZONES.slice(1)], resources: ['Ingress'] },
  ]);
  scene.list('Ingress', [ingress('a', 'a.example.org', '192.0.2.2')]);
  expect(scene.short('2.2.0.192.in-addr.arpa PTR')).toEqual(['a.example.org.']);
  expect(scene.short(ONE)).toBe('SERVFAIL 14');
  // What no address leads to is known.
  expect(scene.short('2.0.192.in-addr.arpa TXT')).toBe('NODATA');
  expect(scene.short('2.2.0.192.in-addr.arpa A')).toBe('NODATA');
  expect(scene.short('2.0.192.in-addr.arpa PTR')).toBe('SERVFAIL 14');
  expect(scene.short('nope.example.org A')).toBe('NXDOMAIN');
  scene.list('Service', [service('a.b', '192.0.2.1')], 1);
  expect(scene.short(ONE)).toEqual(['a.b.example.com.']);
  expect(scene.short('3.2.0.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
});

it('is denied once such a gateway has been waited for', async () => {
  await using scene = new Scene([
    { zones: ['example.com'], resources: ['Service'], sources: [1], syncTimeoutMs: 5 },
    { zones: ['example.org', ...ZONES.slice(1)], resources: ['Ingress'] },
  ]);
  scene.list('Ingress', [ingress('a', 'a.example.org', '192.0.2.2')]);
  expect(scene.short(ONE)).toBe('SERVFAIL 14');
  await vi.waitFor(() => expect(scene.short(ONE)).toBe('NXDOMAIN'), 20_000);
  expect(scene.short('2.0.192.in-addr.arpa TXT')).toBe('NODATA');
  scene.list('Service', [service('a.b', '192.0.2.1')], 1);
  expect(scene.short(ONE)).toEqual(['a.b.example.com.']);
});

it('thousands of names of one address may go in the order in which they are its best', async () => {
  await using scene = new Scene([{ zones: ZONES }]);
  const names = Array.from(
    { length: 3000 },
    (_, i) => `h${String(i).padStart(4, '0')}.example.com`,
  );
  scene.list('Ingress', hosts(...names));
  scene.list('Service');
  for (const [i, name] of names.entries()) {
    if (i % 100 === 0) expect(scene.short(ONE)).toEqual([`${name}.`]);
    scene.drop('Ingress', `default/${i}`);
  }
  expect(scene.short(ONE)).toBe('NXDOMAIN');
});
