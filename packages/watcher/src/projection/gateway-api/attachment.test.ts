// Which listeners take a route, and which names it has of them.

import { describe } from 'vitest';
import { gateway, listener, type Objects, route } from '../../../test-support/gateway-api.ts';
import { check, http, pair, UNMATCHED } from '../../../test-support/gateway-api-cases.ts';
import type { Shape } from '../../sources/shape.ts';

describe('hostnames', () => {
  check([
    {
      why: 'those that a listener matches, and no others',
      objects: pair([listener('a=*.example.com'), listener('b=www.example.org')], {
        hostnames: 'x.y.example.com example.com *.example.org other.example.net',
      }),
      expect: { 'x.y.example.com': '192.0.2.1', 'www.example.org': '192.0.2.1' },
      reasons: {
        'example.com': UNMATCHED,
        '*.example.org': UNMATCHED,
        'other.example.net': UNMATCHED,
      },
    },
    {
      why: 'all of them at a listener without a hostname, each once however it is written',
      objects: pair([http(''), listener('b=*.example.com')], {
        hostnames: 'a.example.com A.example.com. b.example.org',
      }),
      expect: { 'a.example.com': '192.0.2.1', 'b.example.org': '192.0.2.1' },
    },
    {
      why: 'of a route without any: those of the listeners',
      objects: pair([http(''), listener('b=*.example.com'), listener('c=a.example.org')], {}),
      expect: { '*.example.com': '192.0.2.1', 'a.example.org': '192.0.2.1' },
    },
    {
      why: 'of a Gateway without listeners: all of the route',
      objects: pair([], { hostnames: 'a.example.com' }),
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'of neither: none',
      objects: pair([http('')], {}),
      expect: {},
    },
    {
      why: 'none in common',
      objects: pair([http('*.example.org')], { hostnames: 'a.example.com' }),
      expect: {},
      reasons: { 'a.example.com': UNMATCHED },
    },
  ]);
});

describe('parentRefs', () => {
  const two: Objects['Gateway'] = {
    'ns1/gw-a': gateway({ listeners: [http('', all())], addresses: '192.0.2.1' }),
    'ns2/gw-b': gateway({ listeners: [http('', all())], addresses: '192.0.2.2' }),
  };
  function all(): Shape {
    return { allowedRoutes: { namespaces: { from: 'All' } } };
  }
  const listeners = [
    listener('a=a.example.com:80'),
    listener('b=b.example.com:443'),
    listener('c=c.example.com:443'),
  ];
  check([
    {
      why: 'each in its own namespace, whatever the one before says',
      objects: {
        Gateway: two,
        HTTPRoute: {
          'ns1/r': route({
            parents: [{ name: 'gw-b', namespace: 'ns2' }, { name: 'gw-a' }],
            hostnames: 'a.example.com',
          }),
        },
      },
      expect: { 'a.example.com': '192.0.2.2 192.0.2.1' },
    },
    {
      why: 'a parent that is no Gateway, though it has the name of one',
      objects: pair([http('')], {
        parents: [{ group: '', kind: 'Service', name: 'gw' }],
        hostnames: 'a.example.com',
      }),
      expect: {},
      reasons: { 'a.example.com': 'none of its parents is a Gateway or a ListenerSet' },
    },
    {
      why: 'a parent that is not there, beside one that is',
      objects: pair([http('')], {
        parents: [{ name: 'no' }, { name: 'gw' }],
        hostnames: 'a.example.com',
      }),
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'a parent that is not there',
      objects: pair([http('')], { parents: [{ name: 'no' }], hostnames: 'a.example.com' }),
      expect: {},
      reasons: { 'a.example.com': 'there is no Gateway ns/no' },
    },
    {
      why: 'sectionName',
      objects: pair(listeners, { parents: [{ name: 'gw', sectionName: 'b' }] }),
      expect: { 'b.example.com': '192.0.2.1' },
    },
    {
      why: 'port',
      objects: pair(listeners, { parents: [{ name: 'gw', port: 443 }] }),
      expect: { 'b.example.com': '192.0.2.1', 'c.example.com': '192.0.2.1' },
    },
    {
      why: 'both, of two listeners',
      objects: pair(listeners, {
        parents: [{ name: 'gw', sectionName: 'b', port: 80 }],
        hostnames: 'b.example.com',
      }),
      expect: {},
      reasons: { 'b.example.com': 'Gateway ns/gw has no listener b on port 80' },
    },
    {
      why: 'a section of a Gateway without listeners',
      objects: pair([], {
        parents: [{ name: 'gw', sectionName: 'b' }],
        hostnames: 'a.example.com',
      }),
      expect: {},
      reasons: { 'a.example.com': 'Gateway ns/gw has no listener b' },
    },
    {
      why: 'Accepted: False of one listener leaves the other',
      objects: pair(listeners, {
        parents: [
          { name: 'gw', sectionName: 'a' },
          { name: 'gw', sectionName: 'b' },
        ],
        accepted: [{ parent: { name: 'gw', sectionName: 'b' }, status: 'False' }],
      }),
      expect: { 'a.example.com': '192.0.2.1' },
      reasons: { 'b.example.com': `${UNMATCHED}; Gateway ns/gw does not accept it` },
    },
  ]);
});

