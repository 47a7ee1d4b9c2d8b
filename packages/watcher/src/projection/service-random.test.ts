// Services and EndpointSlices that change at random, read by two watches of which either may lag behind the
// other: in the end each Service claims what it would had all been read at once.

import { expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { defaultOptions, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { Kind } from '../sources/contract.ts';
import type { Shape } from '../sources/shape.ts';
import type { ProjectionOptions } from './contract.ts';
import { ServiceProjector } from './service-projector.ts';

type Watched = Extract<Kind, 'Service' | 'EndpointSlice'>;

const SERVICES = ['ns/a', 'ns/b', 'ns/c', 'other/a'] as const;
const SLICES = ['ns/1', 'ns/2', 'ns/3', 'ns/4', 'other/1'] as const;
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '2001:db8::1'] as const;

function drawService(random: Random): Shape {
  const addresses = ADDRESSES.filter(() => random.oneIn(2));
  return {
    metadata: {
      labels: random.oneIn(8) ? { 'k8s-gateway.dns/ignore': 'true' } : {},
      annotations: {
        ...(random.oneIn(2) && { 'k8s-gateway.dns/resolve-endpoints': 'true' }),
        ...(random.oneIn(3) && { 'coredns.io/hostname': random.pick(['x.example.com', 'y', '']) }),
        ...(random.oneIn(6) && { 'coredns.io/target': '198.51.100.1' }),
      },
    },
    spec: { type: random.pick(['LoadBalancer', 'ClusterIP']) },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}

function drawSlice(random: Random): Shape {
  const endpoints = ADDRESSES.filter(() => random.oneIn(2)).map((address) => ({
    addresses: [address],
    ...(random.oneIn(3) && { hostname: random.pick(['p', 'q']) }),
    ...(random.oneIn(4) && { conditions: { ready: false } }),
  }));
  const name = random.pick(['a', 'b', 'c', '']);
  return { metadata: { labels: { 'kubernetes.io/service-name': name } }, endpoints };
}

/** A cluster, and two watches on it with what has been sent and not been read yet. */
class Cluster {
  readonly claims: RecordingClaims = new RecordingClaims();
  readonly #random: Random;
  readonly #projector: ServiceProjector;
  readonly #objects = {
    Service: new Map<string, Shape>(),
    EndpointSlice: new Map<string, Shape>(),
  };
  readonly #sent: Record<Watched, (() => void)[]> = { Service: [], EndpointSlice: [] };
  readonly #isWatched = { Service: false, EndpointSlice: false };
  #isDemanded = false;

  constructor(random: Random, options: ProjectionOptions) {
    this.#random = random;
    const demand = (): void => {
      this.#isDemanded = true;
    };
    this.#projector = new ServiceProjector({ options, claims: this.claims, demand });
  }

  step(): void {
    const random = this.#random;
    if (random.oneIn(2)) this.#change('Service', random.pick(SERVICES), drawService(random));
    else this.#change('EndpointSlice', random.pick(SLICES), drawSlice(random));
    if (random.oneIn(12)) this.list('Service');
    if (this.#isWatched.EndpointSlice && random.oneIn(12)) this.#relistSlices();
    if (this.#isDemanded && random.oneIn(4)) this.#relistSlices();
    for (let n = random.below(5); n > 0; n--) {
      this.#sent[random.pick(['Service', 'EndpointSlice'] as const)].shift()?.();
    }
  }

  /** All that has been sent is read, and what is demanded because of that. */
  settle(): void {
    do {
      if (this.#isDemanded) this.list('EndpointSlice');
      while (this.#sent.Service.length + this.#sent.EndpointSlice.length > 0) {
        this.#sent[this.#random.pick(['Service', 'EndpointSlice'] as const)].shift()?.();
      }
    } while (this.#isDemanded);
  }

  /** What a projector claims that reads what there is now and nothing else. */
  expected(options: ProjectionOptions): RecordingClaims {
    const claims = new RecordingClaims();
    const projector = new ServiceProjector({ options, claims, demand: () => {} });
    for (const kind of ['Service', 'EndpointSlice'] as const) {
      projector.beginList(kind);
      for (const [key, object] of this.#objects[kind]) projector.upsert(kind, key, object);
      projector.endList(kind);
    }
    return claims;
  }

  list(kind: Watched): void {
    this.#isWatched[kind] = true;
    if (kind === 'EndpointSlice') this.#isDemanded = false;
    const all = [...this.#objects[kind]];
    // Some connections are lost before, with what was under way.
    if (this.#random.oneIn(2)) this.#sent[kind] = [];
    const send = this.#sent[kind];
    const begin = (): void => this.#projector.beginList(kind);
    const put = ([key, object]: [string, Shape]) =>
      send.push(() => this.#projector.upsert(kind, key, object));
    send.push(begin);
    // Some break off, and start over.
    if (this.#random.oneIn(4)) {
      for (const entry of all.slice(this.#random.below(all.length + 1))) put(entry);
      send.push(begin);
    }
    for (const entry of all) put(entry);
    send.push(() => this.#projector.endList(kind));
  }

  #relistSlices(): void {
    if (this.#random.oneIn(4)) {
      this.#sent.EndpointSlice.push(() => this.#projector.missing('EndpointSlice'));
    }
    this.list('EndpointSlice');
  }

  #change(kind: Watched, key: string, object: Shape): void {
    const isGone = this.#random.oneIn(4);
    if (isGone) this.#objects[kind].delete(key);
    else this.#objects[kind].set(key, object);
    if (!this.#isWatched[kind]) return;
    this.#sent[kind].push(() => {
      if (isGone) this.#projector.remove(kind, key);
      else this.#projector.upsert(kind, key, object);
    });
  }
}

it.each(seeds(200))('in the end claims are those of what there is, seed %i', (seed) => {
  const random = new Random(seed);
  const options = {
    ...defaultOptions,
    services: !random.oneIn(5),
    nameServers: random.oneIn(2) ? ['ns/a'] : [],
  };
  const cluster = new Cluster(random, options);
  for (let i = random.below(5); i > 0; i--) cluster.step();
  cluster.list('Service');
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 30; i++) cluster.step();
    cluster.settle();
    expect(cluster.claims.ended).toContain('Service');
    expect(cluster.claims.said).toEqual(cluster.expected(options).said);
  }
});
