// What a name is answered, and why: every reason that an object can lose for, from objects to texts.

import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { gateway, listener, listenerSet, route } from '../../test-support/gateway-api.ts';
import { ingress, Scene, type SceneObject, service } from '../../test-support/scene.ts';
import type { WatchedGateway } from '../index.ts';
import type { Kind } from '../sources/contract.ts';
import type { NameExplanation } from './explanation.ts';

type Lists = Partial<Record<Kind, readonly SceneObject[]>>;

/** Reads these lists, of each source, and explains a name. */
async function explain(
  name: string,
  lists: Lists | readonly Lists[],
  gateways: readonly Partial<WatchedGateway>[] = [{}],
): Promise<NameExplanation> {
  await using scene = new Scene(gateways, 60_000, { explain: [name] });
  for (const [source, one] of [lists].flat().entries()) {
    for (const [kind, objects] of Object.entries(one as Lists)) {
      scene.list(kind as Kind, objects, source);
    }
  }
  return scene.watcher.explain(0);
}

/** `Ingress default/a of www.example.com.: A` or, of one that lost, `… (code) text`. */
function lines({ objects }: NameExplanation): string[] {
  return objects.map(
    ({ kind, object, name, answers, loss }) =>
      `${kind} ${object} of ${name}: ${loss ? `(${loss.code}) ${loss.text}` : answers.join(' ')}`,
  );
}

const webRoute = (hostnames: string): SceneObject => ({
  ...{ key: 'ns/route', object: route({ hostnames }) },
});

const labelled = (
  given: SceneObject,
  metadata: Record<string, unknown>,
  spec: Record<string, unknown> = {},
): SceneObject => ({
  key: given.key,
  object: {
    ...given.object,
    metadata: { ...(given.object['metadata'] as object), ...metadata },
    spec: { ...(given.object['spec'] as object), ...spec },
  },
});

describe('a route is told with the ways by which it has the name', () => {
  const read = { resources: ['HTTPRoute'] as const, relative: true };
  const lists = (hostnames: string, annotations?: Record<string, string>): Lists => ({
    Gateway: [
      {
        key: 'infra/edge',
        object: gateway({
          sets: 'All',
          listeners: [
            listener('any', { allowedRoutes: { namespaces: { from: 'All' } } }),
            listener('www=www.example.com', { allowedRoutes: { namespaces: { from: 'All' } } }),
            listener('own'),
          ],
        }),
      },
    ],
    ListenerSet: [
      {
        key: 'ns/set',
        object: listenerSet({
          parent: { name: 'edge', namespace: 'infra' },
          listeners: [listener('apps=*.example.com')],
          annotations: { 'coredns.io/target': 'lb.example.net' },
        }),
      },
    ],
    HTTPRoute: [
      {
        key: 'ns/route',
        object: route({
          hostnames,
          parents: [
            { name: 'edge', namespace: 'infra' },
            { kind: 'ListenerSet', name: 'set' },
          ],
          ...(annotations && { annotations }),
        }),
      },
    ],
  });

  it('its listeners, ListenerSets and Gateways, and whose word its addresses are', async () => {
    const { objects } = await explain('www.example.com', lists('www.example.com'), [read]);
    expect(objects.map(({ ways }) => ways)).toEqual([
      [
        {
          ...{ parent: 'Gateway infra/edge', listeners: ['any', 'www'] },
          ...{ reached: ['192.0.2.1'], by: 'status' },
        },
        {
          ...{ parent: 'ListenerSet ns/set', gateway: 'Gateway infra/edge', listeners: ['apps'] },
          ...{ reached: ['lb.example.net'], by: 'ListenerSet' },
        },
      ],
    ]);
  });

  it('its own annotation, where that says where it leads', async () => {
    const target = { 'coredns.io/target': '192.0.2.7' };
    const { objects } = await explain('www.example.com', lists('www', target), [read]);
    expect(objects[0]?.ways).toMatchObject([
      { parent: 'Gateway infra/edge', listeners: ['any'], reached: ['192.0.2.7'], by: 'route' },
      // `www` is no name that the ListenerSet takes.
    ]);
  });

  it('of a wildcard over it, those of the wildcard', async () => {
    const { objects } = await explain('a.b.example.com', lists('*.b.example.com'), [read]);
    expect(
      objects.map(({ name, ways }) => [name, ways?.map(({ listeners }) => listeners)]),
    ).toEqual([['*.b.example.com.', [['any'], ['apps']]]]);
  });

  it('and other kinds without any', async () => {
    const given = { Ingress: [ingress('a', 'www.example.com', '192.0.2.1')] };
    const { objects } = await explain('www.example.com', given);
    expect(objects[0]).not.toHaveProperty('ways');
  });
});

