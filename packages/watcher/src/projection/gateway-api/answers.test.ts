// Gateways and routes in, answers out.

import { expect, it } from 'vitest';
import { gateway, listener, listenerSet, route } from '../../../test-support/gateway-api.ts';
import { ingress, Scene } from '../../../test-support/scene.ts';
import type { Shape } from '../../sources/shape.ts';

const at = (key: string, object: Shape) => ({ key, object });
const toSet = [{ kind: 'ListenerSet', name: 'set' }];

it('answers for the names that routes and listeners share', async () => {
  await using scene = new Scene([{ resources: ['HTTPRoute', 'TLSRoute', 'Ingress'] }]);
  scene.list('Ingress', [
    ingress('a', 'shop.example.com', '192.0.2.9'),
    ingress('b', 'tls.example.com', '192.0.2.9'),
    ingress('c', 'pending.example.com', '192.0.2.9'),
  ]);
  scene.list('HTTPRoute', [
    at('ns/shop', route({ hostnames: 'shop.example.com' })),
    at('ns/all', route({ parents: [{ name: 'gw', sectionName: 'wild' }] })),
    at('ns/both', route({ hostnames: 'two.example.com', parents: [{ name: 'gw' }, ...toSet] })),
    at('ns/wait', route({ hostnames: 'pending.example.com', parents: [{ name: 'new' }] })),
    at('ns/lone', route({ hostnames: 'lone.example.com', parents: [{ name: 'new' }] })),
  ]);
  scene.list('TLSRoute', [at('ns/tls', route({ hostnames: 'tls.example.com' }))]);
  // Its parents may yet turn up; what is there already need not wait for them.
  expect(scene.short('lone.example.com A')).toBe('SERVFAIL 14');
  expect(scene.short('shop.example.com A')).toEqual(['192.0.2.9']);

  scene.list('Gateway', [
    at(
      'ns/gw',
      gateway({
        sets: 'Same',
        listeners: [
          listener('http'),
          listener('wild=*.w.example.com'),
          listener('tls', { protocol: 'TLS' }),
        ],
      }),
    ),
    at('ns/new', gateway({ addresses: '' })),
    at('ns/far', gateway({ sets: 'Same', addresses: '192.0.2.2 2001:db8::2' })),
  ]);
  const listeners = [listener('set=two.example.com')];
  scene.list('ListenerSet', [at('ns/set', listenerSet({ listeners, parent: { name: 'far' } }))]);

  expect(scene.short('shop.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('tls.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('x.y.w.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('two.example.com A')).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(scene.short('two.example.com AAAA')).toEqual(['2001:db8::2']);
  expect(scene.short('lone.example.com A')).toBe('NODATA');
  expect(scene.short('pending.example.com A')).toEqual(['192.0.2.9']);
  expect(scene.short('no.example.com A')).toBe('NXDOMAIN');

  scene.put('Gateway', at('ns/new', gateway({ addresses: '192.0.2.3' })));
  expect(scene.short('lone.example.com A')).toEqual(['192.0.2.3']);
  scene.drop('Gateway', 'ns/gw');
  expect(scene.short('x.w.example.com A')).toBe('NXDOMAIN');
  expect(scene.short('two.example.com A')).toEqual(['192.0.2.2']);
  expect(scene.short('shop.example.com A')).toEqual(['192.0.2.9']);
});
