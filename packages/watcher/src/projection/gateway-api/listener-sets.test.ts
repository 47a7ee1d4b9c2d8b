// ListenerSets between routes and Gateways.

import { describe } from 'vitest';
import {
  type GatewayWords,
  gateway,
  type ListenerSetWords,
  listener,
  listenerSet,
  type Objects,
  type RouteWords,
  route,
} from '../../../test-support/gateway-api.ts';
import { check, http, type RouteCase } from '../../../test-support/gateway-api-cases.ts';

describe('ListenerSets', () => {
  const parents = [{ kind: 'ListenerSet', name: 'set' }];
  const scene = (
    of: GatewayWords,
    set: Partial<ListenerSetWords> = {},
    words: RouteWords = {},
  ): Objects => ({
    Gateway: { 'ns/gw': gateway({ listeners: [http('gw.example.com')], ...of }) },
    ListenerSet: { 'ns/set': listenerSet({ listeners: [http('*.example.com')], ...set }) },
    HTTPRoute: { 'ns/r': route({ parents, hostnames: 'a.example.com gw.example.org', ...words }) },
  });
  const yes = { 'a.example.com': '192.0.2.1' };
  const left = {
    'gw.example.org': 'no listener of ListenerSet ns/set that takes it matches its hostname',
  };
  const no = (reason: string): Pick<RouteCase, 'expect' | 'reasons'> => ({
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
        '*.example.com': 'ListenerSet ns/set takes it for a.example.com alone',
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