describe('the name of an address', () => {
  const zones = ['example.com', '2.0.192.in-addr.arpa'];
  const reverse = '1.2.0.192.in-addr.arpa';

  it('is explained by those who give the address to the name that the PTR leads to', async () => {
    const explained = await explain(
      reverse,
      {
        Ingress: [
          ingress('a', 'www.example.com', '192.0.2.1'),
          ingress('b', 'www.example.com', '192.0.2.2 192.0.2.1'),
          ingress('c', 'www.example.com', '192.0.2.2'),
          ingress('d', 'a.www.example.com', '192.0.2.1'),
        ],
      },
      [{ zones, resources: ['Ingress'] }],
    );
    expect(explained).toMatchObject({ pointsTo: 'www.example.com.', types: ['PTR'] });
    expect(lines(explained)).toEqual([
      'Ingress default/a of www.example.com.: PTR',
      'Ingress default/b of www.example.com.: PTR',
    ]);
  });

  it('which may lie in a zone of another gateway', async () => {
    const explained = await explain(
      reverse,
      [
        { Ingress: [ingress('a', 'www.example.org', '192.0.2.1')] },
        { Ingress: [ingress('b', 'www.example.org', '192.0.2.9')] },
      ],
      [
        { zones: ['2.0.192.in-addr.arpa'], resources: ['Ingress'], sources: [1] },
        { zones: ['example.org'], resources: ['Ingress'], sources: [0] },
      ],
    );
    expect(explained.objects.map(({ source, object }) => `${source} ${object}`)).toEqual([
      'source 0 default/a',
    ]);
  });

  it('who names a host name that has it', async () => {
    const explained = await explain(
      reverse,
      {
        Ingress: [
          ingress('alias', 'a.example.com', 'lb.example.com'),
          ingress('lb', 'lb.example.com', '192.0.2.1'),
        ],
      },
      [{ zones, resources: ['Ingress'], flatten: true }],
    );
    expect(lines(explained)).toEqual(['Ingress default/alias of a.example.com.: PTR']);
  });

  it('by nobody, where the configuration gives it', async () => {
    const explained = await explain(reverse, { Ingress: [] }, [
      { zones, resources: ['Ingress'], nameServers: [{ name: 'ns1', addresses: ['192.0.2.1'] }] },
    ]);
    expect(explained).toMatchObject({ pointsTo: 'ns1.example.com.', objects: [] });
  });

  it('by others, where an object says of it where it leads', async () => {
    const endpoints = [{ dnsName: reverse, recordType: 'PTR', targets: ['other.example.com'] }];
    const explained = await explain(
      reverse,
      {
        Ingress: [ingress('a', 'www.example.com', '192.0.2.1')],
        DNSEndpoint: [
          { key: 'ns/ptr', object: { metadata: { name: 'ptr' }, spec: { endpoints } } },
        ],
      },
      [{ zones, resources: ['Ingress', 'DNSEndpoint'] }],
    );
    expect(lines(explained)).toEqual([
      `DNSEndpoint ns/ptr of ${reverse}.: PTR`,
      'Ingress default/a of www.example.com.: (precedence) an object says of the name itself where it leads',
    ]);
  });
});

