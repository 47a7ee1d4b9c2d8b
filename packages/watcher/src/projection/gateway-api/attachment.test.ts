// Gateways, ListenerSets and routes in, names and where they lead out.

import { describe, expect, it } from 'vitest';
import {
  claimsOfAll,
  gateway,
  listener,
  listenerSet,
  type Objects,
  route,
} from '../../../test-support/gateway-api.ts';
import type { Shape } from '../../sources/shape.ts';
import type { ProjectionOptions } from '../contract.ts';

interface Case {
  readonly why: string;
  readonly objects: Objects;
  readonly options?: Partial<ProjectionOptions>;
  /** By name: addresses, targets, ttl. */
  readonly expect: Readonly<Record<string, string>>;
  readonly reasons?: Readonly<Record<string, string>>;
}

const check = (cases: readonly Case[]): void => {
  it.each(cases)('$why', ({ objects, options, expect: names, reasons = {} }) => {
    const table = claimsOfAll(objects, options);
    expect(table.names).toEqual(names);
    expect(Object.fromEntries(table.reasons)).toEqual(reasons);
  });
};

/** One Gateway ns/gw of these listeners, and one HTTPRoute ns/r. */
const pair = (
  listeners: readonly Shape[],
  words: Parameters<typeof route>[0],
  of: Parameters<typeof gateway>[0] = {},
): Objects => ({
  Gateway: { 'ns/gw': gateway({ listeners, ...of }) },
  HTTPRoute: { 'ns/r': route(words) },
});
const http = (hostname: string, more: Shape = {}): Shape => listener(`http=${hostname}`, more);
const unmatched = 'no listener of Gateway ns/gw that takes it matches its hostname';

