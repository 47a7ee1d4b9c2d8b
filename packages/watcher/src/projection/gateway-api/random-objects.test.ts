// Objects that come, change, go and are listed again at random, against a projector that has only ever seen the
// last of them.

import { expect, it } from 'vitest';
import { Random, seeds } from '../../../../protocol/test-support/random.ts';
import {
  ClaimTable,
  gateway,
  listener,
  listenerSet,
  OPTIONS,
  route,
} from '../../../test-support/gateway-api.ts';
import type { Kind } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import { ROUTE_KINDS } from './listener.ts';
import { GatewayApiProjector } from './projector.ts';

const KINDS: readonly Kind[] = ['Gateway', 'ListenerSet', ...ROUTE_KINDS];
const NAMESPACES = ['a', 'b'] as const;
const HOSTNAMES = [
  'example.com',
  'a.example.com',
  'A.example.com.',
  'b.a.example.com',
  '*.example.com',
  '*.a.example.com',
  'c.example.org',
] as const;
const PROTOCOLS = ['HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP', 'own', 'own', 'own'] as const;
const FROM = ['None', 'Same', 'Same', 'All', 'All', 'Selector'] as const;
const OPTIONS_OF = { ...OPTIONS, gatewayClasses: ['public', 'other'] };

type Objects = Map<Kind, Map<string, Shape>>;

const some = <T>(random: Random, most: number, draw: () => T): T[] =>
  Array.from({ length: random.below(most + 1) }, draw);

const drawRef = (random: Random, kinds: readonly string[]): Shape => ({
  kind: random.pick(kinds),
  name: random.pick(['p', 'q']),
  ...(random.oneIn(2) ? { namespace: random.pick(NAMESPACES) } : {}),
  ...(random.oneIn(6) ? { sectionName: random.pick(['x', 'y']) } : {}),
  ...(random.oneIn(8) ? { port: random.pick([80, 443]) } : {}),
});

const drawListeners = (random: Random): Shape[] =>
  some(random, 3, () => {
    const hostname = random.oneIn(3) ? '' : random.pick(HOSTNAMES);
    return listener(`${random.pick(['x', 'y'])}=${hostname}:${random.pick([80, 443])}`, {
      protocol: random.pick(PROTOCOLS),
      allowedRoutes: {
        namespaces: { from: random.pick(FROM) },
        ...(random.oneIn(6)
          ? { kinds: some(random, 2, () => ({ kind: random.pick(KINDS) })) }
          : {}),
      },
    });
  });

const drawDescribed = (random: Random) => ({
  labels: random.oneIn(12) ? { 'k8s-gateway.dns/ignore': 'true' } : {},
  annotations: {
    ...(random.oneIn(5)
      ? { 'external-dns.kubernetes.io/target': `192.0.2.${random.below(3)}` }
      : {}),
    ...(random.oneIn(5) ? { 'external-dns.kubernetes.io/ttl': `${random.below(3)}` } : {}),
    ...(random.oneIn(3) ? { 'external-dns.kubernetes.io/hostname': random.pick(HOSTNAMES) } : {}),
  },
});

const drawObject = (random: Random, kind: Kind): Shape => {
  const described = drawDescribed(random);
  const listeners = drawListeners(random);
  const accepted = ['True', 'True', 'False', 'Unknown'] as const;
  if (kind === 'Gateway') {
    const addresses = some(random, 3, () => random.pick(['192.0.2.1', '2001:db8::1', 'lb.test']));
    return gateway({
      ...described,
      class: random.oneIn(5) ? 'internal' : random.pick(['public', 'other']),
      listeners,
      addresses: addresses.join(' '),
      sets: random.pick(FROM),
    });
  }
  if (kind === 'ListenerSet') {
    const parent = drawRef(random, ['Gateway', 'Gateway', 'Gateway', 'Service']);
    return listenerSet({ ...described, listeners, parent, accepted: random.pick(accepted) });
  }
  const parents = some(random, 3, () => drawRef(random, ['Gateway', 'Gateway', 'ListenerSet']));
  return route({
    ...described,
    parents,
    ...(random.oneIn(3)
      ? {}
      : {
          hostnames: [...some(random, 2, () => random.pick(HOSTNAMES)), 'a.example.com'].join(' '),
        }),
    accepted: some(random, 1, () => ({
      parent: random.pick([...parents, drawRef(random, ['Gateway'])]),
      status: random.pick(accepted),
    })),
  });
};