describe('a name is explained', () => {
  it('by all that give it, and what each of them gives', async () => {
    const explained = await explain('Www.Example.com', {
      Ingress: [
        ingress('b', 'www.example.com', '2001:db8::1'),
        ingress('a', 'www.example.com', '192.0.2.1'),
        ingress('other', 'other.example.com', '192.0.2.9'),
      ],
      Service: [],
    });
    expect(lines(explained)).toEqual([
      'Ingress default/a of www.example.com.: A',
      'Ingress default/b of www.example.com.: AAAA',
    ]);
    expect(explained).toMatchObject({
      ...{ name: 'www.example.com.', zone: 'example.com.', exists: true },
      ...{ encloser: 'www.example.com.', types: ['A', 'AAAA'], isNameServer: false },
    });
    expect(explained.objects[0]).toMatchObject({
      ...{ source: 'source 0', addresses: ['192.0.2.1'], targets: [], records: [], ttl: 30 },
    });
  });

  it('by the order of kinds, and by who has no address yet', async () => {
    const explained = await explain('web.default.example.com', {
      Service: [service('web.default', '192.0.2.2')],
      Ingress: [
        ingress('first', 'web.default.example.com', '192.0.2.1'),
        ingress('pending', 'web.default.example.com', ''),
      ],
    });
    expect(lines(explained)).toEqual([
      'Ingress default/first of web.default.example.com.: A',
      'Ingress default/pending of web.default.example.com.: (no-address) it has no address yet',
      'Service default/web of web.default.example.com.: (precedence) Ingress comes before Service in resources',
    ]);
  });

  it('by the order of clusters where the first counts', async () => {
    const explained = await explain(
      'www.example.com',
      [
        { Ingress: [], Service: [service('www.x', '192.0.2.3')] },
        { Ingress: [ingress('two', 'www.example.com', '192.0.2.2')], Service: [] },
        { Ingress: [ingress('three', 'www.example.com', '192.0.2.3')], Service: [] },
      ],
      [{ sources: [0, 1, 2], policy: 'first' }],
    );
    expect(lines(explained)).toEqual([
      'Ingress default/two of www.example.com.: A',
      'Ingress default/three of www.example.com.: (cluster) an earlier cluster has the name (clusters first)',
    ]);
    expect(explained.objects.map(({ source }) => source)).toEqual(['source 1', 'source 2']);
  });

  it('by what is a name server', async () => {
    const gateways = [{ nameServers: [{ name: 'ns1.dns', addresses: [] }] }];
    const lists = {
      Ingress: [ingress('thief', 'ns1.dns.example.com', '192.0.2.66')],
      Service: [service('ns1.dns', '192.0.2.53')],
    };
    expect(lines(await explain('ns1.dns.example.com', lists, gateways))).toEqual([
      'Service dns/ns1 of ns1.dns.example.com.: A',
      "Ingress default/thief of ns1.dns.example.com.: (precedence) the name is a name server's, of which Service speaks first",
    ]);
    const given = [{ nameServers: [{ name: 'ns1.dns', addresses: ['192.0.2.1'] }] }];
    const explained = await explain('ns1.dns.example.com', lists, given);
    expect(explained).toMatchObject({ isNameServer: true, types: ['A'] });
    expect(explained.objects.map(({ loss }) => loss?.code)).toEqual(['configured', 'configured']);
  });

  it('by what can be no CNAME', async () => {
    const apex = await explain('example.com', {
      Ingress: [ingress('apex', 'example.com', 'lb.example.net')],
      Service: [],
    });
    expect(lines(apex)).toEqual([
      'Ingress default/apex of example.com.: (cname) a zone apex can have no CNAME',
    ]);
    const several = await explain('www.example.com', {
      Ingress: [
        ingress('a', 'www.example.com', 'a.example.net'),
        ingress('b', 'www.example.com', 'b.example.net'),
      ],
      Service: [],
    });
    expect(new Set(several.objects.map(({ loss }) => loss?.text))).toEqual(
      new Set(['a name has one CNAME, and 2 host names are given']),
    );
    const beside = await explain('www.example.com', {
      Ingress: [
        ingress('a', 'www.example.com', 'a.example.net'),
        ingress('b', 'www.example.com', '192.0.2.1'),
      ],
      Service: [],
    });
    expect(lines(beside)).toEqual([
      'Ingress default/b of www.example.com.: A',
      'Ingress default/a of www.example.com.: (cname) a CNAME stands alone (RFC 2181 10.1), and the name has other records',
    ]);
    const alone = await explain('www.example.com', {
      Ingress: [ingress('a', 'www.example.com', 'a.example.net')],
      Service: [],
    });
    expect(lines(alone)).toEqual(['Ingress default/a of www.example.com.: CNAME']);
  });

  it('by host names of ours that lead nowhere', async () => {
    const chain = Array.from({ length: 9 }, (_, i) =>
      ingress(`c${i}`, `c${i}.example.com`, `c${i + 1}.example.com`),
    );
    const lists = {
      Ingress: [
        ...[...chain, ingress('end', 'c9.example.com', '192.0.2.1')],
        ingress('apex', 'example.com', 'c0.example.com'),
        ingress('self', 'self.example.com', 'self.example.com other.example.com'),
      ],
      Service: [],
    };
    expect(lines(await explain('example.com', lists))).toEqual([
      'Ingress default/apex of example.com.: (dead-end) its host name leads on through more than 8 names of our zones, and no further is it followed',
    ]);
    expect(lines(await explain('self.example.com', lists))).toEqual([
      'Ingress default/self of self.example.com.: (dead-end) its host name lies in our zones and leads in a circle, so there is no address',
    ]);
  });

  it('by who says the same: all of them give it', async () => {
    const explained = await explain('www.example.com', {
      Ingress: ['a', 'b'].map((name) => ingress(name, 'www.example.com', '192.0.2.1')),
      Service: [],
    });
    expect(explained.objects.map(({ answers }) => answers)).toEqual([['A'], ['A']]);
  });

  it('by kinds that have not been read whole', async () => {
    await using scene = new Scene([{}], 60_000, { explain: ['www.example.com'] });
    scene.list('Service');
    scene.sink().beginList('Ingress');
    scene.put('Ingress', ingress('a', 'www.example.com', '192.0.2.1'));
    expect(lines(scene.watcher.explain(0))).toEqual([
      'Ingress default/a of www.example.com.: (not-read) Ingress has not been read whole yet',
    ]);
    scene.sink().endList('Ingress');
    scene.sink().flush();
    expect(lines(scene.watcher.explain(0))).toEqual(['Ingress default/a of www.example.com.: A']);
  });
});

