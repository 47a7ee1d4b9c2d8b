import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { ClaimedName, ProjectionOptions } from './contract.ts';
import { readAddresses } from './load-balancer.ts';
import { ignored, type Projection, type SoleKind } from './sole-kind.ts';

/**
 * Node: its addresses of type Hostname are its names, those of `nodeAddressType` its addresses while it is
 * ready. While it is not, the names exist without one.
 */
export const node: SoleKind = {
  kind: 'Node',
  project(object: Shape, key: string, { nodeAddressType }: ProjectionOptions): Projection {
    const reason = ignored(object);
    if (reason !== undefined) return { reason, names: () => namesOf(object) };
    const names = namesOf(object);
    if (names.length === 0) {
      return {
        reason: 'it has no address of type Hostname',
        names: () => [{ name: key, relative: false }],
      };
    }
    if (!isReady(object)) return [{ names, addresses: [], noAddress: 'it is not ready' }];
    return [{ names, ...readAddresses(addressesOf(object, nodeAddressType)) }];
  },
};

function namesOf(object: Shape): readonly ClaimedName[] {
  const names = new Set(addressesOf(object, 'Hostname').map(textOf));
  names.delete('');
  return [...names].map((name) => ({ name, relative: false }));
}

function isReady(object: Shape): boolean {
  return listOf(shapeOf(object['status'])['conditions'])
    .map(shapeOf)
    .some(({ type, status }) => type === 'Ready' && status === 'True');
}

function addressesOf(object: Shape, wanted: string): readonly unknown[] {
  return listOf(shapeOf(object['status'])['addresses'])
    .map(shapeOf)
    .filter(({ type }) => type === wanted)
    .map(({ address }) => address);
}
