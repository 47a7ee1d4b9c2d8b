import type { ClaimedName } from './contract.ts';
import { objectFields } from './message-fields.ts';
import type { Resource } from './resource.ts';
import { type Shape, shapeOf } from './shape.ts';

/** Service of type LoadBalancer: `name.namespace`, below each zone. Other types claim nothing. */
export const service: Resource = {
  kind: 'Service',
  group: '',
  version: 'v1',
  plural: 'services',
  fields: objectFields({ 4: { name: 'type', kind: 'text' } }),
  names(object: Shape, namespace: string, name: string): readonly ClaimedName[] {
    if (shapeOf(object['spec'])['type'] !== 'LoadBalancer') return [];
    return [{ name: `${name}.${namespace}`, relative: true }];
  },
};