describe('allowedRoutes', () => {
  const from = (value: string): Shape => ({ allowedRoutes: { namespaces: { from: value } } });
  const kinds = (...list: readonly Shape[]): Shape => ({ allowedRoutes: { kinds: list } });
  const elsewhere = (more: Shape): Objects => ({
    Gateway: { 'infra/gw': gateway({ listeners: [http('', more)] }) },
    HTTPRoute: {
      'ns/r': route({ parents: [{ name: 'gw', namespace: 'infra' }], hostnames: 'a.example.com' }),
    },
  });
  const each = (protocol: string): Objects => {
    const named = (kind: string): Readonly<Record<string, Shape>> => ({
      'ns/r': route({ hostnames: `${kind}.example.com` }),
    });
    return {
      Gateway: { 'ns/gw': gateway({ listeners: [http('', { protocol })] }) },
      HTTPRoute: named('http'),
      GRPCRoute: named('grpc'),
      TLSRoute: named('tls'),
    };
  };
  const kindReason = 'no listener of Gateway ns/gw takes routes of its kind';
  const namespaceReason = 'no listener of Gateway infra/gw takes routes of its namespace';
  check([
    {
      why: 'the namespace of the Gateway alone, if it says nothing',
      objects: elsewhere({}),
      expect: {},
      reasons: { 'a.example.com': namespaceReason },
    },
    {
      why: 'the namespace of the Gateway alone, if it says Same',
      objects: elsewhere(from('Same')),
      expect: {},
      reasons: { 'a.example.com': namespaceReason },
    },
    {
      why: 'none at all',
      objects: elsewhere(from('None')),
      expect: {},
      reasons: { 'a.example.com': namespaceReason },
    },
    {
      why: 'all namespaces',
      objects: elsewhere(from('All')),
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'a selector, of which the status tells',
      objects: elsewhere(from('Selector')),
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'kinds by the protocol: HTTP',
      objects: each('HTTP'),
      expect: { 'http.example.com': '192.0.2.1', 'grpc.example.com': '192.0.2.1' },
      reasons: { 'tls.example.com': kindReason },
    },
    {
      why: 'kinds by the protocol: HTTPS',
      objects: each('HTTPS'),
      expect: { 'http.example.com': '192.0.2.1', 'grpc.example.com': '192.0.2.1' },
      reasons: { 'tls.example.com': kindReason },
    },
    {
      why: 'kinds by the protocol: TLS',
      objects: each('TLS'),
      expect: { 'tls.example.com': '192.0.2.1' },
      reasons: { 'http.example.com': kindReason, 'grpc.example.com': kindReason },
    },
    {
      why: 'kinds by a protocol that is somebody’s own: all',
      objects: each('example.com/quic'),
      expect: {
        'http.example.com': '192.0.2.1',
        'grpc.example.com': '192.0.2.1',
        'tls.example.com': '192.0.2.1',
      },
    },
    {
      why: 'the kinds that are listed, in place of the protocol’s',
      objects: pair([http('', kinds({ kind: 'GRPCRoute' }))], { hostnames: 'a.example.com' }),
      expect: {},
      reasons: { 'a.example.com': kindReason },
    },
    {
      why: 'a kind of the name in another group',
      objects: pair([http('', kinds({ group: 'example.com', kind: 'HTTPRoute' }))], {
        hostnames: 'a.example.com',
      }),
      expect: {},
      reasons: { 'a.example.com': kindReason },
    },
    {
      why: 'the other listener',
      objects: pair(
        [
          listener('a=*.example.com', kinds({ kind: 'GRPCRoute' })),
          listener('b=b.example.com', kinds({ kind: 'GRPCRoute' }, { kind: 'HTTPRoute' })),
        ],
        {},
      ),
      expect: { 'b.example.com': '192.0.2.1' },
      reasons: {},
    },
  ]);
});
