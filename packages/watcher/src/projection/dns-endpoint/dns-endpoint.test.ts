import { parseRdata, TYPE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import type { Shape } from '../../sources/shape.ts';
import type { ProjectionOptions } from '../contract.ts';
import { dnsEndpoint, projectDnsEndpoint } from './dns-endpoint.ts';

const options: ProjectionOptions = {
  nodeAddressType: 'InternalIP',
  annotationPrefixes: [],
  services: false,
  nameServers: [],
};
const object = (...endpoints: unknown[]): Shape => ({
  metadata: { name: 'e', namespace: 'ns' },
  spec: { endpoints },
});
const name = (text: string) => [{ name: text, relative: false }];

test('each endpoint claims what it says, of its own name', () => {
  const claims = projectDnsEndpoint(
    object(
      { dnsName: 'one.example.com', recordType: 'A', targets: ['192.0.2.1', '192.0.2.2'] },
      { dnsName: 'Two.Example.com.', recordType: 'AAAA', targets: ['2001:DB8::2'], recordTTL: 30 },
      { dnsName: 'one.example.com', recordType: 'TXT', targets: ['of one', 'another'] },
      { dnsName: '*.example.com', recordType: 'CNAME', targets: ['one.example.com'] },
      { dnsName: 'example.com', recordType: 'MX', targets: ['10 mail.example.com'] },
    ),
  );
  const rdata = (type: number, ...texts: string[]) =>
    texts.map((text) => parseRdata(type, text).octets);
  expect(claims).toEqual([
    { names: name('one.example.com'), addresses: ['192.0.2.1', '192.0.2.2'] },
    { names: name('Two.Example.com.'), addresses: ['2001:db8::2'], ttl: 30 },
    {
      names: name('one.example.com'),
      addresses: [],
      rrsets: [{ type: TYPE.TXT, rdata: rdata(TYPE.TXT, '"of one"', 'another') }],
    },
    { names: name('*.example.com'), addresses: [], targets: ['one.example.com.'] },
    {
      names: name('example.com'),
      addresses: [],
      rrsets: [{ type: TYPE.MX, rdata: rdata(TYPE.MX, '10 mail.example.com') }],
    },
  ]);
});

test('an endpoint that says nothing of use claims its name all the same', () => {
  const odd = { dnsName: 'b.example.com', recordType: 'ALIAS', targets: ['a.example.com'] };
  const bad = { dnsName: 'c.example.com', recordType: 'MX', targets: ['mail'] };
  const claims = projectDnsEndpoint(object(odd, bad));
  expect(claims).toMatchObject([
    { names: name('b.example.com'), addresses: [] },
    { names: name('c.example.com'), addresses: [] },
  ]);
  for (const claim of claims) {
    expect(claim.rrsets).toBeUndefined();
    expect(claim.targets).toBeUndefined();
    expect(claim.faults).toHaveLength(1);
  }
});

describe('faults', () => {
  test('are those of the endpoint that has them', () => {
    const claims = projectDnsEndpoint(
      object(
        { dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'] },
        { dnsName: 'b.example.com', recordType: 'A', targets: ['192.0.2.1', 'x'] },
        { recordType: 'A', targets: ['192.0.2.1'] },
      ),
    );
    expect(claims.map(({ faults }) => faults)).toEqual([
      undefined,
      ['spec.endpoints[1] "b.example.com" A: "x" is ignored: no IPv4 address'],
      ['spec.endpoints[2] has no dnsName and is ignored'],
    ]);
    expect(claims[2]).toMatchObject({ names: [], addresses: [] });
  });

  test('of one object are told twenty times, and how many there were', () => {
    const bad = { dnsName: 'a.example.com', recordType: 'A', targets: ['x', 'y', 'z'] };
    const claims = projectDnsEndpoint(object(...Array(100).fill(bad)));
    const faults = claims.flatMap((claim) => claim.faults ?? []);
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe('280 more faults of its endpoints are not told');
    expect(claims.filter(({ names }) => names.length > 0)).toHaveLength(100);
    expect(claims.filter((claim) => claim.faults?.length === 0)).toEqual([]);
  });
});

test('an object with the ignore label is passed over', () => {
  const ignored = {
    ...object(
      { dnsName: 'a.example.com', recordType: 'A', targets: ['192.0.2.1'] },
      { dnsName: 'a.example.com', recordType: 'TXT', targets: ['x'] },
      { dnsName: 'b.example.com' },
      {},
    ),
    metadata: { name: 'e', labels: { 'k8s-gateway.dns/ignore': 'true' } },
  };
  const projection = dnsEndpoint.project(ignored, 'ns/e', options);
  if (!('reason' in projection)) throw new Error('it claims something');
  expect(projection.reason).toContain('k8s-gateway.dns/ignore');
  expect(projection.names()).toEqual([...name('a.example.com'), ...name('b.example.com')]);
});

test.each([
  {},
  { spec: null },
  { spec: [] },
  { spec: { endpoints: 7 } },
  { spec: { endpoints: {} } },
])('%j claims nothing', (shape) => {
  expect(dnsEndpoint.project(shape, 'ns/e', options)).toEqual([]);
});

test.each([[null], ['x'], [7], [[]]])('an endpoint that is %j has no name', (endpoint) => {
  expect(projectDnsEndpoint(object(endpoint))).toEqual([
    { names: [], addresses: [], faults: ['spec.endpoints[0] has no dnsName and is ignored'] },
  ]);
});
