// Objects that know of TLS in, HTTPS records out.

import { formatRdata, TYPE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import { gateway, listener, listenerSet, route } from '../../../test-support/gateway-api.ts';
import { ingress, Scene, type SceneObject, service } from '../../../test-support/scene.ts';
import type { WatchedGateway } from '../../index.ts';
import type { Shape } from '../../sources/shape.ts';
import type { ProjectionOptions } from '../contract.ts';

const KINDS = ['Ingress', 'Service', 'HTTPRoute', 'GRPCRoute', 'TLSRoute', 'DNSEndpoint'] as const;

const gatewayOf = (httpsRecords: ProjectionOptions['httpsRecords']): Partial<WatchedGateway> => ({
  resources: KINDS,
  projection: { ...(httpsRecords !== undefined && { httpsRecords }) },
});
/** A scene in which all has been read, and nothing is there. */
const sceneOf = (httpsRecords?: ProjectionOptions['httpsRecords']): Scene => {
  const scene = new Scene([gatewayOf(httpsRecords)]);
  const read = [...KINDS, 'Gateway', 'ListenerSet'] as const;
  for (const kind of read) scene.list(kind);
  return scene;
};
const all = (): Scene => sceneOf('all');
const annotated = (): Scene => sceneOf();

/** The answer for HTTPS as a zone file has it, without its name and TTL. */
const https = (scene: Scene, name: string): readonly string[] | string => {
  const said = scene.short(`${name} HTTPS`);
  if (typeof said === 'string') return said;
  return said.map((rdata) => {
    const [, , hex = ''] = rdata.split(' ');
    return formatRdata(TYPE.HTTPS, Buffer.from(hex, 'hex'));
  });
};

const withTls = (object: SceneObject, ...hosts: readonly string[]): SceneObject =>
  withSpec(object, { tls: [{ hosts }] });
const withSpec = (given: SceneObject, spec: Shape): SceneObject => ({
  key: given.key,
  object: { ...given.object, spec: { ...(given.object['spec'] as object), ...spec } },
});
const asking = (given: SceneObject, text: string, more: Shape = {}): SceneObject => ({
  key: given.key,
  object: {
    ...given.object,
    metadata: {
      ...(given.object['metadata'] as object),
      annotations: { 'coredns.io/https': text, ...more },
    },
  },
});

const HINTED = '1 . alpn="h2" ipv4hint=192.0.2.1';

describe('an Ingress', () => {
  test('has records for the hosts of its TLS, where all are to have them', async () => {
    await using scene = all();
    scene.list('Ingress', [
      withTls(
        ingress('a', 'A.example.com b.example.com c.d.example.com', '192.0.2.1 2001:db8::1'),
        'a.EXAMPLE.com',
        '*.d.example.com',
        'elsewhere.example.com',
      ),
    ]);
    const both = '1 . alpn="h2" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1';
    expect(https(scene, 'a.example.com')).toEqual([both]);
    expect(https(scene, 'c.d.example.com')).toEqual([both]);
    expect(https(scene, 'b.example.com')).toBe('NODATA');
    expect(https(scene, 'elsewhere.example.com')).toBe('NXDOMAIN');
    expect(scene.short('b.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.complaints).toEqual([]);
    // RFC 9460 2.2, by hand: priority, the root, alpn, ipv4hint, ipv6hint.
    expect(scene.ask('a.example.com HTTPS').answer).toEqual([
      `a.example.com. 30 in https \\# 38 000100${'00010003026832'}${'00040004c0000201'}${'0006001020010db8000000000000000000000001'}`,
    ]);
  });

  test('is as before where nobody asks for records: NODATA', async () => {
    await using scene = annotated();
    scene.list('Ingress', [withTls(ingress('a', 'a.example.com', '192.0.2.1'), 'a.example.com')]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
  });

  test('has a record by its annotation where it ends TLS, or says that it always does', async () => {
    await using scene = annotated();
    const plain = ingress('plain', 'plain.example.com', '192.0.2.1');
    scene.list('Ingress', [
      asking(
        withTls(ingress('a', 'a.example.com b.example.com', '192.0.2.1'), 'a.example.com'),
        'alpn=h3,h2',
      ),
      asking(plain, 'on'),
      asking(ingress('front', 'front.example.com', '192.0.2.1'), 'always hints=off'),
    ]);
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h3,h2" ipv4hint=192.0.2.1']);
    expect(https(scene, 'b.example.com')).toBe('NODATA');
    expect(https(scene, 'plain.example.com')).toBe('NODATA');
    expect(https(scene, 'front.example.com')).toEqual(['1 . alpn="h2"']);
    expect(scene.complaints.map(({ message }) => message)).toEqual([
      'Ingress default/plain: its https annotation has no effect: no name of it is among the hosts of its spec.tls; where TLS ends in front of it, "always" in the annotation says so',
    ]);
  });

  test('has none by an annotation that is wrong, which is told, and is served', async () => {
    await using scene = all();
    const one = withTls(ingress('a', 'a.example.com', '192.0.2.1'), 'a.example.com');
    scene.list('Ingress', [asking(one, 'alpn=h2, h3')]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    expect(scene.short('a.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.complaints.map(({ message }) => message)).toEqual([
      'Ingress default/a: "alpn=h2, h3" in its https annotation can\'t be used: alpn has an empty protocol, at character 6. There is no HTTPS record of it until it is on, off, always, or parameters as in "alpn=h2,h3 port=8443"',
    ]);
  });

  test('has neither records nor complaints where they are switched off', async () => {
    await using scene = sceneOf('none');
    const one = withTls(ingress('a', 'a.example.com', '192.0.2.1'), 'a.example.com');
    scene.list('Ingress', [asking(one, 'on'), asking(ingress('b', 'b.example.com', ''), 'x=')]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    expect(scene.complaints).toEqual([]);
  });
});

describe('hints', () => {
  test('change with the addresses, in the same publication, and go with the last of them', async () => {
    await using scene = all();
    const at = (addresses: string) =>
      withTls(ingress('a', 'a.example.com', addresses), 'a.example.com');
    scene.list('Ingress', [at('192.0.2.1')]);
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
    scene.put('Ingress', at('192.0.2.2 2001:db8::2'));
    expect(https(scene, 'a.example.com')).toEqual([
      '1 . alpn="h2" ipv4hint=192.0.2.2 ipv6hint=2001:db8::2',
    ]);
    expect(scene.short('a.example.com A')).toEqual(['192.0.2.2']);
    scene.put('Ingress', at(''));
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    scene.drop('Ingress', 'default/a');
    expect(https(scene, 'a.example.com')).toBe('NXDOMAIN');
  });

  test('are those of all objects of the name; a family of more than eight has none', async () => {
    await using scene = all();
    const nine = Array.from({ length: 9 }, (_, i) => `2001:db8::${i + 1}`).join(' ');
    scene.list('Ingress', [
      withTls(ingress('a', 'a.example.com', '192.0.2.2'), 'a.example.com'),
      withTls(ingress('b', 'a.example.com', `192.0.2.1 ${nine}`), 'a.example.com'),
    ]);
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.2']);
  });

  test('are what a host name resolves to; beside a CNAME there is no record', async () => {
    await using scene = all();
    const lead = (name: string, to: string) =>
      withTls(ingress(name, `${name}.example.com`, to), `${name}.example.com`);
    scene.list('Ingress', [
      lead('alias', 'lb.example.com'),
      lead('both', 'lb.example.com 192.0.2.1'),
      ingress('lb', 'lb.example.com', '192.0.2.9'),
    ]);
    expect(scene.short('alias.example.com CNAME')).toEqual(['lb.example.com.']);
    // The alias is followed, to a name that has none.
    expect(scene.short('alias.example.com HTTPS')).toEqual(['lb.example.com.']);
    expect(https(scene, 'both.example.com')).toEqual([
      '1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.9',
    ]);
    scene.put('Ingress', ingress('lb', 'lb.example.com', '192.0.2.8'));
    expect(https(scene, 'both.example.com')).toEqual([
      '1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.8',
    ]);
  });
});

test('TTL is that of the addresses, the lowest of both families', async () => {
  await using scene = all();
  const one = withTls(ingress('a', 'a.example.com', '192.0.2.1'), 'a.example.com');
  const other = withTls(ingress('b', 'a.example.com', '2001:db8::1'), 'a.example.com');
  scene.list('Ingress', [
    asking(one, 'on', { 'coredns.io/ttl': '300' }),
    asking(other, 'on', { 'coredns.io/ttl': '200' }),
  ]);
  const ttl = (type: string) => scene.ask(`a.example.com ${type}`).answer[0]?.split(' ')[1];
  expect(['A', 'AAAA', 'HTTPS'].map(ttl)).toEqual(['300', '200', '200']);
});

describe('what several objects say of a name', () => {
  const tls = (name: string, address: string) =>
    withTls(ingress(name, 'a.example.com', address), 'a.example.com');

  test('is TLS only where all of its addresses are those of objects with TLS', async () => {
    await using scene = all();
    // A path to each Ingress of one controller: TLS of the host is that of all.
    scene.list('Ingress', [tls('a', '192.0.2.1'), ingress('b', 'a.example.com', '192.0.2.1')]);
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
    scene.put('Ingress', ingress('b', 'a.example.com', '192.0.2.2'));
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    scene.put('Ingress', tls('b', '192.0.2.2'));
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.2']);
  });

  test('is nothing where one of them says off', async () => {
    await using scene = all();
    scene.list('Ingress', [
      tls('a', '192.0.2.1'),
      asking(ingress('b', 'a.example.com', '192.0.2.1'), 'off'),
    ]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
  });

  test('is what one of them asks for, before what is composed unasked', async () => {
    await using scene = all();
    scene.list('Ingress', [tls('a', '192.0.2.1'), asking(tls('b', '192.0.2.1'), 'alpn=h3,h2')]);
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h3,h2" ipv4hint=192.0.2.1']);
  });

  test('is of the kind whose addresses they are, and of no other', async () => {
    await using scene = all();
    scene.list('Ingress', [ingress('a', 'a.example.com', '192.0.2.1')]);
    const serving = service('s.default', '192.0.2.2');
    const named = { 'coredns.io/hostname': 'a.example.com' };
    scene.list('Service', [asking(serving, 'on', named)]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    scene.drop('Ingress', 'default/a');
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h2" ipv4hint=192.0.2.2']);
  });

  test('is a record that is written, before any that is composed', async () => {
    await using scene = all();
    scene.list('Ingress', [tls('a', '192.0.2.1')]);
    const endpoint = {
      dnsName: 'a.example.com',
      recordType: 'HTTPS',
      targets: ['0 b.example.net'],
    };
    const spec = { endpoints: [endpoint] };
    scene.list('DNSEndpoint', [{ key: 'default/e', object: { spec } }]);
    expect(https(scene, 'a.example.com')).toEqual(['0 b.example.net.']);
    scene.drop('DNSEndpoint', 'default/e');
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
  });
});

test('a wildcard has a record for every name that it stands for', async () => {
  await using scene = all();
  scene.list('Ingress', [
    withTls(ingress('w', '*.apps.example.com', '192.0.2.1'), '*.apps.example.com'),
  ]);
  expect(https(scene, 'x.apps.example.com')).toEqual([HINTED]);
  expect(https(scene, 'apps.example.com')).toBe('NODATA');
});

test('a Service has one by its annotation, at its own name and at that of another port', async () => {
  await using scene = annotated();
  scene.list('Service', [
    service('plain.db', '192.0.2.5'),
    asking(service('web.db', '192.0.2.1'), 'port=8443 alpn=h2'),
  ]);
  expect(https(scene, 'plain.db.example.com')).toBe('NODATA');
  expect(https(scene, 'web.db.example.com')).toEqual([
    '1 . alpn="h2" port=8443 ipv4hint=192.0.2.1',
  ]);
  // RFC 9460 2.3, 9.1: of https://web.db.example.com:8443.
  expect(https(scene, '_8443._https.web.db.example.com')).toEqual([
    '1 web.db.example.com. alpn="h2"',
  ]);
  expect(https(scene, '_https.web.db.example.com')).toBe('NODATA');
  expect(https(scene, '_443._https.web.db.example.com')).toBe('NXDOMAIN');
  scene.drop('Service', 'db/web');
  expect(https(scene, '_8443._https.web.db.example.com')).toBe('NXDOMAIN');
});

test('at another port there is none, either, where the host has addresses of others', async () => {
  await using scene = annotated();
  const aside = '_8443._https.web.db.example.com';
  scene.list('Service', [asking(service('web.db', '192.0.2.1'), 'port=8443')]);
  expect(https(scene, aside)).toEqual(['1 web.db.example.com. alpn="h2"']);
  // An Ingress comes first, and says nothing of TLS.
  scene.put('Ingress', ingress('a', 'web.db.example.com', '192.0.2.9'));
  expect(https(scene, 'web.db.example.com')).toBe('NODATA');
  expect(https(scene, aside)).toBe('NODATA');
  scene.drop('Ingress', 'default/a');
  expect(https(scene, aside)).toEqual(['1 web.db.example.com. alpn="h2"']);
  scene.drop('Service', 'db/web');
  expect(https(scene, aside)).toBe('NXDOMAIN');
});

describe('a route', () => {
  const tls = (written: string, more: Shape = {}) =>
    listener(written, { protocol: 'HTTPS', ...more });
  const gw = (listeners: readonly Shape[], annotations?: Shape, more: Shape = {}): SceneObject => ({
    key: 'ns/gw',
    object: {
      ...gateway({ listeners, ...(annotations && { annotations }) }),
      ...more,
    } as Record<string, unknown>,
  });
  const to = (hostnames: string, sectionName?: string, annotations?: Shape): SceneObject => ({
    key: `ns/r-${hostnames}-${sectionName ?? ''}`.replaceAll(/[ *]/g, '-'),
    object: route({
      hostnames,
      parents: [{ name: 'gw', ...(sectionName !== undefined && { sectionName }) }],
      ...(annotations && { annotations }),
    }) as Record<string, unknown>,
  });
  const read = (
    scene: Scene,
    gateways: readonly SceneObject[],
    routes: readonly SceneObject[],
    kind: 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' = 'HTTPRoute',
    sets: readonly SceneObject[] = [],
  ): void => {
    scene.list('Gateway', gateways);
    scene.list('ListenerSet', sets);
    for (const one of ['HTTPRoute', 'GRPCRoute', 'TLSRoute'] as const) {
      scene.list(one, one === kind ? routes : []);
    }
  };

  test('has records for names that a listener of HTTPS takes', async () => {
    await using scene = all();
    read(
      scene,
      [gw([listener('http'), tls('a=a.example.com:443'), tls('w=*.w.example.com:443')])],
      [to('a.example.com b.example.com x.w.example.com *.w.example.com')],
    );
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
    expect(https(scene, 'b.example.com')).toBe('NODATA');
    expect(https(scene, 'x.w.example.com')).toEqual([HINTED]);
    expect(https(scene, 'y.w.example.com')).toEqual([HINTED]);
  });

  test('that redirects from http has those of the one that serves by TLS', async () => {
    await using scene = all();
    read(
      scene,
      [gw([listener('http'), tls('https=:443')])],
      [to('a.example.com', 'http'), to('a.example.com', 'https'), to('b.example.com', 'http')],
    );
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
    expect(https(scene, 'b.example.com')).toBe('NODATA');
  });

  test('of gRPC has records, too', async () => {
    await using scene = all();
    read(scene, [gw([tls('https=:443')])], [to('a.example.com')], 'GRPCRoute');
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
  });

  test('at another port has a record there, and at its own name one with the port', async () => {
    await using scene = all();
    read(
      scene,
      [gw([tls('a=a.example.com:8443'), tls('b=b.example.com:443'), tls('c=b.example.com:9443')])],
      [to('a.example.com b.example.com')],
    );
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h2" port=8443 ipv4hint=192.0.2.1']);
    expect(https(scene, '_8443._https.a.example.com')).toEqual(['1 a.example.com. alpn="h2"']);
    expect(https(scene, 'b.example.com')).toEqual([HINTED]);
    expect(https(scene, '_9443._https.b.example.com')).toEqual(['1 b.example.com. alpn="h2"']);
  });

  test.each([
    ['passes TLS through', { tls: { mode: 'Passthrough' } }, {}],
    ['is none of HTTP over TLS', { protocol: 'HTTP' }, {}],
    [
      'is not programmed',
      {},
      { listeners: [{ name: 'l', conditions: [{ type: 'Programmed', status: 'False' }] }] },
    ],
    [
      'has no certificate',
      {},
      {
        listeners: [
          {
            name: 'l',
            conditions: [
              { type: 'ResolvedRefs', status: 'False', reason: 'InvalidCertificateRef' },
            ],
          },
        ],
      },
    ],
  ])('has none where the listener %s', async (_, more, status) => {
    await using scene = all();
    const given = gw([tls('l=:443', more)]);
    const object = {
      ...given.object,
      status: { ...(given.object['status'] as object), ...status },
    };
    read(scene, [{ key: given.key, object }], [to('a.example.com')]);
    expect(scene.short('a.example.com A')).toEqual(['192.0.2.1']);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    read(scene, [gw([tls('l=:443', { tls: { mode: 'Terminate' } })])], [to('a.example.com')]);
    expect(https(scene, 'a.example.com')).toEqual([HINTED]);
  });

  test('has what is closest: its own annotation, that of its ListenerSet, or that of the Gateway', async () => {
    await using scene = annotated();
    const asks = (https: string) => ({ 'coredns.io/https': https });
    const given = gw([tls('https=:443')], asks('alpn=h3,h2'));
    const spec = { ...(given.object['spec'] as object) };
    const allowed = { allowedListeners: { namespaces: { from: 'Same' } } };
    const set = {
      key: 'ns/set',
      object: listenerSet({
        listeners: [tls('own=:443')],
        annotations: asks('alpn=h3'),
      }) as Record<string, unknown>,
    };
    const bySet = {
      key: 'ns/by-set',
      object: route({
        hostnames: 'set.example.com',
        parents: [{ name: 'set', kind: 'ListenerSet' }],
      }) as Record<string, unknown>,
    };
    read(
      scene,
      [{ key: given.key, object: { ...given.object, spec: { ...spec, ...allowed } } }],
      [
        to('a.example.com'),
        to('own.example.com', undefined, asks('on')),
        to('off.example.com', undefined, asks('off')),
        bySet,
      ],
      'HTTPRoute',
      [set],
    );
    const hint = 'ipv4hint=192.0.2.1';
    expect(https(scene, 'a.example.com')).toEqual([`1 . alpn="h3,h2" ${hint}`]);
    expect(https(scene, 'own.example.com')).toEqual([`1 . alpn="h2" ${hint}`]);
    expect(https(scene, 'off.example.com')).toBe('NODATA');
    expect(https(scene, 'set.example.com')).toEqual([`1 . alpn="h3" ${hint}`]);
    scene.put('Gateway', gw([tls('https=:443')]));
    expect(https(scene, 'a.example.com')).toBe('NODATA');
  });

  test('of TLS that nobody reads has one by its own annotation alone', async () => {
    await using scene = all();
    const asks = { 'coredns.io/https': 'on' };
    const passing = listener('tls=:443', { protocol: 'TLS', tls: { mode: 'Passthrough' } });
    read(
      scene,
      [gw([passing], asks)],
      [to('a.example.com'), to('b.example.com', undefined, asks)],
      'TLSRoute',
    );
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    expect(https(scene, 'b.example.com')).toEqual([HINTED]);
    expect(scene.complaints).toEqual([]);
  });

  test('that asks where nothing ends TLS is told so; "always" is its word', async () => {
    await using scene = annotated();
    read(
      scene,
      [gw([listener('http')])],
      [
        to('a.example.com', undefined, { 'coredns.io/https': 'alpn=h2' }),
        to('b.example.com', undefined, { 'coredns.io/https': 'always' }),
      ],
    );
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    expect(https(scene, 'b.example.com')).toEqual([HINTED]);
    expect(scene.complaints.map(({ message }) => message)).toEqual([
      'HTTPRoute ns/r-a.example.com-: its https annotation has no effect: no listener of protocol HTTPS that works takes it for a name of its; where TLS ends in front of the Gateway, "always" in the annotation says so',
    ]);
  });

  test('by two Gateways has none unless TLS ends at both', async () => {
    await using scene = all();
    const other = (listeners: readonly Shape[]): SceneObject => ({
      key: 'ns/other',
      object: gateway({ listeners, addresses: '192.0.2.2' }) as Record<string, unknown>,
    });
    const both = {
      key: 'ns/both',
      object: route({
        hostnames: 'a.example.com',
        parents: [{ name: 'gw' }, { name: 'other' }],
      }) as Record<string, unknown>,
    };
    read(scene, [gw([tls('https=:443')]), other([listener('http')])], [both]);
    expect(https(scene, 'a.example.com')).toBe('NODATA');
    scene.put('Gateway', other([tls('https=:443')]));
    expect(https(scene, 'a.example.com')).toEqual(['1 . alpn="h2" ipv4hint=192.0.2.1,192.0.2.2']);
  });
});
