// Addresses that come and go at random, in two clusters and several zones, against a model that looks at all objects
// for each reverse name.

import { expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';
import type { Kind } from '../sources/contract.ts';

const ZONES = ['example.com', 'sub.example.com', 'example.org'] as const;
/** Nested, one of a single address, one of IPv6, a classless one, and one that has no address. */
const REVERSE_ZONES = [
  '0.192.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  '3.2.0.192.in-addr.arpa',
  '128/25.2.0.192.in-addr.arpa',
  'a.2.0.192.in-addr.arpa',
  '8.b.d.0.1.0.0.2.ip6.arpa',
] as const;
/** Each with the names that it has in these zones. */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  '192.0.2.1': ['1.2.0.192.in-addr.arpa'],
  '192.0.2.3': ['3.2.0.192.in-addr.arpa'],
  '192.0.2.130': ['130.2.0.192.in-addr.arpa', '130.128/25.2.0.192.in-addr.arpa'],
  '192.0.1.7': ['7.1.0.192.in-addr.arpa'],
  '198.51.100.1': [],
  '2001:db8::a': [`a.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
  '2001:db9::1': [],
};
/** Above them, and below. */
const OTHERS = [
  '192.in-addr.arpa',
  '1.0.192.in-addr.arpa',
  '0.8.b.d.0.1.0.0.2.ip6.arpa',
  'x.y.2.0.192.in-addr.arpa',
];
const REVERSE_NAMES = Object.values(ADDRESSES).flat();
const GIVEN = '192.0.2.130';
const LABELS = ['a', 'b', 'aa', '*', 'sub'] as const;
const KINDS: readonly Kind[] = ['Ingress', 'Service', 'DNSEndpoint'];

interface Drawn {
  readonly source: number;
  readonly kind: Kind;
  readonly object: SceneObject;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Of an endpoint that says what a reverse name has. */
  readonly pointer?: string;
}

type Objects = Map<string, Drawn>;

const drawName = (random: Random): string => {
  const labels = Array.from({ length: random.below(3) }, () => random.pick(LABELS));
  return [...labels, random.pick(ZONES)].join('.');
};

const drawKey = (random: Random, kind: Kind): string =>
  kind === 'Service'
    ? `${random.pick(['a', 'b', 'ns1'])}.${random.pick(['a', 'b'])}`
    : `${random.below(6)}`;

const endpoint = (name: string, dnsName: string, type: string, target: string): SceneObject => ({
  key: `default/${name}`,
  object: {
    metadata: { name, namespace: 'default' },
    spec: { endpoints: [{ dnsName, recordType: type, targets: [target] }] },
  },
});

const drawObject = (random: Random, kind: Kind, source: number, key: string): Drawn => {
  const addresses = Object.keys(ADDRESSES).filter(() => random.oneIn(4));
  const text = addresses.join(' ');
  if (kind === 'Service') {
    const names = [...ZONES, ...REVERSE_ZONES].map((zone) => `${key}.${zone}`);
    return { source, kind, object: service(key, text), names, addresses };
  }
  if (kind === 'Ingress') {
    const names = Array.from({ length: random.below(4) }, () => drawName(random));
    // A name of a reverse zone may have addresses: they lead nowhere.
    if (random.oneIn(4)) names.push(random.pick(REVERSE_NAMES));
    return { source, kind, object: ingress(key, names.join(' '), text), names, addresses };
  }
  const name = random.pick(REVERSE_NAMES);
  const pointer = `explicit${random.below(3)}.example.net`;
  const object = endpoint(key, name, 'PTR', pointer);
  return { source, kind, object, names: [name], addresses: [], pointer };
};

/** What a PTR of the name is, over all objects. */
const expected = (objects: Objects, asked: string): readonly string[] | string => {
  if (!REVERSE_ZONES.some((zone) => `.${asked}`.endsWith(`.${zone}`))) return 'REFUSED 20';
  const all = [...objects.values()];
  const said = all.filter(({ names, pointer }) => pointer !== undefined && names.includes(asked));
  if (said.length > 0) return [...new Set(said.map(({ pointer }) => `${pointer}.`))].sort();
  const servers = ZONES.map((zone) => `ns1.a.${zone}`);
  const has = (name: string, address: string): boolean => {
    // The second gateway, of example.org, has a name server with an address of its own.
    if (name === 'ns1.a.example.org') return address === GIVEN;
    const kinds: readonly Kind[] = servers.includes(name)
      ? ['Service', 'Ingress']
      : ['Ingress', 'Service'];
    const speaking = kinds
      .map((kind) => all.filter((one) => one.kind === kind && one.names.includes(name)))
      .find((level) => level.some(({ addresses }) => addresses.length > 0));
    return speaking?.some(({ addresses }) => addresses.includes(address)) === true;
  };
  const forward = [...new Set([...servers, ...all.flatMap(({ names }) => names)])].filter(
    (name) => !name.startsWith('*') && !name.endsWith('.arpa'),
  );
  const addresses = Object.keys(ADDRESSES).filter((one) => ADDRESSES[one]?.includes(asked));
  const candidates = forward.filter((name) => addresses.some((address) => has(name, address)));
  const rank = (name: string): string => {
    const labels = name.split('.');
    return `${Number(servers.includes(name))} ${labels.length} ${labels.toReversed().join(' ')}`;
  };
  const [best] = candidates.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (best !== undefined) return [`${best}.`];
  const owners = [
    ...REVERSE_ZONES,
    ...REVERSE_ZONES.map((zone) => `ns1.a.${zone}`),
    ...all.flatMap(({ names }) => names),
    ...Object.entries(ADDRESSES).flatMap(([address, names]) =>
      forward.some((name) => has(name, address)) ? names : [],
    ),
  ];
  const exists = owners.some((name) => name === asked || name.endsWith(`.${asked}`));
  return exists ? 'NODATA' : 'NXDOMAIN';
};

it.each(seeds(25))('leads back as the objects say, seed %i', async (seed) => {
  const random = new Random(seed);
  const nameServers = [{ name: 'ns1.a', addresses: [] }];
  const resources = ['Ingress', 'Service', 'DNSEndpoint'] as const;
  const com = { zones: ZONES.slice(0, 2), nameServers, resources, sources: [0, 1] };
  await using scene = new Scene([
    com,
    { ...com, zones: ['example.org'], nameServers: [{ name: 'ns1.a', addresses: [GIVEN] }] },
    { ...com, zones: [...REVERSE_ZONES] },
  ]);
  const objects: Objects = new Map();
  const check = (): void => {
    for (const name of [...REVERSE_NAMES, ...REVERSE_ZONES, ...OTHERS]) {
      const said = scene.short(`${name} PTR`);
      const sorted = typeof said === 'string' ? said : [...said].sort();
      expect(sorted, `${name}, SEED=${seed}`).toEqual(expected(objects, name));
    }
  };
  const put = (source: number, kind: Kind, key: string): void => {
    const drawn = drawObject(random, kind, source, key);
    objects.set(`${source} ${kind} ${key}`, drawn);
    scene.sink(source).upsert(kind, drawn.object.key, drawn.object.object);
  };
  const list = (source: number, kind: Kind): void => {
    scene.sink(source).beginList(kind);
    for (const id of [...objects.keys()]) {
      if (id.startsWith(`${source} ${kind}`)) objects.delete(id);
    }
    for (let i = random.below(6); i > 0; i--) put(source, kind, drawKey(random, kind));
    scene.sink(source).endList(kind);
    if (random.oneIn(2)) scene.sink(source).flush();
  };
  for (const kind of KINDS) for (const source of [0, 1]) list(source, kind);
  scene.sink().flush();
  check();
  for (let step = 0; step < 60; step++) {
    const source = random.below(2);
    const kind = random.pick(KINDS);
    if (random.oneIn(15)) list(source, kind);
    for (let i = random.below(5); i > 0; i--) {
      const key = drawKey(random, kind);
      if (random.oneIn(3)) {
        objects.delete(`${source} ${kind} ${key}`);
        scene.sink(source).remove(kind, drawObject(random, kind, source, key).object.key);
      } else {
        put(source, kind, key);
      }
    }
    scene.sink(source).flush();
    check();
  }
  for (const source of [0, 1]) {
    for (const kind of KINDS) {
      scene.sink(source).beginList(kind);
      scene.sink(source).endList(kind);
    }
  }
  scene.sink().flush();
  objects.clear();
  check();
  const names = scene.watcher.status().views[0]?.zones.map(({ names }) => names);
  // In each an apex, a, and ns1.a, but a.2.0.192.in-addr.arpa is an apex itself and has its name server besides that of
  // the zone around it. Of names of addresses, those of the given one alone are left.
  expect(names, `SEED=${seed}`).toEqual([3, 3, 3, 3, 2, 3, 4, 4, 3]);
});
