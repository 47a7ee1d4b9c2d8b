import { expect, test } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';

/*
 * Objects whose host names lead to one another's names come, change and go; after each step the answers have to be
 * those of a watcher that has read the same objects anew. Few labels, so that chains, circles, wildcards that
 * speak for targets and names that hide them are met all the time.
 */

const HOSTS = [
  ...['example.com', 'a.example.com', 'b.example.com', '*.example.com', 'a.b.example.com'],
  ...['*.b.example.com', 'c.a.b.example.com', 'x.example.org', '*.example.org', 'example.org'],
];
const TARGETS = [
  ...HOSTS.filter((host) => !host.startsWith('*')),
  ...['d.example.com', 'd.b.example.com', 'd.a.b.example.com', 'y.x.example.org'],
  ...['web.default.example.com', 'default.example.com'],
];
const QUESTIONS = [...HOSTS, ...TARGETS];

const GATEWAYS = [{ flatten: true }, { zones: ['example.org'] }];

type Objects = Map<string, SceneObject>;

function randomAddresses(random: Random): string {
  const words = Array.from({ length: random.below(3) }, () => random.pick(TARGETS));
  if (random.oneIn(3)) words.push(`192.0.2.${random.below(4)}`);
  return words.join(' ');
}

function step(random: Random, scene: Scene, ingresses: Objects, services: Objects): void {
  const name = `i${random.below(8)}`;
  const one =
    random.below(8) === 0
      ? service('web.default', randomAddresses(random))
      : ingress(name, [random.pick(HOSTS), random.pick(HOSTS)].join(' '), randomAddresses(random));
  const isService = one.key === 'default/web';
  const [kind, objects] = isService
    ? ['Service' as const, services]
    : ['Ingress' as const, ingresses];
  if (random.oneIn(3)) {
    objects.delete(one.key);
    scene.sink().remove(kind, one.key);
  } else {
    objects.set(one.key, one);
    scene.offer(kind, one);
  }
  // Some changes are published together.
  if (!random.oneIn(3)) scene.sink().flush();
}

function answers(scene: Scene): Record<string, unknown> {
  return Object.fromEntries(
    QUESTIONS.map((name) => {
      const { rcode, answer, ede } = scene.ask(`${name} A`);
      return [name, { rcode, answer, ede }];
    }),
  );
}

test.each(seeds(12))('answers are those of a fresh start, seed %i', async (seed) => {
  const random = new Random(seed);
  await using scene = new Scene(GATEWAYS);
  scene.list('Ingress');
  scene.list('Service');
  const ingresses: Objects = new Map();
  const services: Objects = new Map();
  for (let i = 0; i < 60; i++) {
    step(random, scene, ingresses, services);
    if (!random.oneIn(3)) continue;
    scene.sink().flush();
    await using fresh = new Scene(GATEWAYS);
    fresh.list('Ingress', [...ingresses.values()]);
    fresh.list('Service', [...services.values()]);
    expect(answers(scene), `seed ${seed}, step ${i}`).toEqual(answers(fresh));
  }
});
