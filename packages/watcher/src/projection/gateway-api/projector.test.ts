// What is claimed when: lists, changes, and kinds that can't be read.

import { describe, expect, it } from 'vitest';
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
import { GatewayApiProjector } from './projector.ts';

class Scene {
  readonly table = new ClaimTable();
  readonly projector = new GatewayApiProjector(['HTTPRoute', 'TLSRoute'], {
    options: OPTIONS,
    claims: this.table,
    demand: () => {},
  });

  list(kind: Kind, objects: Readonly<Record<string, Shape>> = {}): void {
    this.projector.beginList(kind);
    for (const [key, object] of Object.entries(objects)) this.projector.upsert(kind, key, object);
    this.projector.endList(kind);
  }

  /** All is read: one Gateway ns/gw, no ListenerSets, these HTTPRoutes. */
  read(routes: Readonly<Record<string, Shape>>): this {
    this.list('Gateway', { 'ns/gw': gateway({ sets: 'Same' }) });
    this.list('ListenerSet');
    this.list('HTTPRoute', routes);
    return this;
  }
}

const a = route({ hostnames: 'a.example.com' });
const b = route({ hostnames: 'b.example.com' });

describe('the first lists', () => {
  const objects: Partial<Record<Kind, Readonly<Record<string, Shape>>>> = {
    Gateway: { 'ns/gw': gateway({}) },
    ListenerSet: {},
    HTTPRoute: { 'ns/a': a, 'ns/b': b },
  };
  it.each([
    ['Gateway', 'ListenerSet', 'HTTPRoute'],
    ['HTTPRoute', 'Gateway', 'ListenerSet'],
    ['ListenerSet', 'HTTPRoute', 'Gateway'],
  ] as const)('claim nothing before the last: %s, %s, %s', (...kinds) => {
    const scene = new Scene();
    for (const kind of kinds) {
      expect([...scene.table.synced]).toEqual([]);
      expect(scene.table.calls).toBe(0);
      scene.list(kind, objects[kind]);
    }
    expect(scene.table.names).toEqual({
      'a.example.com': '192.0.2.1',
      'b.example.com': '192.0.2.1',
    });
    // Nobody has read TLSRoutes.
    expect([...scene.table.synced]).toEqual(['HTTPRoute']);
    expect(scene.table.calls).toBe(2);
    scene.list('TLSRoute');
    expect([...scene.table.synced]).toEqual(['HTTPRoute', 'TLSRoute']);
  });

  it('do not wait for kinds that are missing', () => {
    const scene = new Scene();
    scene.list('HTTPRoute', { 'ns/a': a });
    scene.list('Gateway', { 'ns/gw': gateway({}) });
    scene.projector.missing('TLSRoute');
    scene.projector.missing('ListenerSet');
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
    expect([...scene.table.synced]).toEqual(['HTTPRoute']);
  });

  it('take in what is missing when it comes', () => {
    const scene = new Scene();
    scene.projector.missing('Gateway');
    scene.projector.missing('ListenerSet');
    scene.list('HTTPRoute', { 'ns/a': a });
    expect([...scene.table.synced]).toEqual(['HTTPRoute']);
    expect(scene.table.names).toEqual({});
    expect(scene.table.reasons.get('a.example.com')).toBe('there is no Gateway ns/gw');
    scene.list('Gateway', objects.Gateway);
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
  });

  it('may end amid a second list of the routes', () => {
    const scene = new Scene();
    scene.list('HTTPRoute', {
      'ns/a': a,
      'ns/b': b,
      'ns/c': route({ hostnames: 'c.example.com' }),
    });
    scene.list('ListenerSet');
    scene.projector.beginList('HTTPRoute');
    scene.projector.upsert('HTTPRoute', 'ns/a', a);
    scene.list('Gateway', objects.Gateway);
    expect(Object.keys(scene.table.names)).toEqual([
      'a.example.com',
      'b.example.com',
      'c.example.com',
    ]);
    scene.projector.upsert('HTTPRoute', 'ns/b', b);
    scene.projector.endList('HTTPRoute');
    expect(Object.keys(scene.table.names)).toEqual(['a.example.com', 'b.example.com']);
  });
});

describe('lists that follow', () => {
  it('sweep routes that are gone, though their Gateway changed amid the list', () => {
    const scene = new Scene().read({ 'ns/a': a, 'ns/b': b });
    scene.projector.beginList('HTTPRoute');
    scene.projector.upsert('HTTPRoute', 'ns/a', a);
    scene.projector.upsert('Gateway', 'ns/gw', gateway({ addresses: '192.0.2.2' }));
    scene.projector.endList('HTTPRoute');
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.2' });
  });

  it('count from where they began last', () => {
    const scene = new Scene().read({ 'ns/a': a, 'ns/b': b });
    scene.projector.beginList('HTTPRoute');
    scene.projector.upsert('HTTPRoute', 'ns/a', a);
    scene.list('HTTPRoute', { 'ns/b': b });
    expect(scene.table.names).toEqual({ 'b.example.com': '192.0.2.1' });
  });

  it('sweep Gateways and ListenerSets that are gone', () => {
    const parents = [{ kind: 'ListenerSet', name: 'set' }];
    const scene = new Scene().read({ 'ns/a': a, 'ns/b': route({ parents }) });
    const set = listenerSet({ listeners: [listener('http=b.example.com')] });
    scene.list('ListenerSet', { 'ns/set': set });
    expect(scene.table.names).toEqual({
      'a.example.com': '192.0.2.1',
      'b.example.com': '192.0.2.1',
    });
    scene.list('ListenerSet');
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
    scene.list('Gateway');
    expect(scene.table.names).toEqual({});
    scene.list('Gateway', { 'ns/gw': gateway({}) });
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
  });

  it('may end without a beginning, of a kind that is no more', () => {
    const scene = new Scene().read({ 'ns/a': a });
    scene.projector.upsert('HTTPRoute', 'ns/b', b);
    scene.projector.endList('HTTPRoute');
    expect(scene.table.names).toEqual({});
    scene.list('HTTPRoute', { 'ns/a': a });
    // Its last list broke off, and it went.
    scene.projector.beginList('Gateway');
    scene.projector.upsert('Gateway', 'ns/gw', gateway({}));
    scene.projector.missing('Gateway');
    scene.projector.endList('Gateway');
    expect(scene.table.names).toEqual({});
  });

  it('leave what was known of a kind that is missing later', () => {
    const scene = new Scene().read({ 'ns/a': a });
    for (const kind of scene.projector.kinds) scene.projector.missing(kind);
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
  });
});

