// Where the names of routes lead: addresses of Gateways, annotations, and Gateways that do not count.

import { describe, expect, it } from 'vitest';
import {
  claimsOfAll,
  gateway,
  listener,
  listenerSet,
  type Objects,
  route,
} from '../../../test-support/gateway-api.ts';
import { check, http, pair, UNMATCHED } from '../../../test-support/gateway-api-cases.ts';
import type { Shape } from '../../sources/shape.ts';

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
      reasons: { 'b.example.org': UNMATCHED },
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

  it('tells what of a Gateway or a ListenerSet can’t be used, while it counts', () => {
    const faulty = ga({ hostname: 'a..b', target: '192.0.2.999, 192.0.2.7', ttl: 'soon' });
    const table = claimsOfAll(setScene(faulty, faulty));
    const faults = [
      expect.stringContaining('"192.0.2.999" in its target annotation'),
      expect.stringContaining('"soon" in its ttl annotation'),
    ];
    expect(Object.fromEntries(table.others)).toEqual({
      'Gateway ns/gw': faults,
      'ListenerSet ns/set': faults,
    });
    expect(table.names).toEqual({ 'a.example.com': '192.0.2.7' });
    const internal = { 'ns/gw': gateway({ ...faulty, class: 'internal' }) };
    expect(claimsOfAll({ Gateway: internal }, { gatewayClasses: ['public'] }).others.size).toBe(0);
  });

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
