import { type Shape, shapeOf } from '../sources/shape.ts';
import type { Claim, ClaimedName, ProjectionOptions } from './contract.ts';
import { readLoadBalancer } from './load-balancer.ts';
import { ignored, type Projection, type SoleKind } from './sole-kind.ts';

const nothing: readonly Claim[] = [];

/** Service of type LoadBalancer: `name.namespace`, below each zone. Other types claim nothing. */
export const service: SoleKind = {
  kind: 'Service',
  project(object: Shape, key: string, _: ProjectionOptions): Projection {
    if (shapeOf(object['spec'])['type'] !== 'LoadBalancer') return nothing;
    const names = (): readonly ClaimedName[] => [{ name: nameOf(key), relative: true }];
    const reason = ignored(object);
    if (reason !== undefined) return { reason, names };
    return [{ names: names(), ...readLoadBalancer(object) }];
  },
};

function nameOf(key: string): string {
  const slash = key.indexOf('/');
  return `${key.slice(slash + 1)}.${key.slice(0, slash)}`;
}