describe('objects without an address', () => {
  it('say why, where their kind can tell', async () => {
    const node = {
      key: 'edge',
      object: {
        status: {
          addresses: [
            { type: 'Hostname', address: 'edge.example.com' },
            { type: 'InternalIP', address: '192.0.2.1' },
          ],
          conditions: [{ type: 'Ready', status: 'False' }],
        },
      },
    };
    const nodes = [{ resources: ['Node'] as const }];
    expect(lines(await explain('edge.example.com', { Node: [node] }, nodes))).toEqual([
      'Node edge of edge.example.com.: (no-address) it is not ready',
    ]);
    const resolved = {
      Service: [
        labelled(service('db.x', ''), {
          annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' },
        }),
      ],
      EndpointSlice: [
        {
          key: 'x/db-1',
          object: {
            metadata: { labels: { 'kubernetes.io/service-name': 'db' } },
            endpoints: [
              { addresses: ['192.0.2.1'], hostname: 'db-0', conditions: { ready: false } },
            ],
          },
        },
      ],
    };
    const services = [{ resources: ['Service'] as const }];
    expect(lines(await explain('db.x.example.com', resolved, services))).toEqual([
      'Service x/db of db.x.example.com.: (no-address) it has no endpoint that is ready',
    ]);
    expect(lines(await explain('db-0.db.x.example.com', resolved, services))).toEqual([
      'Service x/db of db-0.db.x.example.com.: (no-address) no endpoint with the hostname db-0 is ready',
    ]);
  });
});

