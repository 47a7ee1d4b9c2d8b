import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { FakeResolver, FakeTime } from '../../test-support/fake-resolver.ts';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';
import type { WatchedGateway } from '../index.ts';

/** A watcher whose resolver and time are in the test's hands. */
class FlatScene extends Scene {
  readonly resolver: FakeResolver;
  readonly time: FakeTime;

  private constructor(
    gateways: readonly Partial<WatchedGateway>[],
    resolver: FakeResolver,
    time: FakeTime,
  ) {
    const resolvers = [resolver.address];
    super(
      gateways.map((gateway) => ({ resolvers, ...gateway })),
      60_000,
      { after: time.after },
    );
    this.resolver = resolver;
    this.time = time;
  }

  static async open(...gateways: Partial<WatchedGateway>[]): Promise<FlatScene> {
    const all = gateways.length === 0 ? [{}] : gateways;
    return new FlatScene(all, await FakeResolver.open(), new FakeTime());
  }

  /** The whole of both kinds. */
  begin(ingresses: readonly SceneObject[], services: readonly SceneObject[] = []): void {
    this.list('Ingress', ingresses);
    this.list('Service', services);
  }

  /** Until so many targets wait for their next time, and what came of them is published. */
  async settle(targets = 1): Promise<void> {
    await vi.waitFor(() => expect(this.time.delays).toHaveLength(2 * targets), { interval: 1 });
    await nextTurn();
    await nextTurn();
  }

  async pass(seconds: number, targets = 1): Promise<void> {
    this.time.pass(1000 * seconds);
    await this.settle(targets);
  }

  /** Of addresses with their TTL. */
  records(text: string): readonly string[] {
    return this.ask(text).answer.map((record) => record.replace(/^\S+ (\d+) in \S+ /, '$1 '));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    expect(this.time.delays).toEqual([]);
    await this.resolver[Symbol.asyncDispose]();
  }
}

const NS = { nameServers: [{ name: 'ns1', addresses: ['192.0.2.53'] }] };

test('at an apex a host name is answered as addresses, and while it is unknown not at all', async () => {
  await using scene = await FlatScene.open();
  scene.resolver.set('lb.example.net', 'SERVFAIL', 'SERVFAIL');
  scene.begin([ingress('a', 'example.com', 'lb.example.net')]);
  for (const type of ['A', 'AAAA']) expect(scene.short(`example.com ${type}`)).toBe('SERVFAIL 14');
  expect(scene.short('example.com TXT')).toBe('NODATA');
  expect(scene.ask('example.com SOA').rcode).toBe('NOERROR');
  expect(scene.short('example.com NS')).toEqual(['ns1.example.com.']);
  await scene.settle();
  expect(scene.short('example.com A')).toBe('SERVFAIL 14');

  scene.resolver.set('lb.example.net', '40 192.0.2.2 192.0.2.1', '3600 2001:db8::1');
  // A random part of the delay lies between one second and two.
  await scene.pass(2);
  expect(scene.records('example.com A')).toEqual(['20 192.0.2.1', '20 192.0.2.2']);
  expect(scene.records('example.com AAAA')).toEqual(['20 2001:db8::1']);
  expect(scene.short('example.com TXT')).toBe('NODATA');
});

test('below an apex only with `flatten`', async () => {
  await using plain = await FlatScene.open();
  plain.begin([ingress('a', 'www.example.com', 'lb.example.net')]);
  expect(plain.short('www.example.com A')).toEqual(['lb.example.net.']);
  await using flat = await FlatScene.open({ flatten: true });
  flat.resolver.set('lb.example.net', '3600 192.0.2.1');
  flat.begin([
    ingress('a', 'www.example.com', 'lb.example.net'),
    ingress('b', '*.w.example.com', 'LB.example.net.'),
  ]);
  await flat.settle();
  expect(flat.records('www.example.com A')).toEqual(['30 192.0.2.1']);
  expect(flat.short('www.example.com AAAA')).toBe('NODATA');
  expect(flat.short('www.example.com CNAME')).toBe('NODATA');
  expect(flat.short('x.y.w.example.com A')).toEqual(['192.0.2.1']);
  expect(flat.resolver.asked).toEqual(['lb.example.net A', 'lb.example.net AAAA']);
  expect(plain.resolver.asked).toEqual([]);
});

