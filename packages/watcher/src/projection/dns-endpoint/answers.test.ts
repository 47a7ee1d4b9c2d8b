// DNSEndpoints in, answers out.

import { expect, test } from 'vitest';
import { ingress, Scene, type SceneObject } from '../../../test-support/scene.ts';

const dnsEndpoint = (name: string, ...endpoints: readonly unknown[]): SceneObject => ({
  key: `default/${name}`,
  object: { metadata: { name, namespace: 'default' }, spec: { endpoints } },
});
const of = (dnsName: string, recordType: string, ...targets: readonly string[]) => ({
  dnsName,
  recordType,
  targets,
});

test('every type is answered, and no endpoint says anything of another one', async () => {
  await using scene = new Scene([{ resources: ['DNSEndpoint'] }]);
  scene.list('DNSEndpoint', [
    dnsEndpoint(
      'all',
      of('one.example.com', 'A', '192.0.2.1', '192.0.2.2'),
      of('one.example.com', 'AAAA', '2001:db8::1'),
      of('Two.Example.com.', 'A', '192.0.2.3'),
      of('two.example.com', 'TXT', 'v=spf1 -all', '"one" "two"'),
      of('example.com', 'MX', '10 mail.example.com', '20 mail.example.net.'),
      of('example.com', 'CAA', '0 issue "ca.example.net"'),
      of('_sip._tcp.example.com', 'SRV', '0 5 5060 one.example.com'),
      of('www.example.com', 'HTTPS', '1 . alpn=h2'),
      of('alias.example.com', 'CNAME', 'elsewhere.example.net'),
      of('*.wild.example.com', 'TXT', 'any'),
      of('b\u00fccher.example.com', 'A', '192.0.2.4'),
      of('elsewhere.example.org', 'A', '192.0.2.5'),
    ),
  ]);
  const answers: Readonly<Record<string, readonly string[] | string>> = {
    'one.example.com A': ['192.0.2.1', '192.0.2.2'],
    'one.example.com AAAA': ['2001:db8::1'],
    'one.example.com TXT': 'NODATA',
    'two.example.com A': ['192.0.2.3'],
    'two.example.com AAAA': 'NODATA',
    'two.example.com TXT': ['"one" "two"', '"v=spf1 -all"'],
    'example.com MX': ['10 mail.example.com.', '20 mail.example.net.'],
    'example.com CAA': ['\\# 21 0005697373756563612e6578616d706c652e6e6574'],
    'example.com TXT': 'NODATA',
    '_sip._tcp.example.com SRV': ['0 5 5060 one.example.com.'],
    '_tcp.example.com SRV': 'NODATA',
    'www.example.com HTTPS': ['\\# 10 00010000010003026832'],
    'www.example.com A': 'NODATA',
    'alias.example.com CNAME': ['elsewhere.example.net.'],
    'a.wild.example.com TXT': ['"any"'],
    'a.wild.example.com A': 'NODATA',
    'xn--bcher-kva.example.com A': ['192.0.2.4'],
    'three.example.com A': 'NXDOMAIN',
  };
  const asked = Object.keys(answers).map((question) => [question, scene.short(question)]);
  expect(Object.fromEntries(asked)).toEqual(answers);
  expect(scene.complaints).toEqual([]);
});

test('the lowest recordTTL counts for a name, and none means the configured one', async () => {
  await using scene = new Scene([{ resources: ['DNSEndpoint'] }]);
  scene.list('DNSEndpoint', [
    dnsEndpoint('a', { ...of('x.example.com', 'TXT', 'a'), recordTTL: 300 }),
    dnsEndpoint('b', { ...of('x.example.com', 'TXT', 'b'), recordTTL: 7 }),
    dnsEndpoint('c', { ...of('y.example.com', 'TXT', 'c'), recordTTL: 0 }),
  ]);
  expect(scene.ask('x.example.com TXT').answer).toEqual([
    'x.example.com. 7 in txt "a"',
    'x.example.com. 7 in txt "b"',
  ]);
  expect(scene.ask('y.example.com TXT').answer).toEqual(['y.example.com. 30 in txt "c"']);
});

test('what can not be used is told once, by object, endpoint and target; the rest is answered', async () => {
  await using scene = new Scene([{ resources: ['DNSEndpoint'] }]);
  const mixed = dnsEndpoint(
    'mixed',
    of('a.example.com', 'A', '192.0.2.1', '2001:db8::1'),
    of('b.example.com', 'CNAME', 'a.example.com', 'c.example.com'),
    of('c.example.com', 'MX', 'mail', '10 mail'),
  );
  scene.list('DNSEndpoint', [mixed]);
  scene.put('DNSEndpoint', mixed);
  expect(scene.complaints.map(({ message }) => message)).toEqual([
    'DNSEndpoint default/mixed: spec.endpoints[0] "a.example.com" A: "2001:db8::1" is ignored: an IPv6 address belongs in an endpoint of type AAAA',
    'DNSEndpoint default/mixed: spec.endpoints[1] "b.example.com" CNAME: a CNAME has one target, not 2: all are ignored',
    'DNSEndpoint default/mixed: spec.endpoints[2] "c.example.com" MX: "mail" is ignored: no preference (0 to 65535)',
  ]);
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.1']);
  expect(scene.short('a.example.com AAAA')).toBe('NODATA');
  expect(scene.short('b.example.com CNAME')).toBe('NODATA');
  expect(scene.short('c.example.com MX')).toEqual(['10 mail.']);
});

test('an endpoint that goes takes its records along, and no others', async () => {
  await using scene = new Scene([{ resources: ['Ingress', 'DNSEndpoint'] }]);
  scene.list('Ingress', [ingress('web', 'a.example.com', '192.0.2.80')]);
  const a = of('a.example.com', 'TXT', 'of a');
  const b = of('b.example.com', 'A', '192.0.2.2');
  scene.list('DNSEndpoint', [dnsEndpoint('both', a, b)]);
  // What an Ingress can't say, an endpoint may say of the same name.
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.80']);
  expect(scene.short('a.example.com TXT')).toEqual(['"of a"']);
  scene.put('DNSEndpoint', dnsEndpoint('both', b));
  expect(scene.short('a.example.com A')).toEqual(['192.0.2.80']);
  expect(scene.short('a.example.com TXT')).toBe('NODATA');
  expect(scene.short('b.example.com A')).toEqual(['192.0.2.2']);
  scene.drop('DNSEndpoint', 'default/both');
  expect(scene.short('b.example.com A')).toBe('NXDOMAIN');
});
