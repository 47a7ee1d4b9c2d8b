// Objects that come, change and go at random, against a model that looks at all of them for each question.

import { expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';
import type { Kind } from '../sources/contract.ts';

const ZONES = ['example.com', 'sub.example.com', 'example.org', 'c.b.example.com'] as const;
const NAME_SERVER = 'ns1';
const LABELS = ['a', 'b', 'c', '*', 'sub'] as const;
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'] as const;
const KINDS: readonly Kind[] = ['Ingress', 'Service'];

interface Drawn {
  readonly kind: Kind;
  readonly object: SceneObject;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

type Objects = Map<string, Drawn>;

const drawName = (random: Random): string => {
  const labels = Array.from({ length: 1 + random.below(3) }, () => random.pick(LABELS));
  return `${labels.join('.')}.${random.pick(ZONES)}`;
};

/** What an object is known by; of a Service it is the name that it claims. */
const drawKey = (random: Random, kind: Kind): string =>
  kind === 'Service'
    ? `${random.pick(['a', 'b', 'ns1'])}.${random.pick(['a', 'c'])}`
    : `${random.below(10)}`;

const drawObject = (random: Random, kind: Kind, key: string): Drawn => {
  const addresses = ADDRESSES.filter(() => random.oneIn(2));
  const text = addresses.join(' ');
  if (kind === 'Service') {
    const names = ZONES.map((zone) => `${key}.${zone}`);
    return { kind, object: service(key, text), names, addresses };
  }
  const names = Array.from({ length: random.below(4) }, () => drawName(random));
  return { kind, object: ingress(key, names.join(' '), text), names, addresses };
};

/** RFC 1034 4.3.2, RFC 4592, over all objects. */
const expected = (objects: Objects, asked: string): readonly string[] | string => {
  const all = [...objects.values()];
  const exists = (name: string): boolean =>
    [
      ...ZONES,
      ...ZONES.map((zone) => `${NAME_SERVER}.${zone}`),
      ...all.flatMap(({ names }) => names),
    ].some((known) => known === name || known.endsWith(`.${name}`));
  const data = (name: string): readonly string[] | 'NODATA' => {
    for (const kind of KINDS) {
      const speaking = all.filter((one) => one.kind === kind && one.names.includes(name));
      const addresses = new Set(speaking.flatMap(({ addresses }) => addresses));
      if (addresses.size > 0) return [...addresses].sort();
    }
    return 'NODATA';
  };
  if (exists(asked)) return data(asked);
  let encloser = asked;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf('.') + 1);
  return exists(`*.${encloser}`) ? data(`*.${encloser}`) : 'NXDOMAIN';
};

it.each(seeds(20))('answers as the objects say, seed %i', async (seed) => {
  const random = new Random(seed);
  await using scene = new Scene([
    { zones: [...ZONES], nameServers: [{ name: NAME_SERVER, addresses: [] }] },
  ]);
  const objects: Objects = new Map();
  const check = (): void => {
    for (let i = 0; i < 12; i++) {
      const name = drawName(random).replace('*', random.pick(['x', 'y.x', '*']));
      const said = scene.short(`${name} A`);
      const sorted = typeof said === 'string' ? said : [...said].sort();
      expect(sorted, `${name}, SEED=${seed}`).toEqual(expected(objects, name));
    }
  };
  const put = (kind: Kind, key: string): void => {
    const drawn = drawObject(random, kind, key);
    objects.set(`${kind} ${key}`, drawn);
    scene.offer(kind, drawn.object);
  };
  const list = (kind: Kind): void => {
    scene.sink().beginList(kind);
    // What of an attempt that breaks off is not in the next one has gone.
    if (random.oneIn(2)) {
      scene.offer(kind, drawObject(random, kind, kind === 'Service' ? 'b.b' : 'gone').object);
      scene.sink().beginList(kind);
    }
    for (const id of [...objects.keys()]) if (id.startsWith(kind)) objects.delete(id);
    for (let i = random.below(8); i > 0; i--) put(kind, drawKey(random, kind));
    scene.sink().endList(kind);
    if (random.oneIn(2)) scene.sink().flush();
  };
  // The first lists in either order, the second one arriving while the first is answered from.
  for (const kind of random.oneIn(2) ? KINDS : KINDS.toReversed()) list(kind);
  scene.sink().flush();
  check();
  for (let step = 0; step < 60; step++) {
    const kind = random.pick(KINDS);
    if (random.oneIn(15)) list(kind);
    for (let i = random.below(5); i > 0; i--) {
      const key = drawKey(random, kind);
      if (random.oneIn(3)) {
        objects.delete(`${kind} ${key}`);
        scene.sink().remove(kind, drawObject(random, kind, key).object.key);
      } else {
        put(kind, key);
      }
    }
    scene.sink().flush();
    check();
  }
  const { views, sources } = scene.watcher.status();
  const stored = sources[0]?.kinds.reduce((sum, kind) => sum + kind.objects, 0);
  expect(stored).toBe([...objects.values()].filter(({ names }) => names.length > 0).length);
  for (const kind of KINDS) {
    scene.sink().beginList(kind);
    scene.sink().endList(kind);
  }
  scene.sink().flush();
  // Nothing is left but apexes, name servers, and b.example.com between two apexes.
  expect(scene.watcher.status().views[0]?.names, `SEED=${seed}`).toBe(2 * ZONES.length + 1);
  expect(views).toHaveLength(1);
});