describe('objects that are passed over', () => {
  it('are told where an annotation has another name in the place of theirs', async () => {
    const named = (hostname: string): Lists => ({
      Ingress: [],
      Service: [
        labelled(service('web.x', '192.0.2.1'), {
          annotations: { 'coredns.io/hostname': hostname },
        }),
      ],
    });
    expect(lines(await explain('web.x.example.com', named('www.example.com')))).toEqual([
      'Service x/web of web.x: (passed-over) its hostname annotation, "www.example.com", stands in place of that name',
    ]);
    expect(lines(await explain('web.x.example.com', named('')))).toEqual([
      'Service x/web of web.x: (passed-over) its hostname annotation, "", stands in place of that name',
    ]);
    expect(lines(await explain('web.x.example.com', named('web.x.example.com')))).toEqual([
      'Service x/web of web.x.example.com.: A',
    ]);
  });

  const gateways = [
    {
      ...{ resources: ['Ingress', 'Service', 'HTTPRoute'] as const, relative: true },
      projection: { ingressClasses: ['public'] },
    },
  ];

  it('are told with the reason: class, label, type, parents', async () => {
    const web = service('www.web', '192.0.2.2');
    const explained = await explain(
      'www.web.example.com',
      {
        Ingress: [
          labelled(
            ingress('class', 'www.web.example.com', '192.0.2.1'),
            {},
            { ingressClassName: 'internal' },
          ),
          labelled(ingress('label', 'www.web.example.com', '192.0.2.1'), {
            labels: { 'k8s-gateway.dns/ignore': 'true' },
          }),
          ingress('elsewhere', 'api.example.com', '192.0.2.1'),
        ],
        Service: [labelled(web, {}, { type: 'ClusterIP' })],
        HTTPRoute: [webRoute('www.web.example.com')],
        Gateway: [],
        ListenerSet: [],
      },
      gateways,
    );
    expect(lines(explained)).toEqual([
      'Ingress default/class of www.web.example.com: (passed-over) its class "internal" is not among ingressClasses',
      'Ingress default/label of www.web.example.com: (passed-over) its label k8s-gateway.dns/ignore is "true"',
      'Service web/www of www.web: (passed-over) its type is "ClusterIP", and not LoadBalancer',
      'HTTPRoute ns/route of www.web.example.com: (passed-over) there is no Gateway ns/gw',
    ]);
    expect(explained).toMatchObject({ exists: false, encloser: 'example.com.' });
  });

  it('are told no more once they count', async () => {
    await using scene = new Scene(gateways, 60_000, { explain: ['www.example.com'] });
    const given = ingress('a', 'www.example.com', '192.0.2.1');
    const list = (className: string): void =>
      scene.list('Ingress', [labelled(given, {}, { ingressClassName: className })]);
    list('internal');
    expect(scene.watcher.explain(0).objects.map(({ loss }) => loss?.code)).toEqual(['passed-over']);
    list('public');
    expect(lines(scene.watcher.explain(0))).toEqual(['Ingress default/a of www.example.com.: A']);
    list('internal');
    expect(scene.watcher.explain(0).objects.map(({ loss }) => loss?.code)).toEqual(['passed-over']);
  });

  it('are told once their Gateway is there no more, and not while it is', async () => {
    const routes = [webRoute('www.example.com')];
    await using scene = new Scene(gateways, 60_000, { explain: ['www.example.com'] });
    scene.list('ListenerSet');
    scene.list('Gateway');
    scene.list('HTTPRoute', routes);
    expect(scene.watcher.explain(0).objects[0]?.loss?.code).toBe('passed-over');
    scene.put('Gateway', {
      ...{ key: 'ns/gw', object: gateway({ listeners: [listener('http')] }) },
    });
    expect(scene.watcher.explain(0).objects.map(({ loss }) => loss)).toEqual([undefined]);
    scene.drop('Gateway', 'ns/gw');
    expect(scene.watcher.explain(0).objects[0]?.loss?.code).toBe('passed-over');
  });

  it('are told of wildcards over the name, too', async () => {
    const explained = await explain(
      'a.b.example.com',
      {
        Ingress: ['*.b.example.com', '*.example.com', '*.c.example.com', '*'].map((host, i) =>
          ingress(`i${i}`, host, '192.0.2.1'),
        ),
      },
      gateways,
    );
    expect(explained.objects.map(({ object, name }) => `${object} ${name}`)).toEqual([
      'default/i0 *.b.example.com',
      'default/i1 *.example.com',
      'default/i3 *',
    ]);
  });
});

