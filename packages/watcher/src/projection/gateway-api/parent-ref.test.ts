import { expect, it } from 'vitest';
import { GATEWAY_API, readParentRef, readParentRefs } from './parent-ref.ts';

it.each([
  ['defaults', { name: 'gw' }, 'Gateway ns/gw  0'],
  ['its namespace', { name: 'gw', namespace: 'other' }, 'Gateway other/gw  0'],
  ['an empty namespace', { name: 'gw', namespace: '' }, 'Gateway ns/gw  0'],
  ['all of it', { group: GATEWAY_API, kind: 'Gateway', name: 'gw' }, 'Gateway ns/gw  0'],
  ['a listener', { name: 'gw', sectionName: 'https', port: 443 }, 'Gateway ns/gw https 443'],
  ['a ListenerSet', { kind: 'ListenerSet', name: 'set' }, 'ListenerSet ns/set  0'],
  ['a Service in a mesh', { group: '', kind: 'Service', name: 'gw' }, undefined],
  ['a Service, with the group left out', { kind: 'Service', name: 'gw' }, undefined],
  ['a Gateway of the core group', { group: '', kind: 'Gateway', name: 'gw' }, undefined],
  ['a Gateway of others', { group: 'networking.istio.io', kind: 'Gateway', name: 'gw' }, undefined],
  ['no name', { kind: 'Gateway' }, undefined],
  ['odd members', { name: 'gw', namespace: 7, sectionName: [], port: '80' }, 'Gateway ns/gw  0'],
  ['odd names', { name: {} }, undefined],
  ['nothing', null, undefined],
])('reads %s', (_, written, expected) => {
  const ref = readParentRef(written, 'ns');
  expect(ref && `${ref.kind} ${ref.key} ${ref.section} ${ref.port}`).toBe(expected);
});

const refused = (parents: unknown, statuses: unknown): readonly boolean[] =>
  readParentRefs({ spec: { parentRefs: parents }, status: { parents: statuses } }, 'ns').map(
    ({ isRefused }) => isRefused,
  );
const says = (parentRef: unknown, status: string, type = 'Accepted') => ({
  parentRef,
  conditions: [
    { type: 'ResolvedRefs', status: 'False' },
    { type, status },
  ],
});

it.each([
  ['no status', [{ name: 'gw' }], undefined, [false]],
  ['a status without conditions', [{ name: 'gw' }], [{ parentRef: { name: 'gw' } }], [false]],
  ['Accepted', [{ name: 'gw' }], [says({ name: 'gw' }, 'True')], [false]],
  ['not accepted', [{ name: 'gw' }], [says({ name: 'gw' }, 'False')], [true]],
  ['undecided', [{ name: 'gw' }], [says({ name: 'gw' }, 'Unknown')], [false]],
  ['another condition', [{ name: 'gw' }], [says({ name: 'gw' }, 'False', 'Programmed')], [false]],
  [
    'defaults that the status fills in',
    [{ name: 'gw' }],
    [says({ group: GATEWAY_API, kind: 'Gateway', namespace: 'ns', name: 'gw' }, 'False')],
    [true],
  ],
  [
    'defaults that the status leaves out',
    [{ group: GATEWAY_API, kind: 'Gateway', namespace: 'ns', name: 'gw' }],
    [says({ name: 'gw' }, 'False')],
    [true],
  ],
  [
    'each listener of its own',
    [
      { name: 'gw', sectionName: 'a' },
      { name: 'gw', sectionName: 'b' },
    ],
    [
      says({ name: 'gw', sectionName: 'a' }, 'True'),
      says({ name: 'gw', sectionName: 'b' }, 'False'),
    ],
    [false, true],
  ],
  [
    'each port of its own',
    [
      { name: 'gw', port: 80 },
      { name: 'gw', port: 443 },
    ],
    [says({ name: 'gw', port: 80 }, 'False')],
    [true, false],
  ],
  ['another namespace', [{ name: 'gw' }], [says({ name: 'gw', namespace: 'b' }, 'False')], [false]],
  ['another kind', [{ name: 'gw' }], [says({ name: 'gw', kind: 'ListenerSet' }, 'False')], [false]],
  [
    'two controllers, of which one has it',
    [{ name: 'gw' }],
    [says({ name: 'gw' }, 'False'), says({ name: 'gw' }, 'True')],
    [false],
  ],
  ['odd shapes', [null, 7, { name: 'gw' }], [null, 'x', { parentRef: 3, conditions: {} }], [false]],
  ['no list at all', 'gw', 7, []],
])('by the status: %s', (_, parents, statuses, expected) => {
  expect(refused(parents, statuses)).toEqual(expected);
});