const fresh = (): { table: ClaimTable; projector: GatewayApiProjector } => {
  const table = new ClaimTable();
  const parts = { options: OPTIONS_OF, claims: table, demand: (): void => {} };
  return { table, projector: new GatewayApiProjector(ROUTE_KINDS, parts) };
};

const shuffled = <T>(random: Random, from: Iterable<T>): T[] => {
  const rest = [...from];
  const drawn: T[] = [];
  while (rest.length > 0) drawn.push(...rest.splice(random.below(rest.length), 1));
  return drawn;
};

/** What is claimed of objects that are read once, in any order. */
const expected = (random: Random, objects: Objects): ClaimTable => {
  const { table, projector } = fresh();
  for (const kind of shuffled(random, KINDS)) {
    projector.beginList(kind);
    for (const [key, object] of shuffled(random, objects.get(kind) ?? [])) {
      projector.upsert(kind, key, object);
    }
    projector.endList(kind);
  }
  return table;
};

/** A change of one object, or a list with many. */
const step = (random: Random, projector: GatewayApiProjector, objects: Objects): void => {
  const kind = random.pick([...KINDS, 'Gateway', 'Gateway', 'ListenerSet', 'HTTPRoute'] as const);
  const known = objects.get(kind) ?? new Map<string, Shape>();
  objects.set(kind, known);
  const drawKey = (): string => {
    const names = kind === 'Gateway' || kind === 'ListenerSet' ? ['p', 'q'] : ['r', 's', 't'];
    return `${random.pick(NAMESPACES)}/${random.pick(names)}`;
  };
  const put = (key: string, object: Shape): void => {
    known.set(key, object);
    projector.upsert(kind, key, object);
  };
  const choice = random.below(10);
  if (choice < 7) {
    put(drawKey(), drawObject(random, kind));
    return;
  }
  if (choice < 8) {
    const key = drawKey();
    known.delete(key);
    projector.remove(kind, key);
    return;
  }
  projector.beginList(kind);
  if (random.oneIn(3)) {
    // One that breaks off; what it had may be gone when the next begins.
    projector.upsert(kind, drawKey(), drawObject(random, kind));
    projector.beginList(kind);
  }
  const before = shuffled(random, known);
  known.clear();
  for (const [key, object] of before) {
    // Another kind's change may come amid the list.
    if (random.oneIn(4)) interject(random, projector, objects, kind);
    if (!random.oneIn(6)) put(key, random.oneIn(3) ? drawObject(random, kind) : object);
  }
  projector.endList(kind);
};

const interject = (
  random: Random,
  projector: GatewayApiProjector,
  objects: Objects,
  listed: Kind,
): void => {
  const kind = random.pick(KINDS.filter((other) => other !== listed));
  const [key] = shuffled(random, (objects.get(kind) ?? new Map<string, Shape>()).keys());
  if (key === undefined) return;
  const object = drawObject(random, kind);
  objects.get(kind)?.set(key, object);
  projector.upsert(kind, key, object);
};

it.each(seeds(25))('claims what the last of the objects say, seed %i', (seed) => {
  const random = new Random(seed);
  const { table, projector } = fresh();
  const objects: Objects = new Map();
  let claimed = 0;
  for (const kind of shuffled(random, KINDS)) {
    for (let i = random.below(4); i > 0; i--) step(random, projector, objects);
    // The first list of each has what is known of it so far.
    projector.beginList(kind);
    for (const [key, object] of objects.get(kind) ?? []) projector.upsert(kind, key, object);
    projector.endList(kind);
  }
  for (let i = 0; i < 120; i++) {
    step(random, projector, objects);
    const wanted = expected(random, objects);
    expect(sorted(table), `after ${i} steps, SEED=${seed}`).toEqual(sorted(wanted));
    claimed += Object.keys(wanted.names).length;
  }
  // Else it would hold of a projector that claims nothing.
  expect(claimed).toBeGreaterThan(120);
});

const sorted = ({ claims }: ClaimTable) =>
  new Map([...claims].sort(([a], [b]) => (a < b ? -1 : 1)));