describe('zone cuts', () => {
  const gateways = [{ resources: ['Ingress', 'DNSEndpoint'] }] as const;
  const endpoint = (name: string, dnsName: string, recordType: string, target: string) => ({
    key: `ns/${name}`,
    object: {
      metadata: { name, namespace: 'ns' },
      spec: { endpoints: [{ dnsName, recordType, targets: [target] }] },
    },
  });
  const lists: Lists = {
    Ingress: [
      ingress('at', 'sub.example.com', '192.0.2.1'),
      ingress('below', 'www.sub.example.com', '192.0.2.2'),
      ingress('wild', '*.example.com', '192.0.2.3'),
    ],
    DNSEndpoint: [
      endpoint('cut', 'sub.example.com', 'NS', 'ns.example.net'),
      endpoint('apex', 'example.com', 'NS', 'ns.example.net'),
    ],
  };

  it('are the answer of the object that makes them, and nobody else has one there', async () => {
    const explained = await explain('sub.example.com', lists, gateways);
    expect(explained).toMatchObject({ cut: 'sub.example.com.', types: ['NS'] });
    expect(lines(explained)).toEqual([
      'DNSEndpoint ns/cut of sub.example.com.: NS',
      'Ingress default/at of sub.example.com.: (delegated) the name is the zone cut sub.example.com., for which other servers answer',
      'Ingress default/wild of *.example.com: (hidden) a wildcard gives nothing where the name exists (RFC 4592)',
    ]);
  });

  it.each(['www.sub.example.com', 'none.sub.example.com'])(
    'hide what lies below: %s',
    async (name) => {
      const explained = await explain(name, lists, gateways);
      expect(explained).toMatchObject({ cut: 'sub.example.com.', types: [] });
      expect(explained.objects.filter(({ loss }) => loss === undefined)).toEqual([]);
      const below = lines(explained).filter((line) => line.includes('default/below'));
      expect(below).toEqual(
        name.startsWith('www')
          ? [
              'Ingress default/below of www.sub.example.com.: (delegated) it lies below the zone cut sub.example.com., for which other servers answer',
            ]
          : [],
      );
    },
  );

  it('are not where NS have no effect', async () => {
    const explained = await explain('example.com', lists, gateways);
    expect(explained.cut).toBeUndefined();
    expect(lines(explained)).toEqual([
      'DNSEndpoint ns/apex of example.com.: (no-cut) NS of an object has no effect at this name',
    ]);
  });
});

describe('wildcards', () => {
  const lists = {
    Ingress: [
      ingress('wild', '*.example.com', '192.0.2.1'),
      ingress('deep', 'x.sub.example.com', '192.0.2.2'),
    ],
    Service: [],
  };

  it('speak for a name that does not exist', async () => {
    const explained = await explain('any.thing.example.com', lists);
    expect(explained).toMatchObject({
      ...{ exists: false, encloser: 'example.com.' },
      wildcard: { name: '*.example.com.', speaks: true, types: ['A'] },
    });
    expect(lines(explained)).toEqual(['Ingress default/wild of *.example.com.: A']);
  });

  it('are hidden by the name, and by one between', async () => {
    expect(lines(await explain('x.sub.example.com', lists))).toEqual([
      'Ingress default/deep of x.sub.example.com.: A',
      'Ingress default/wild of *.example.com.: (hidden) a wildcard gives nothing where the name exists (RFC 4592)',
    ]);
    const below = await explain('y.sub.example.com', lists);
    expect(below).toMatchObject({ encloser: 'sub.example.com.', wildcard: { speaks: false } });
    expect(lines(below)).toEqual([
      'Ingress default/wild of *.example.com.: (hidden) a wildcard gives nothing below sub.example.com., which exists (RFC 4592)',
    ]);
  });

  it('are hidden by one that is closer, whatever else they speak for', async () => {
    const closer = {
      ...lists,
      Ingress: [...lists.Ingress, ingress('near', '*.sub.example.com', '192.0.2.4')],
    };
    expect(lines(await explain('y.sub.example.com', closer))).toEqual([
      'Ingress default/near of *.sub.example.com.: A',
      'Ingress default/wild of *.example.com: (hidden) a wildcard gives nothing below sub.example.com., which exists (RFC 4592)',
    ]);
  });

  it('are names like others', async () => {
    const explained = await explain('*.example.com', lists);
    expect(explained).toMatchObject({ exists: true, types: ['A'] });
    expect(lines(explained)).toEqual(['Ingress default/wild of *.example.com.: A']);
  });
});