describe('changes', () => {
  it('come and go', () => {
    const scene = new Scene().read({ 'ns/a': a });
    scene.projector.upsert('HTTPRoute', 'ns/a', b);
    expect(scene.table.names).toEqual({ 'b.example.com': '192.0.2.1' });
    scene.projector.remove('HTTPRoute', 'ns/a');
    expect(scene.table.names).toEqual({});
    for (const kind of scene.projector.kinds) scene.projector.remove(kind, 'ns/never');
    scene.projector.upsert('HTTPRoute', 'ns/a', a);
    scene.projector.remove('Gateway', 'ns/gw');
    expect(scene.table.names).toEqual({});
    scene.projector.upsert('Gateway', 'ns/gw', gateway({ addresses: '' }));
    expect(scene.table.names).toEqual({ 'a.example.com': '' });
  });

  it('concern the routes below what changes, and no others', () => {
    const parents = [{ kind: 'ListenerSet', name: 'set' }];
    const scene = new Scene().read({
      'ns/a': a,
      'ns/b': route({ hostnames: 'b.example.com', parents }),
      'ns/c': route({ hostnames: 'c.example.com', parents: [{ name: 'other' }] }),
    });
    const calls = (step: () => void): number => {
      const before = scene.table.calls;
      step();
      return scene.table.calls - before;
    };
    const put = (kind: Kind, key: string, object: Shape) => () =>
      scene.projector.upsert(kind, key, object);
    const set = listenerSet({ listeners: [listener('http')] });
    expect(calls(put('ListenerSet', 'ns/set', set))).toBe(1);
    expect(calls(put('ListenerSet', 'ns/set', set))).toBe(0);
    expect(calls(put('Gateway', 'ns/other', gateway({})))).toBe(1);
    expect(calls(put('Gateway', 'ns/gw', gateway({ sets: 'All' })))).toBe(2);
    // What a controller writes without a change for us.
    const { spec, status } = gateway({ sets: 'All' });
    const written = {
      spec,
      status: { ...(status as Shape), conditions: [{ type: 'Programmed' }] },
    };
    expect(calls(put('Gateway', 'ns/gw', written))).toBe(0);
    expect(calls(() => scene.list('Gateway', { 'ns/gw': written }))).toBe(1);
    expect(calls(put('HTTPRoute', 'ns/a', b))).toBe(1);
    expect(calls(put('ListenerSet', 'ns/set', listenerSet({ listeners: [] })))).toBe(1);
    expect(scene.table.names).toEqual({ 'b.example.com': '192.0.2.1' });
  });

  it('of a ListenerSet may be its Gateway', () => {
    const parents = [{ kind: 'ListenerSet', name: 'set' }];
    const scene = new Scene().read({ 'ns/a': route({ hostnames: 'a.example.com', parents }) });
    const other = gateway({ sets: 'Same', addresses: '192.0.2.2' });
    scene.projector.upsert('Gateway', 'ns/other', other);
    const listeners = [listener('http')];
    scene.projector.upsert('ListenerSet', 'ns/set', listenerSet({ listeners }));
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.1' });
    const moved = listenerSet({ listeners, parent: { name: 'other' } });
    scene.projector.upsert('ListenerSet', 'ns/set', moved);
    expect(scene.table.names).toEqual({ 'a.example.com': '192.0.2.2' });
    const { calls } = scene.table;
    scene.projector.remove('Gateway', 'ns/gw');
    expect(scene.table.calls).toBe(calls);
    scene.projector.remove('Gateway', 'ns/other');
    expect(scene.table.names).toEqual({});
  });
});

it('takes objects of any shape', () => {
  const odd = [null, 7, 'x', [], {}, [null], [7], { x: null }, ['', null, {}], 'constructor'];
  const scene = new Scene().read({});
  const put = (object: Shape): void => {
    for (const kind of scene.projector.kinds) scene.projector.upsert(kind, 'ns/gw', object);
  };
  for (const value of odd) {
    put({ metadata: value, spec: value, status: value });
    put({ metadata: { labels: value, annotations: value }, status: { addresses: value } });
    put({ spec: { listeners: value, parentRefs: value, parentRef: value, hostnames: value } });
    put({ spec: { allowedListeners: { namespaces: value } }, status: { parents: value } });
    put({ spec: { listeners: [{ allowedRoutes: { kinds: value, namespaces: value } }] } });
    put({ spec: { listeners: [{ hostname: value, name: value, protocol: value, port: value }] } });
    put({ spec: { parentRefs: [{ name: 'gw', sectionName: value, port: value }] } });
    put({ status: { parents: [{ parentRef: value, conditions: value }], conditions: value } });
  }
  expect(scene.table.names).toEqual({});
  put({ spec: { parentRefs: [{ name: 'gw' }], hostnames: ['a.example.com'] } });
  expect(scene.table.names).toEqual({ 'a.example.com': '' });
});