test('a host name beside addresses, or beside another, is answered with them', async () => {
  await using scene = await FlatScene.open();
  scene.resolver
    .set('lb1.example.net', '3600 192.0.2.1 192.0.2.9')
    .set('lb2.example.net', '14 192.0.2.2', '3600 2001:db8::2');
  scene.begin([
    ingress('a', 'mixed.example.com', '192.0.2.9 192.0.2.10 lb1.example.net'),
    ingress('b', 'two.example.com', 'lb1.example.net'),
    ingress('c', 'two.example.com', 'lb2.example.net'),
  ]);
  expect(scene.short('mixed.example.com A')).toEqual(['192.0.2.10', '192.0.2.9']);
  await scene.settle(2);
  expect(scene.records('mixed.example.com A')).toEqual([
    '30 192.0.2.1',
    '30 192.0.2.10',
    '30 192.0.2.9',
  ]);
  expect(scene.records('two.example.com A')).toEqual(['7 192.0.2.1', '7 192.0.2.2', '7 192.0.2.9']);
  expect(scene.records('two.example.com AAAA')).toEqual(['7 2001:db8::2']);
});

test('while one of two can never be resolved the other is answered', async () => {
  await using scene = await FlatScene.open();
  scene.resolver
    .set('lb1.example.net', '60 192.0.2.1')
    .set('lb2.example.net', 'REFUSED', 'REFUSED');
  scene.begin([ingress('a', 'two.example.com', 'lb1.example.net lb2.example.net')]);
  expect(scene.short('two.example.com A')).toBe('SERVFAIL 14');
  await scene.settle(2);
  expect(scene.short('two.example.com A')).toEqual(['192.0.2.1']);
  // A client that has an A would be kept from it by a failure.
  expect(scene.short('two.example.com AAAA')).toBe('NODATA');
});

test('a change is followed when the TTL has run out, and a failure changes no address', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.resolver.set('lb.example.net', '60 192.0.2.1', '3600 2001:db8::1');
  scene.begin([ingress('a', 'www.example.com', 'lb.example.net')]);
  await scene.settle();
  const [serial] = scene.serials();
  scene.resolver.set('lb.example.net', '60 192.0.2.2', '3600 2001:db8::1');
  await scene.pass(66);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
  expect(scene.serials()[0]).toBeGreaterThan(serial ?? 0);
  scene.resolver.set('lb.example.net', 'SERVFAIL', 'SERVFAIL');
  await scene.pass(66);
  await scene.pass(3600);
  await scene.pass(3600);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
  expect(scene.short('www.example.com AAAA')).toEqual(['2001:db8::1']);
  scene.resolver.set('lb.example.net', '60 192.0.2.3', '3600 2001:db8::1');
  await scene.pass(66);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.3']);
});

test('the same answer again is no publication', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.resolver.set('lb.example.net', '60 192.0.2.1', '60 2001:db8::1');
  scene.begin([ingress('a', 'www.example.com', 'lb.example.net')]);
  await scene.settle();
  const before = scene.serials();
  await scene.pass(66);
  expect(scene.resolver.asked).toHaveLength(4);
  expect(scene.serials()).toEqual(before);
});

test('a target is asked for until nobody leads to it', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.resolver.set('lb.example.net', '60 192.0.2.1').set('other.example.net', '60 192.0.2.2');
  scene.begin([
    ingress('a', 'a.example.com', 'lb.example.net'),
    ingress('b', 'b.example.com', 'lb.example.net'),
    ingress('c', 'c.example.com', 'lb.example.net'),
  ]);
  await scene.settle();
  expect(scene.resolver.asked).toHaveLength(2);
  scene.drop('Ingress', 'default/a');
  scene.put('Ingress', ingress('b', 'b.example.com', '192.0.2.7'));
  expect(scene.time.delays).toHaveLength(2);
  scene.put('Ingress', ingress('c', 'c.example.com', 'other.example.net'));
  expect(scene.short('c.example.com A')).toBe('SERVFAIL 14');
  await scene.settle();
  expect(scene.resolver.asked.slice(2)).toEqual(['other.example.net A', 'other.example.net AAAA']);
  expect(scene.short('c.example.com A')).toEqual(['192.0.2.2']);
  scene.drop('Ingress', 'default/b', 'default/c');
  expect(scene.time.delays).toEqual([]);
  expect(scene.short('b.example.com A')).toBe('NXDOMAIN');
});