describe('hostnames', () => {
  check([
    {
      why: 'those that a listener matches, and no others',
      objects: pair([listener('a=*.example.com'), listener('b=www.example.org')], {
        hostnames: 'x.y.example.com example.com *.example.org other.example.net',
      }),
      expect: { 'x.y.example.com': '192.0.2.1', 'www.example.org': '192.0.2.1' },
      reasons: {
        'example.com': unmatched,
        '*.example.org': unmatched,
        'other.example.net': unmatched,
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
      reasons: { 'a.example.com': unmatched },
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
      reasons: { 'b.example.com': `${unmatched}; Gateway ns/gw does not accept it` },
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

describe('ListenerSets', () => {
  const parents = [{ kind: 'ListenerSet', name: 'set' }];
  const scene = (
    of: Parameters<typeof gateway>[0],
    set: Partial<Parameters<typeof listenerSet>[0]> = {},
    words: Parameters<typeof route>[0] = {},
  ): Objects => ({
    Gateway: { 'ns/gw': gateway({ listeners: [http('gw.example.com')], ...of }) },
    ListenerSet: { 'ns/set': listenerSet({ listeners: [http('*.example.com')], ...set }) },
    HTTPRoute: { 'ns/r': route({ parents, hostnames: 'a.example.com gw.example.org', ...words }) },
  });
  const yes = { 'a.example.com': '192.0.2.1' };
  const left = {
    'gw.example.org': 'no listener of ListenerSet ns/set that takes it matches its hostname',
  };
  const no = (reason: string): Pick<Case, 'expect' | 'reasons'> => ({
    expect: {},
    reasons: { 'a.example.com': reason, 'gw.example.org': reason },
  });
  const closed = 'Gateway ns/gw does not take ListenerSet ns/set';
  const far = { parent: { name: 'gw', namespace: 'infra' } };
  const apart = (sets: string, accepted?: string): Objects => ({
    Gateway: { 'infra/gw': gateway({ sets }) },
    ListenerSet: {
      'ns/set': listenerSet({
        listeners: [http('*.example.com')],
        ...far,
        ...(accepted === undefined ? {} : { accepted }),
      }),
    },
    HTTPRoute: { 'ns/r': route({ parents, hostnames: 'a.example.com' }) },
  });
  const apartReason = { 'a.example.com': 'Gateway infra/gw does not take ListenerSet ns/set' };
  check([
    { why: 'none are taken, if the Gateway says nothing', objects: scene({}), ...no(closed) },
    {
      why: 'none are taken',
      objects: scene({ sets: 'None' }, { accepted: 'True' }),
      ...no(closed),
    },
    {
      why: 'its own listeners, and the addresses of its Gateway',
      objects: scene({ sets: 'Same' }),
      expect: yes,
      reasons: left,
    },
    {
      why: 'its status may say so',
      objects: scene({ sets: 'Same' }, { accepted: 'Unknown' }),
      expect: yes,
      reasons: left,
    },
    {
      why: 'its status may say no',
      objects: scene({ sets: 'All' }, { accepted: 'False' }),
      ...no('of ListenerSet ns/set: its status says Accepted: False'),
    },
    {
      why: 'of the namespace of the Gateway, and it is in another',
      objects: apart('Same', 'True'),
      expect: {},
      reasons: apartReason,
    },
    { why: 'of all namespaces', objects: apart('All'), expect: yes },
    {
      why: 'by a selector: as its status says',
      objects: apart('Selector', 'True'),
      expect: yes,
    },
    {
      why: 'by a selector, and no status',
      objects: apart('Selector'),
      expect: {},
      reasons: apartReason,
    },
    {
      why: 'it is not there',
      objects: { ...scene({ sets: 'Same' }), ListenerSet: {} },
      ...no('there is no ListenerSet ns/set'),
    },
    {
      why: 'its Gateway is not there',
      objects: { ...scene({}), Gateway: {} },
      ...no('there is no Gateway ns/gw (the parent of ListenerSet ns/set)'),
    },
    {
      why: 'it names none',
      objects: scene({ sets: 'Same' }, { parent: { kind: 'Service', name: 'gw' } }),
      ...no('ListenerSet ns/set names no Gateway'),
    },
    {
      why: 'the class of its Gateway',
      objects: scene({ sets: 'Same', class: 'internal' }),
      options: { gatewayClasses: ['public'] },
      ...no(
        'of Gateway ns/gw: its class internal is not among gatewayClasses (the parent of ListenerSet ns/set)',
      ),
    },
    {
      why: 'a route of the namespace of its Gateway, which is not its own',
      objects: {
        ...apart('All'),
        HTTPRoute: {
          'infra/r': route({
            parents: [{ kind: 'ListenerSet', name: 'set', namespace: 'ns' }],
            hostnames: 'a.example.com',
          }),
        },
      },
      expect: {},
      reasons: {
        'a.example.com': 'no listener of ListenerSet ns/set takes routes of its namespace',
      },
    },
    {
      why: 'a section of it; the Gateway has one of the same name',
      objects: scene(
        { sets: 'Same' },
        { listeners: [http('a.example.com'), listener('b=b.example.com')] },
        {
          parents: [{ kind: 'ListenerSet', name: 'set', sectionName: 'http' }],
          hostnames: '*.example.com',
        },
      ),
      expect: yes,
      reasons: {
        '*.example.com': 'no listener of ListenerSet ns/set that takes it matches its hostname',
      },
    },
    {
      why: 'the Gateway and a set of it',
      objects: scene(
        { sets: 'Same' },
        {},
        { parents: [{ name: 'gw' }, ...parents], hostnames: '*.example.com' },
      ),
      expect: { 'gw.example.com': '192.0.2.1', '*.example.com': '192.0.2.1' },
    },
    {
      why: 'without listeners it takes nothing',
      objects: scene({ sets: 'Same' }, { listeners: [] }),
      ...no('ListenerSet ns/set has no listener'),
    },
  ]);
});

describe('addresses', () => {
  const statusOf = (addresses: unknown): Objects => ({
    Gateway: { 'ns/gw': { ...gateway({}), status: { addresses } } },
    HTTPRoute: { 'ns/r': route({ hostnames: 'a.example.com' }) },
  });
  check([
    {
      why: 'of both families, and host names',
      objects: statusOf([
        { type: 'IPAddress', value: '192.0.2.1' },
        { value: '2001:db8::1' },
        { type: 'Hostname', value: 'lb.example.net' },
        { type: 'NamedAddress', value: 'mine' },
        { type: 'example.com/other', value: '192.0.2.9' },
        { type: 'IPAddress', value: 'fe80::1%eth0' },
        { type: 'IPAddress', value: '192.0.2.1' },
      ]),
      expect: { 'a.example.com': '192.0.2.1 2001:db8::1 lb.example.net' },
    },
    { why: 'none yet: the name exists', objects: statusOf([]), expect: { 'a.example.com': '' } },
    {
      why: 'odd shapes',
      objects: statusOf([
        null,
        7,
        { value: 7 },
        { type: 'Hostname' },
        { type: 'ipaddress', value: '192.0.2.1' },
      ]),
      expect: { 'a.example.com': '' },
    },
    {
      why: 'of each name the Gateways that serve it',
      objects: {
        Gateway: {
          'ns/a': gateway({ listeners: [http('*.example.com')] }),
          'ns/b': gateway({ listeners: [http('*.b.example.com')], addresses: '192.0.2.2' }),
          'ns/c': gateway({ listeners: [http('c.example.com')], addresses: '' }),
        },
        HTTPRoute: {
          'ns/r': route({
            parents: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
            hostnames: 'a.example.com x.b.example.com c.example.com',
          }),
        },
      },
      expect: {
        'a.example.com': '192.0.2.1',
        'x.b.example.com': '192.0.2.1 192.0.2.2',
        'c.example.com': '192.0.2.1',
      },
    },
  ]);

  it('makes one claim of the names that lead to the same place', () => {
    const table = claimsOfAll({
      Gateway: {
        'ns/a': gateway({ listeners: [http('a.example.com'), listener('2=b.example.com')] }),
        'ns/b': gateway({ listeners: [http('b.example.com'), listener('2=c.example.com')] }),
        'ns/c': gateway({ listeners: [http('d.example.com')], addresses: '192.0.2.2' }),
      },
      HTTPRoute: { 'ns/r': route({ parents: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }) },
    });
    const named = (...names: string[]) => names.map((name) => ({ name, relative: false }));
    expect(table.claims.get('HTTPRoute ns/r')).toEqual([
      { names: named('a.example.com', 'b.example.com', 'c.example.com'), addresses: ['192.0.2.1'] },
      { names: named('d.example.com'), addresses: ['192.0.2.2'] },
    ]);
  });
});

describe('classes and labels', () => {
  const ignore = { 'k8s-gateway.dns/ignore': 'true' };
  const words = { hostnames: 'a.example.com' };
  check([
    {
      why: 'a class that is listed',
      objects: pair([http('')], words, { class: 'public' }),
      options: { gatewayClasses: ['other', 'public'] },
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'a class that is not',
      objects: pair([http('b.example.com')], {}, { class: 'internal' }),
      options: { gatewayClasses: ['public'] },
      expect: {},
      reasons: {
        'b.example.com': 'of Gateway ns/gw: its class internal is not among gatewayClasses',
      },
    },
    {
      why: 'a route with the label',
      objects: pair([http('')], { ...words, labels: ignore }),
      expect: {},
      reasons: { 'a.example.com': 'its label k8s-gateway.dns/ignore is "true"' },
    },
    {
      why: 'a Gateway with the label',
      objects: pair([http('')], words, { labels: ignore }),
      expect: {},
      reasons: { 'a.example.com': 'of Gateway ns/gw: its label k8s-gateway.dns/ignore is "true"' },
    },
    {
      why: 'a label that says no',
      objects: pair([http('')], { ...words, labels: { 'k8s-gateway.dns/ignore': 'false' } }),
      expect: { 'a.example.com': '192.0.2.1' },
    },
  ]);
});

describe('annotations', () => {
  const ga = (values: Readonly<Record<string, string>>): { annotations: Shape } => ({
    annotations: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`external-dns.kubernetes.io/${name}`, value]),
    ),
  });
  const words = { hostnames: 'a.example.com' };
  const setScene = (set: Shape, of: Shape): Objects => ({
    Gateway: { 'ns/gw': gateway({ sets: 'Same', ...of }) },
    ListenerSet: { 'ns/set': listenerSet({ listeners: [http('')], ...set }) },
    HTTPRoute: { 'ns/r': route({ parents: [{ kind: 'ListenerSet', name: 'set' }], ...words }) },
  });
  check([
    {
      why: 'target and ttl of the route before those of the Gateway',
      objects: pair(
        [http('')],
        { ...words, ...ga({ target: '192.0.2.7, lb.example.net', ttl: '5m' }) },
        ga({ target: '192.0.2.8', ttl: '20' }),
      ),
      expect: { 'a.example.com': '192.0.2.7 lb.example.net ttl=300' },
    },
    {
      why: 'those of the Gateway',
      objects: pair([http('')], words, ga({ target: '192.0.2.8', ttl: '20' })),
      expect: { 'a.example.com': '192.0.2.8 ttl=20' },
    },
    {
      why: 'those of a ListenerSet before those of its Gateway',
      objects: setScene(
        ga({ target: '192.0.2.7', ttl: '10' }),
        ga({ target: '192.0.2.8', ttl: '20' }),
      ),
      expect: { 'a.example.com': '192.0.2.7 ttl=10' },
    },
    {
      why: 'those of the Gateway of a ListenerSet',
      objects: setScene({}, ga({ target: '192.0.2.8', ttl: '20' })),
      expect: { 'a.example.com': '192.0.2.8 ttl=20' },
    },
    {
      why: 'a target without anything that can be one',
      objects: pair([http('')], { ...words, ...ga({ target: '' }) }),
      expect: { 'a.example.com': '192.0.2.1' },
    },
    {
      why: 'the first prefix that is there',
      objects: pair([http('')], {
        ...words,
        annotations: {
          'external-dns.alpha.kubernetes.io/target': '192.0.2.8',
          'external-dns.alpha.kubernetes.io/ttl': '20',
          'external-dns.kubernetes.io/target': '192.0.2.7',
        },
      }),
      expect: { 'a.example.com': '192.0.2.7 ttl=20' },
    },
    {
      why: 'the lowest ttl of several Gateways',
      objects: {
        Gateway: {
          'ns/a': gateway(ga({ ttl: '20' })),
          'ns/b': gateway({ addresses: '192.0.2.2', ...ga({ ttl: '10' }) }),
          'ns/c': gateway({ addresses: '192.0.2.3' }),
        },
        HTTPRoute: {
          'ns/r': route({ parents: [{ name: 'a' }, { name: 'b' }, { name: 'c' }], ...words }),
        },
      },
      expect: { 'a.example.com': '192.0.2.1 192.0.2.2 192.0.2.3 ttl=10' },
    },
    {
      why: 'hostnames beside those of the route, by the same listeners',
      objects: pair([http('*.example.com')], {
        ...words,
        ...ga({ hostname: 'b.example.com,b.example.org' }),
      }),
      expect: { 'a.example.com': '192.0.2.1', 'b.example.com': '192.0.2.1' },
      reasons: { 'b.example.org': unmatched },
    },
    {
      why: 'hostnames beside those of the listeners',
      objects: pair([http('*.example.com')], ga({ hostname: 'b.example.com' })),
      expect: { '*.example.com': '192.0.2.1', 'b.example.com': '192.0.2.1' },
    },
    {
      why: 'the only names of TCPRoutes and UDPRoutes, at listeners that have none',
      objects: {
        Gateway: {
          'ns/gw': gateway({
            listeners: [
              http('www.example.com'),
              listener('tcp=ignored.example.com:5432', { protocol: 'TCP' }),
              listener('udp=:53', { protocol: 'UDP' }),
            ],
          }),
          'ns/web': gateway({ listeners: [http('')] }),
        },
        TCPRoute: {
          'ns/db': route(ga({ hostname: 'db.example.com' })),
          'ns/plain': route({ hostnames: 'never.example.com' }),
          'ns/no': route({ parents: [{ name: 'web' }], ...ga({ hostname: 'no.example.com' }) }),
        },
        UDPRoute: { 'ns/ns': route(ga({ hostname: 'ns.example.com' })) },
      },
      expect: { 'db.example.com': '192.0.2.1', 'ns.example.com': '192.0.2.1' },
      reasons: { 'no.example.com': 'no listener of Gateway ns/web takes routes of its kind' },
    },
  ]);

  it('tells what of a route can’t be used, also of one that has no names', () => {
    const faulty = ga({ hostname: 'a..b', target: '192.0.2.999', ttl: 'soon' });
    expect(claimsOfAll(pair([http('')], { ...words, ...faulty })).faults).toHaveLength(3);
    const table = claimsOfAll(pair([http('')], faulty));
    expect(table.names).toEqual({});
    expect(table.faults).toEqual([
      expect.stringContaining('"a..b" in its hostname annotation'),
      expect.stringContaining('"192.0.2.999" in its target annotation'),
      expect.stringContaining('"soon" in its ttl annotation'),
    ]);
  });
});
