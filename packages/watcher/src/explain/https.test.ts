// Why a name has an HTTPS record, or none, from objects to texts.

import { expect, test } from 'vitest';
import { ingress, Scene, type SceneObject } from '../../test-support/scene.ts';
import type { Kind } from '../sources/contract.ts';
import type { NameExplanation } from './explanation.ts';

type Lists = Partial<Record<Kind, readonly SceneObject[]>>;

async function explain(lists: Lists, name = 'a.example.com'): Promise<NameExplanation> {
  const gateway = {
    resources: ['Ingress', 'Service', 'DNSEndpoint'] as const,
    projection: { httpsRecords: 'all' as const },
  };
  await using scene = new Scene([gateway], 60_000, { explain: [name] });
  for (const kind of gateway.resources) scene.list(kind, lists[kind] ?? []);
  return scene.watcher.explain(0);
}

/** `Ingress default/a: A HTTPS | HTTPS 1 . alpn="h2"`, and why there is no record, after a dash. */
const lines = ({ objects }: NameExplanation): string[] =>
  objects.map(({ kind, object, answers, records, loss, noHttps }) => {
    const why = loss === undefined ? noHttps : `(${loss.code}) ${loss.text}`;
    const said = [`${kind} ${object}: ${answers.join(' ')}`, ...records].join(' | ');
    return why === undefined ? said : `${said} - ${why}`;
  });

const H2 = 'HTTPS 1 . alpn="h2"';

const tls = (name: string, addresses: string, annotations: object = {}): SceneObject => {
  const { key, object } = ingress(name, 'a.example.com', addresses);
  const spec = { ...(object['spec'] as object), tls: [{ hosts: ['a.example.com'] }] };
  const metadata = { ...(object['metadata'] as object), annotations };
  return { key, object: { ...object, spec, metadata } };
};
const asks = (https: string) => ({ 'coredns.io/https': https });
const written: SceneObject = {
  key: 'default/e',
  object: {
    spec: {
      endpoints: [
        { dnsName: 'a.example.com', recordType: 'HTTPS', targets: ['1 . alpn=h3'] },
        {
          dnsName: '_8443._https.a.example.com',
          recordType: 'HTTPS',
          targets: ['0 b.example.net'],
        },
      ],
    },
  },
};

test('a record is told of the objects that it is composed of', async () => {
  const said = await explain({
    Ingress: [tls('a', '192.0.2.1'), ingress('b', 'a.example.com', '192.0.2.1')],
  });
  expect(said.types).toEqual(['A', 'HTTPS']);
  expect(lines(said)).toEqual([`Ingress default/a: A HTTPS | ${H2}`, 'Ingress default/b: A']);
});

test('one that is written counts before it, and that is told', async () => {
  const said = await explain({ Ingress: [tls('a', '192.0.2.1')], DNSEndpoint: [written] });
  expect(lines(said)).toEqual([
    `Ingress default/a: A | ${H2} - an HTTPS record that is written counts before one that is composed`,
    'DNSEndpoint default/e: HTTPS | HTTPS 1 . alpn="h3"',
  ]);
});

test('so at the name of another port, of which an object has nothing else to say', async () => {
  const name = '_8443._https.a.example.com';
  const Ingress = [tls('a', '192.0.2.1', asks('port=8443'))];
  expect(lines(await explain({ Ingress }, name))).toEqual([
    'Ingress default/a: HTTPS | HTTPS 1 a.example.com. alpn="h2"',
  ]);
  expect(lines(await explain({ Ingress, DNSEndpoint: [written] }, name))).toEqual([
    'DNSEndpoint default/e: HTTPS | HTTPS 0 b.example.net.',
    'Ingress default/a:  | HTTPS 1 a.example.com. alpn="h2" - (precedence) an HTTPS record that is written counts before one that is composed',
  ]);
});

test('and that the host has none, where it has addresses of others', async () => {
  const said = await explain(
    {
      Ingress: [
        tls('a', '192.0.2.1', asks('port=8443')),
        ingress('b', 'a.example.com', '192.0.2.2'),
      ],
    },
    '_8443._https.a.example.com',
  );
  expect(lines(said)).toEqual([
    'Ingress default/a:  | HTTPS 1 a.example.com. alpn="h2" - (precedence) the host that it is about has no HTTPS record of its own',
  ]);
});

test.each([
  [
    'an address of another object without TLS',
    [tls('a', '192.0.2.1'), ingress('b', 'a.example.com', '192.0.2.2')],
    [
      `Ingress default/a: A | ${H2} - the name has addresses of other objects, of which it is not known that TLS ends there`,
      'Ingress default/b: A',
    ],
  ],
  [
    'off of another object',
    [tls('a', '192.0.2.1'), tls('b', '192.0.2.1', asks('off'))],
    [
      `Ingress default/a: A | ${H2} - another object of the name has an https annotation that is off, or can not be read`,
      'Ingress default/b: A - its https annotation is off, or can not be read',
    ],
  ],
  [
    'what another object asks for',
    [tls('a', '192.0.2.1'), tls('b', '192.0.2.1', asks('alpn=h3'))],
    [
      `Ingress default/a: A | ${H2} - that of another object of the name counts`,
      'Ingress default/b: A HTTPS | HTTPS 1 . alpn="h3"',
    ],
  ],
  [
    'a CNAME',
    [tls('a', 'lb.example.net')],
    [`Ingress default/a: CNAME | ${H2} - a CNAME stands alone (RFC 2181 10.1)`],
  ],
  [
    'an address that is not there yet',
    [tls('a', '')],
    [`Ingress default/a:  | ${H2} - (no-address) it has no address yet`],
  ],
] as const)('none is told with why: %s', async (_, Ingress, told) => {
  expect(lines(await explain({ Ingress }))).toEqual(told);
});