test('a name that is written anew with the same target keeps its addresses', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.resolver.set('lb.example.net', '60 192.0.2.1');
  scene.begin([ingress('a', 'a.example.com', 'lb.example.net')]);
  await scene.settle();
  scene.put('Ingress', ingress('a', 'a.example.com', 'lb.example.net 192.0.2.8'));
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.1', '192.0.2.8']);
  expect(scene.resolver.asked).toHaveLength(2);
});

test('a target in our zones is looked up in them, through all that it leads to', async () => {
  await using scene = await FlatScene.open({ flatten: true, ...NS }, { zones: ['example.org'] });
  scene.resolver.set('lb.example.net', '18 192.0.2.1');
  scene.begin(
    [
      ingress('a', 'www.example.com', 'web.example.com'),
      ingress('b', 'web.example.com', '192.0.2.5 alias.example.org'),
      ingress('c', 'alias.example.org', 'lb.example.net'),
    ],
    [],
  );
  await scene.settle();
  expect(scene.records('www.example.com A')).toEqual(['9 192.0.2.1', '9 192.0.2.5']);
  expect(scene.short('alias.example.org A')).toEqual(['lb.example.net.']);

  scene.resolver.set('lb.example.net', '18 192.0.2.2');
  await scene.pass(10);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.2', '192.0.2.5']);
  scene.put('Ingress', ingress('b', 'web.example.com', '192.0.2.6'));
  expect(scene.records('www.example.com A')).toEqual(['30 192.0.2.6']);
  expect(scene.time.delays).toEqual([]);
  scene.drop('Ingress', 'default/b');
  expect(scene.short('www.example.com A')).toBe('NODATA');
  scene.put('Ingress', ingress('b', 'web.example.com', '192.0.2.7'));
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.7']);
  expect(scene.resolver.asked.every((asked) => asked.startsWith('lb.example.net '))).toBe(true);
});

test('a wildcard speaks for a target that does not exist, until it does', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.begin([
    ingress('a', 'www.example.com', 'x.y.w.example.com'),
    ingress('b', '*.w.example.com', '192.0.2.1'),
  ]);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
  scene.put('Ingress', ingress('b', '*.w.example.com', '192.0.2.2'));
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
  // An empty non-terminal on the way takes the wildcard's place (RFC 4592 3.3.1).
  scene.put('Ingress', ingress('c', 'z.y.w.example.com', '192.0.2.3'));
  expect(scene.short('www.example.com A')).toBe('NODATA');
  scene.drop('Ingress', 'default/c');
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.2']);
  scene.put('Ingress', ingress('d', 'x.y.w.example.com', '192.0.2.4'));
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.4']);
  scene.drop('Ingress', 'default/d', 'default/b');
  expect(scene.short('www.example.com A')).toBe('NODATA');
});

test('names that lead in a circle have the addresses that there are, or none', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.begin([
    ingress('a', 'a.example.com', 'b.example.com'),
    ingress('b', 'b.example.com', 'a.example.com'),
    ingress('c', 'c.example.com', 'c.example.com 192.0.2.3'),
    ingress('d', '*.example.com', 'nowhere.example.com'),
  ]);
  expect(scene.short('a.example.com A')).toBe('NODATA');
  expect(scene.short('b.example.com A')).toBe('NODATA');
  expect(scene.short('c.example.com A')).toEqual(['192.0.2.3']);
  expect(scene.short('any.example.com A')).toBe('NODATA');
  expect(scene.log.filter(({ event }) => event === 'target-loop')).toHaveLength(4);
  scene.put('Ingress', ingress('b', 'b.example.com', 'a.example.com 192.0.2.2'));
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.2']);
  scene.put('Ingress', ingress('b', 'b.example.com', '192.0.2.4'));
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.4']);
  expect(scene.log.filter(({ event }) => event === 'target-loop')).toHaveLength(4);
  expect(scene.resolver.asked).toEqual([]);
});