describe('zones', () => {
  it('of another gateway count for those that it reads', async () => {
    const gateways = [
      { zones: ['example.com'], sources: [0] },
      { zones: ['sub.example.com'], sources: [1] },
    ];
    const explained = await explain(
      'x.sub.example.com',
      [{ Ingress: [ingress('outer', 'x.sub.example.com', '192.0.2.1')] }, { Ingress: [] }],
      gateways,
    );
    expect(explained).toMatchObject({ zone: 'sub.example.com.', exists: false });
    expect(lines(explained)).toEqual([
      'Ingress default/outer of x.sub.example.com: (wrong-zone) the name lies in sub.example.com., whose k8s_gateway does not read the object',
    ]);
    // The same source for both: the object counts in the inner zone, and has lost nothing in the outer one.
    const both = gateways.map((gateway) => ({ ...gateway, sources: [0] }));
    const lists = { Ingress: [ingress('outer', 'x.sub.example.com', '192.0.2.1')], Service: [] };
    expect(lines(await explain('x.sub.example.com', lists, both))).toEqual([
      'Ingress default/outer of x.sub.example.com.: A',
    ]);
  });

  it('around no name: the host is taken relative, or left out', async () => {
    const lists = { Ingress: [ingress('a', 'shop.example.net', '192.0.2.1')], Service: [] };
    const outside = await explain('shop.example.net', lists, [{ relative: true }]);
    expect(outside.zone).toBeUndefined();
    expect(lines(outside)).toEqual([
      'Ingress default/a of shop.example.net: (wrong-zone) the name lies in no zone that is served: it stands for shop.example.net.example.com.',
    ]);
    const relative = await explain('shop.example.net.example.com', lists, [{ relative: true }]);
    expect(lines(relative)).toEqual(['Ingress default/a of shop.example.net.example.com.: A']);
    expect(lines(await explain('shop.example.net', lists))).toEqual([
      'Ingress default/a of shop.example.net: (wrong-zone) the name lies in no zone that is served',
    ]);
  });
});

describe.each(seeds(150))('random objects, seed %i', (seed) => {
  it('give what the name owns, each RR type from somebody, and whoever gives nothing has a reason', async () => {
    const random = new Random(seed);
    const name = random.pick(['a.example.com', 'b.a.example.com', 'example.com', '*.example.com']);
    // Of a name server whose addresses the configuration has, nobody else is heard.
    const isGiven = random.oneIn(4) && name === 'a.example.com';
    const gateways: Partial<WatchedGateway>[] = [
      {
        ...{ sources: [0, 1], policy: random.pick(['merge', 'first'] as const) },
        nameServers: [{ name: 'a', addresses: isGiven ? ['192.0.2.53'] : [] }],
        projection: random.oneIn(3) ? { ingressClasses: ['public'] } : {},
      },
    ];
    await using scene = new Scene(gateways, 60_000, { explain: [name] });
    const hosts = [
      'a.example.com',
      'b.a.example.com',
      'example.com',
      '*.example.com',
      'c.example.com',
    ];
    const reach = [
      '',
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::1',
      'x.example.net',
      'y.example.net 192.0.2.3',
    ];
    for (const source of [0, 1]) {
      for (const kind of ['Ingress', 'Service'] as const) {
        const objects = Array.from({ length: random.below(4) }, (_, i) => {
          const made = ingress(`${kind}${i}`, random.pick(hosts), random.pick(reach));
          if (kind === 'Ingress')
            return labelled(made, {}, { ingressClassName: random.pick(['public', '']) });
          const annotations = { 'external-dns.kubernetes.io/hostname': random.pick(hosts) };
          return labelled(made, { annotations }, { type: 'LoadBalancer' });
        });
        // A kind that is not read whole now and then.
        if (random.oneIn(6)) scene.sink(source).beginList(kind);
        else scene.list(kind, objects, source);
      }
    }
    const { types, wildcard, objects, exists } = scene.watcher.explain(0);
    const givers = objects.filter(({ loss }) => loss === undefined);
    const given = new Set(givers.flatMap(({ answers }) => answers));
    const owned = exists ? types : wildcard?.speaks ? wildcard.types : [];
    const free = owned.filter((type) => type !== 'SOA' && type !== 'NS');
    expect([...given].sort()).toEqual(isGiven ? [] : free.sort());
    for (const { answers, loss } of objects) expect(answers.length > 0).toBe(loss === undefined);
    // Who comes too late does so behind somebody.
    const isLate = (code: string | undefined): boolean =>
      code === 'precedence' || code === 'cluster';
    const late = objects.filter(({ loss }) => isLate(loss?.code));
    if (late.length > 0) expect(late.length).toBeLessThan(objects.length);
  });
});

it('changes no answer, and no serial', async () => {
  await using scene = new Scene([{}], 60_000, { explain: ['www.example.com'] });
  scene.list('Service');
  scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
  const before = [scene.serials(), scene.watcher.status().views[0]?.names];
  for (let i = 0; i < 3; i++) scene.watcher.explain(0);
  scene.sink().flush();
  expect([scene.serials(), scene.watcher.status().views[0]?.names]).toEqual(before);
  expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
});
