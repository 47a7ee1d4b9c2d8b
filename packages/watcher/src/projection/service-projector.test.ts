import { beforeEach, describe, expect, test } from 'vitest';
import { defaultOptions, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { Kind } from '../sources/contract.ts';
import { ServiceProjector } from './service-projector.ts';

const asking = { metadata: { annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' } } };
const balanced = {
  spec: { type: 'LoadBalancer' },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
};

/** A slice of a Service with an endpoint each: an address, or what an endpoint says. */
function slice(service: string, ...endpoints: (string | object)[]): Record<string, unknown> {
  return {
    metadata: { labels: { 'kubernetes.io/service-name': service } },
    endpoints: endpoints.map((endpoint) =>
      typeof endpoint === 'string' ? { addresses: [endpoint] } : endpoint,
    ),
  };
}

let claims: RecordingClaims;
let projector: ServiceProjector;
let demanded: Kind[];

beforeEach(() => {
  claims = new RecordingClaims();
  demanded = [];
  projector = new ServiceProjector({
    options: defaultOptions,
    claims,
    demand: (kind) => demanded.push(kind),
  });
});

/** The whole of a kind, each object by its name in the namespace `ns`. */
function list(kind: Kind, objects: Record<string, Record<string, unknown>> = {}): void {
  projector.beginList(kind);
  put(kind, objects);
  projector.endList(kind);
}

function put(kind: Kind, objects: Record<string, Record<string, unknown>>): void {
  for (const [name, object] of Object.entries(objects))
    projector.upsert(kind, `ns/${name}`, object);
}

describe('slices are read', () => {
  test('when the first Service asks, and not before', () => {
    list('Service', { a: balanced, b: {} });
    expect(demanded).toEqual([]);
    expect(claims.ended).toContain('Service');
    put('Service', { b: asking, c: asking });
    expect(demanded).toEqual(['EndpointSlice']);
  });

  test('again when one asks whose slices were passed over, and not for others', () => {
    list('Service', { a: asking });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1'), 'b-1': slice('b', '192.0.2.2') });
    put('Service', { c: asking });
    expect(demanded).toHaveLength(1);
    expect(claims.said['Service ns/c']).toEqual(['+c.ns:']);
    put('Service', { b: asking });
    expect(demanded).toHaveLength(2);
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1'), 'b-1': slice('b', '192.0.2.2') });
    expect(claims.said['Service ns/b']).toEqual(['+b.ns: 192.0.2.2']);
  });

  test('no more for one whose slices have gone since', () => {
    list('Service', { a: asking });
    list('EndpointSlice', { 'b-1': slice('b', '192.0.2.2') });
    list('EndpointSlice');
    put('Service', { b: asking });
    expect(demanded).toHaveLength(1);
  });

  test('again when one that asked before does once more', () => {
    list('Service', { a: asking });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1') });
    put('Service', { a: balanced });
    expect(claims.said).toEqual({ 'Service ns/a': ['+a.ns: 192.0.2.1'] });
    put('Service', { a: asking });
    expect(demanded).toHaveLength(2);
  });

  test('once for all that ask meanwhile', () => {
    list('Service', { a: asking });
    list('EndpointSlice', { 'b-1': slice('b', '192.0.2.2'), 'c-1': slice('c', '192.0.2.3') });
    put('Service', { b: asking, c: asking });
    expect(demanded).toHaveLength(2);
  });

  test('again for one that asks amid a list, if that had them already', () => {
    list('Service', { a: asking });
    projector.beginList('EndpointSlice');
    put('EndpointSlice', { 'b-1': slice('b', '192.0.2.2') });
    put('Service', { b: asking, c: asking });
    put('EndpointSlice', { 'c-1': slice('c', '192.0.2.3') });
    projector.endList('EndpointSlice');
    expect(demanded).toHaveLength(2);
    expect(claims.said).toEqual({
      'Service ns/a': ['+a.ns:'],
      'Service ns/c': ['+c.ns: 192.0.2.3'],
    });
    list('EndpointSlice', { 'b-1': slice('b', '192.0.2.2'), 'c-1': slice('c', '192.0.2.3') });
    expect(claims.said['Service ns/b']).toEqual(['+b.ns: 192.0.2.2']);
  });
});

describe('until all slices of a Service are there', () => {
  test('the list of Services has not ended, and others are claimed', () => {
    list('Service', { a: asking, b: balanced });
    projector.beginList('EndpointSlice');
    put('EndpointSlice', { 'a-1': slice('a', '192.0.2.1') });
    expect(claims.said).toEqual({ 'Service ns/b': ['+b.ns: 192.0.2.1'] });
    expect(claims.ended).not.toContain('Service');
    put('EndpointSlice', { 'a-2': slice('a', '192.0.2.2') });
    projector.endList('EndpointSlice');
    expect(claims.said['Service ns/a']).toEqual(['+a.ns: 192.0.2.1 192.0.2.2']);
    expect(claims.ended).toContain('Service');
  });

  test('it claims what it did, also where a list of Services comes between', () => {
    list('Service', { a: balanced, b: asking });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.2') });
    put('Service', { a: asking });
    list('Service', { a: asking, b: asking });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns: 192.0.2.1']);
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.2') });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns: 192.0.2.2']);
  });

  test('nobody waits for what goes away, or no longer asks', () => {
    for (const leave of [
      () => projector.remove('Service', 'ns/a'),
      () => put('Service', { a: balanced }),
      () => list('Service', { b: balanced }),
      () => projector.missing('EndpointSlice'),
    ]) {
      claims.ended.clear();
      list('Service', { a: asking });
      expect(claims.ended).not.toContain('Service');
      leave();
      expect(claims.ended).toContain('Service');
    }
  });

  test('a list that broke off does not count', () => {
    list('Service', { a: asking });
    projector.beginList('EndpointSlice');
    put('EndpointSlice', { 'a-1': slice('a', '192.0.2.1') });
    list('EndpointSlice', { 'a-2': slice('a', '192.0.2.2') });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns: 192.0.2.2']);
  });
});

describe('where slices cannot be read', () => {
  test('names exist without an address, and get theirs once they can', () => {
    list('Service', { a: asking });
    projector.missing('EndpointSlice');
    expect(claims.said).toEqual({ 'Service ns/a': ['+a.ns:'] });
    put('Service', { b: asking });
    expect(claims.said['Service ns/b']).toEqual(['+b.ns:']);
    projector.beginList('EndpointSlice');
    put('EndpointSlice', { 'a-1': slice('a', '192.0.2.1'), 'b-1': slice('b', '192.0.2.2') });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns:']);
    projector.endList('EndpointSlice');
    expect(claims.said).toEqual({
      'Service ns/a': ['+a.ns: 192.0.2.1'],
      'Service ns/b': ['+b.ns: 192.0.2.2'],
    });
    expect(demanded).toHaveLength(1);
  });

  test('any more, what is known stays', () => {
    list('Service', { a: asking });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1') });
    projector.missing('EndpointSlice');
    put('Service', { a: { ...asking, spec: { type: 'NodePort' } } });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns: 192.0.2.1']);
  });
});

describe('endpoints', () => {
  beforeEach(() => list('Service', { a: asking }));

  test.each([
    [{ addresses: ['192.0.2.1'], conditions: { ready: false } }, ['+a.ns:']],
    [{ addresses: ['192.0.2.1'], conditions: {} }, ['+a.ns: 192.0.2.1']],
    [
      { addresses: ['192.0.2.1'], conditions: { ready: true, serving: false } },
      ['+a.ns: 192.0.2.1'],
    ],
    [{ addresses: ['lb.example.net', 'fe80::1%eth0', 3, '2001:db8::1'] }, ['+a.ns: 2001:db8::1']],
    [{ addresses: ['192.0.2.1'], hostname: 'P-0' }, ['+a.ns: 192.0.2.1', '+p-0.a.ns: 192.0.2.1']],
    [{ addresses: ['192.0.2.1'], hostname: 'p.q' }, ['+a.ns: 192.0.2.1']],
    [
      { addresses: ['192.0.2.1'], hostname: 'p-0', conditions: { ready: false } },
      ['+a.ns:', '+p-0.a.ns:'],
    ],
  ])('%j', (endpoint, expected) => {
    list('EndpointSlice', { 'a-1': slice('a', endpoint) });
    expect(claims.said['Service ns/a']).toEqual(expected);
  });

  test('of several slices stand together, and each comes and goes with its own', () => {
    const v4 = { addresses: ['192.0.2.1'], hostname: 'p-0' };
    const v6 = { addresses: ['2001:db8::1'], hostname: 'p-0' };
    list('EndpointSlice', {
      'a-4': slice('a', v4, '192.0.2.2'),
      'a-6': slice('a', v6, '192.0.2.2'),
    });
    expect(claims.said['Service ns/a']).toEqual([
      '+a.ns: 192.0.2.1 192.0.2.2 2001:db8::1',
      '+p-0.a.ns: 192.0.2.1 2001:db8::1',
    ]);
    projector.remove('EndpointSlice', 'ns/a-4');
    expect(claims.said['Service ns/a']).toEqual([
      '+a.ns: 192.0.2.2 2001:db8::1',
      '+p-0.a.ns: 2001:db8::1',
    ]);
    put('EndpointSlice', { 'a-6': slice('b', v6) });
    expect(claims.said['Service ns/a']).toEqual(['+a.ns:']);
  });

  test('of another namespace are not its own', () => {
    list('EndpointSlice');
    projector.upsert('EndpointSlice', 'other/a-1', slice('a', '192.0.2.1'));
    expect(claims.said['Service ns/a']).toEqual(['+a.ns:']);
  });

  test('that change make their Service claim anew, and no other', () => {
    put('Service', { b: asking });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1'), 'b-1': slice('b', '192.0.2.2') });
    const before = claims.count;
    put('EndpointSlice', { 'b-1': slice('b', '192.0.2.3'), 'c-1': slice('c', '192.0.2.4') });
    expect(claims.count).toBe(before + 1);
    put('EndpointSlice', { 'a-1': slice('a', '192.0.2.1') });
    list('EndpointSlice', { 'a-1': slice('a', '192.0.2.1'), 'b-1': slice('b', '192.0.2.3') });
    expect(claims.count).toBe(before + 1);
  });
});