test('a chain of any length ends, and each name in it is asked once', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  const hosts = Array.from({ length: 2000 }, (_, i) => ({
    own: `h${i}.example.com`,
    next: `h${i + 1}.example.com h${i + 2}.example.com`,
  }));
  scene.begin([
    ...hosts.map(({ own, next }, i) => ingress(`i${i}`, own, next)),
    ingress('end', 'h2000.example.com h2001.example.com', '192.0.2.1'),
  ]);
  // Two at a stride, h2000 is the eighth name from there.
  expect(scene.short('h1984.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('h1983.example.com A')).toBe('NODATA');
  expect(scene.short('h0.example.com A')).toBe('NODATA');
  expect(scene.complaints).toContainEqual({
    level: 'warn',
    event: 'target-too-far',
    message:
      'h0.example.com. leads on through more than 8 names of our zones: it has no address from beyond them; have it lead closer to the name that has the addresses',
  });
});

test('of two ways to a name the shorter one counts', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  const chain = Array.from({ length: 8 }, (_, i) =>
    ingress(`c${i}`, `c${i}.example.com`, `c${i + 1}.example.com`),
  );
  scene.begin([
    ...chain,
    ingress('end', 'c8.example.com', 'd.example.com'),
    ingress('d', 'd.example.com', '192.0.2.1'),
    ingress('both', 'both.example.com', 'c0.example.com c7.example.com'),
    ingress('diamond', 'diamond.example.com', 'c8.example.com d.example.com'),
  ]);
  expect(scene.short('c0.example.com A')).toBe('NODATA');
  expect(scene.short('both.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('diamond.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.log.filter(({ event }) => event === 'target-loop')).toEqual([]);
});

test('an unread circle is not denied before everything has been read', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.list('Ingress', [ingress('a', 'a.example.com', 'a.example.com')]);
  expect(scene.short('a.example.com A')).toBe('SERVFAIL 14');
  scene.list('Service');
  expect(scene.short('a.example.com A')).toBe('NODATA');
});

test('what is not read yet can not be denied of a target', async () => {
  await using scene = await FlatScene.open({ flatten: true });
  scene.list('Ingress', [ingress('a', 'www.example.com', 'web.default.example.com')]);
  expect(scene.short('www.example.com A')).toBe('SERVFAIL 14');
  scene.list('Service', [service('web.default', '192.0.2.1')]);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
  scene.drop('Service', 'default/web');
  expect(scene.short('www.example.com A')).toBe('NODATA');
});

test('a name server has addresses where its Service has a host name (RFC 2181 10.3)', async () => {
  const nameServers = [{ name: 'ns1.dns', addresses: [] }];
  const projection = { nameServers: ['dns/ns1'] };
  await using scene = await FlatScene.open({ nameServers, projection });
  scene.resolver.set('lb.example.net', '60 192.0.2.53');
  scene.begin([], [service('ns1.dns', 'lb.example.net')]);
  await scene.settle();
  expect(scene.short('ns1.dns.example.com A')).toEqual(['192.0.2.53']);
  expect(scene.ask('example.com NS').additional).toEqual([
    'ns1.dns.example.com. 30 in a 192.0.2.53',
  ]);
  scene.resolver.set('lb.example.net', '60 192.0.2.54');
  await scene.pass(66);
  expect(scene.ask('example.com NS').additional).toEqual([
    'ns1.dns.example.com. 30 in a 192.0.2.54',
  ]);
});

test('gateways ask the resolvers that each is told, and one for all that are told the same', async () => {
  await using other = await FakeResolver.open();
  await using scene = await FlatScene.open(
    { flatten: true },
    { flatten: true, zones: ['example.org'], resolvers: [other.address] },
    { flatten: true, zones: ['example.net'] },
  );
  scene.resolver.set('lb.example', '60 192.0.2.1');
  other.set('lb.example', '60 192.0.2.2');
  scene.begin([ingress('a', 'a.example.com a.example.org a.example.net', 'lb.example')]);
  await scene.settle(2);
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('a.example.org A')).toEqual(['192.0.2.2']);
  expect(scene.short('a.example.net A')).toEqual(['192.0.2.1']);
  expect([scene.resolver.asked.length, other.asked.length]).toEqual([2, 2]);
});
