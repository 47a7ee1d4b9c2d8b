import { formatRdata, parseRdata, typeMnemonic, typeNumber } from '@seamark/protocol';
import { describe, expect, it, test } from 'vitest';
import type { Shape } from '../../sources/shape.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';

const read = (endpoint: Shape): Endpoint => {
  const found = readEndpoint(endpoint, 3);
  if (typeof found === 'string') throw new Error(found);
  return found;
};
const endpoint = (recordType: string, targets: unknown, more: Shape = {}): Endpoint =>
  read({ dnsName: 'x.example.com', recordType, targets, ...more });
/** Records as a zone file has them. */
const records = (found: Endpoint): string[] => found.records.map(({ text }) => text);

// The type, a target, and the record that it is.
test.each([
  ['A', '192.0.2.1', '192.0.2.1'],
  ['a', '192.0.2.1', '192.0.2.1'],
  ['AAAA', '2001:DB8:0::1', '2001:db8::1'],
  ['CNAME', 'www.Example.com', 'www.Example.com.'],
  ['CNAME', 'www.example.com.', 'www.example.com.'],
  ['CNAME', 'b\u00fccher.example.com', 'xn--bcher-kva.example.com.'],
  ['NS', 'ns1.example.net', 'ns1.example.net.'],
  ['PTR', 'host.example.com', 'host.example.com.'],
  ['MX', '10 mail.example.com', '10 mail.example.com.'],
  ['MX', ' 10  mail.example.com. ', '10 mail.example.com.'],
  ['SRV', '0 5 5060 sip.example.com', '0 5 5060 sip.example.com.'],
  ['CAA', '0 issue "ca.example.net"', '0 issue "ca.example.net"'],
  ['LOC', '42 21 54 N 71 6 18 W -24m 30m', '42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m'],
  [
    'LOC',
    '\\# 16 0033161389172dd070be15f000988d20',
    '42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m',
  ],
  ['CAA', '0 issue ca.example.net', '0 issue "ca.example.net"'],
  [
    'NAPTR',
    '100 50 "s" "SIP+D2U" "" _sip._udp.example.com.',
    '100 50 "s" "SIP+D2U" "" _sip._udp.example.com.',
  ],
  ['TLSA', '3 1 0 30 31', '3 1 0 3031'],
  ['SSHFP', `4 9 ABCD`, '4 9 ABCD'],
  ['HTTPS', '1 . alpn=h2,h3', '1 . alpn="h2,h3"'],
  ['SVCB', '0 svc.example.com', '0 svc.example.com.'],
  ['TYPE65280', '\\# 2 abcd', '\\# 2 ABCD'],
  // A text is one, spaces and all, and quotes within it are its own.
  ['TXT', 'v=spf1 -all', '"v=spf1 -all"'],
  ['TXT', ' a; b ', '" a; b "'],
  ['TXT', 'say "hi"', '"say \\"hi\\""'],
  ['TXT', '"', '"\\""'],
  ['TXT', '"a', '"\\"a"'],
  ['TXT', '', '""'],
  ['TXT', 'a\nb', '"a\\010b"'],
  ['TXT', '\u00e9', '"\\195\\169"'],
  // With quotes around it, it is what a zone file would have.
  ['TXT', '"v=spf1 -all"', '"v=spf1 -all"'],
  ['TXT', ' "v=spf1 -all"\n', '"v=spf1 -all"'],
  ['TXT', '"one" "two three"', '"one" "two three"'],
  ['TXT', '"say \\"hi\\""', '"say \\"hi\\""'],
  ['TXT', '""', '""'],
  // Escapes count in either.
  ['TXT', 'v=DKIM1\\; p=\\\\\\"\\065', '"v=DKIM1; p=\\\\\\"A"'],
  ['TXT', '"v=DKIM1\\; p=A"', '"v=DKIM1; p=A"'],
  ['TXT', 'C:\\', '"C:\\\\"'],
])('%s %j', (recordType, target, record) => {
  const found = endpoint(recordType, [target]);
  expect(found.faults).toEqual([]);
  expect(records(found)).toEqual([record]);
  expect(typeMnemonic(found.type ?? 0)).toBe(recordType.toUpperCase());
});

test.each(['x'.repeat(600), `"${'x'.repeat(600)}"`])('a long text is one record', (target) => {
  const found = endpoint('TXT', [target]);
  expect(records(found)).toEqual([`"${'x'.repeat(255)}" "${'x'.repeat(255)}" "${'x'.repeat(90)}"`]);
});

const FAMILY_A = 'an IPv6 address belongs in an endpoint of type AAAA';
const FAMILY_AAAA = 'an IPv4 address belongs in an endpoint of type A';

describe('a target that can not be used', () => {
  // It stands between two that can be: they stay.
  const good: Readonly<Record<string, readonly [string, string]>> = {
    A: ['192.0.2.1', '192.0.2.2'],
    AAAA: ['2001:db8::1', '2001:db8::2'],
    MX: ['10 a.', '20 b.'],
    SRV: ['0 0 1 a.', '0 0 2 a.'],
    TXT: ['"a"', '"b"'],
    CAA: ['0 issue "a"', '0 issue "b"'],
    NS: ['a.', 'b.'],
  };
  it.each([
    ['A', '2001:db8::1', FAMILY_A],
    ['A', ' 2001:db8::1', FAMILY_A],
    ['AAAA', '192.0.2.1', FAMILY_AAAA],
    ['A', '192.0.2.256', 'no IPv4 address'],
    ['A', 'lb.example.com', 'no IPv4 address'],
    ['A', '', 'an IPv4 address is missing'],
    ['AAAA', 'fe80::1%eth0', 'no IPv6 address'],
    ['MX', 'mail.example.com', 'no preference (0 to 65535)'],
    ['MX', '10 mail..example.com', 'an empty label, at character 9'],
    ['SRV', '0 5 sip.example.com', 'no port (0 to 65535), at character 5'],
    ['TXT', '\\999', 'an escape over \\255'],
    ['TXT', '"a" b"', 'a quote that is not closed, at character 6'],
    ['TXT', '"a"b"c"', 'no space after a quote, at character 4'],
    ['CAA', '0 issue', 'a value is missing, at character 8'],
    ['NS', 'ns1.example.com ns2.example.com', 'more than belongs to it, at character 17'],
  ])('%s %j', (recordType, target, reason) => {
    const [first, last] = good[recordType] ?? [];
    const found = endpoint(recordType, [first, target, last]);
    expect(found.faults).toEqual([
      `spec.endpoints[3] "x.example.com" ${recordType}: ${JSON.stringify(target)} is ignored: ${reason}`,
    ]);
    expect(records(found)).toEqual([first, last]);
  });

  it('may be no text', () => {
    const found = endpoint('A', [null, 7, '192.0.2.1', {}]);
    expect(records(found)).toEqual(['192.0.2.1']);
    expect(found.faults).toEqual([
      'spec.endpoints[3] "x.example.com" A: a target that is no text, null, is ignored',
      'spec.endpoints[3] "x.example.com" A: a target that is no text, 7, is ignored',
      'spec.endpoints[3] "x.example.com" A: a target that is no text, (an object), is ignored',
    ]);
  });

  it('is told five times at most, and in part', () => {
    const long = 'y'.repeat(5000);
    const { faults } = endpoint('A', Array(1000).fill(long));
    expect(faults).toHaveLength(5);
    expect(faults[0]?.length).toBeLessThan(200);
  });
});

describe('a CNAME', () => {
  it('has one target', () => {
    const found = endpoint('CNAME', ['a.example.com', 'b.example.com']);
    expect(found.records).toEqual([]);
    expect(found.faults).toEqual([
      'spec.endpoints[3] "x.example.com" CNAME: a CNAME has one target, not 2: all are ignored',
    ]);
  });

  it('may have the same one twice, and one beside it that can not be used', () => {
    const found = endpoint('CNAME', ['a.example.com', 'A.Example.com.', 'a b']);
    expect(records(found)).toHaveLength(1);
    expect(found.faults).toHaveLength(1);
  });
});

test('a record counts once', () => {
  const found = endpoint('MX', ['10 a.example.com', '10  a.example.com.', '20 a.example.com']);
  expect(records(found)).toEqual(['10 a.example.com.', '20 a.example.com.']);
  expect(records(endpoint('NS', ['a.example.com', 'A.example.com']))).toHaveLength(1);
  expect(records(endpoint('TXT', ['a', '"a"', 'A']))).toEqual(['"a"', '"A"']);
});

test.each([
  [undefined, undefined],
  [null, undefined],
  [0, undefined],
  [1, 1],
  [300, 300],
  [2_147_483_647, 2_147_483_647],
])('recordTTL %s is %s', (recordTTL, ttl) => {
  const found = endpoint('A', ['192.0.2.1'], { recordTTL });
  expect(found.ttl).toBe(ttl);
  expect(found.faults).toEqual([]);
});

test.each([
  ['60', '"60" is no whole number of seconds and is ignored', undefined],
  ['abc', '"abc" is no whole number of seconds and is ignored', undefined],
  [1.5, '1.5 is no whole number of seconds and is ignored', undefined],
  [true, 'true is no whole number of seconds and is ignored', undefined],
  [Number.NaN, 'NaN is no whole number of seconds and is ignored', undefined],
  [Number.POSITIVE_INFINITY, 'Infinity is no whole number of seconds and is ignored', undefined],
  [{}, '(an object) is no whole number of seconds and is ignored', undefined],
  [[], '(a list) is no whole number of seconds and is ignored', undefined],
  [-1, '-1 is less than nothing and is ignored', undefined],
  [2_147_483_648, '2147483648 is more than 2147483647 and counts as that', 2_147_483_647],
  [1e21, '1e+21 is more than 2147483647 and counts as that', 2_147_483_647],
])('recordTTL %j is told', (recordTTL, fault, ttl) => {
  const found = endpoint('A', ['192.0.2.1'], { recordTTL });
  expect(found.ttl).toBe(ttl);
  expect(records(found)).toEqual(['192.0.2.1']);
  expect(found.faults).toEqual([`spec.endpoints[3] "x.example.com" A: its recordTTL ${fault}`]);
});

test.each([
  [undefined, 'it has no recordType'],
  [{}, 'it has no recordType'],
  ['ALIAS', '"ALIAS" is no record type'],
  ['ANY', '"ANY" is no type of data'],
  ['AXFR', '"AXFR" is no type of data'],
  ['OPT', '"OPT" is no type of data'],
  ['TYPE0', '"TYPE0" is no type of data'],
  ['TYPE254', '"TYPE254" is no type of data'],
  ['SOA', 'a zone has a SOA of its own'],
  ['TYPE6', 'a zone has a SOA of its own'],
  ['DNAME', 'a DNAME redirects names, which is not done here'],
  ['NSEC3', 'only who signs a zone can have NSEC3'],
  ['RRSIG', 'only who signs a zone can have RRSIG'],
])('recordType %j is refused, and the name stays', (recordType, reason) => {
  const found = read({ dnsName: 'x.example.com', recordType, targets: ['192.0.2.1'] });
  expect(found).toMatchObject({ name: 'x.example.com', type: undefined, records: [] });
  expect(found.faults).toEqual([
    `spec.endpoints[3] "x.example.com": ${reason}: its targets are ignored`,
  ]);
});

test.each([
  [undefined, 'it has no targets'],
  [null, 'it has no targets'],
  [[], 'it has no targets'],
  [{}, 'its targets (an object) are no list and are ignored'],
  ['x', 'its targets "x" are no list and are ignored'],
])('targets %j are none', (targets, fault) => {
  const found = endpoint('A', targets);
  expect(found.records).toEqual([]);
  expect(found.faults).toEqual([`spec.endpoints[3] "x.example.com" A: ${fault}`]);
});

test.each([{}, { dnsName: '' }, { dnsName: 7, recordType: 'A' }])('%j has no name', (shape) => {
  expect(readEndpoint(shape, 3)).toBe('spec.endpoints[3] has no dnsName and is ignored');
});

test('what providers and external-dns are told changes nothing', () => {
  const more = {
    setIdentifier: 'blue',
    labels: { owner: 'me' },
    providerSpecific: [{ name: 'aws/weight', value: '10' }],
  };
  expect(endpoint('A', ['192.0.2.1'], more)).toEqual(endpoint('A', ['192.0.2.1']));
});

test.each([
  ['A', '192.0.2.1'],
  ['A', '\\# 4 C0000201'],
  ['AAAA', '2001:db8:0:0::1'],
  ['HTTPS', '1 svc.example.com port=8443 alpn=h2'],
])('the octets of %s %s are those of the presentation form', (recordType, target) => {
  const type = typeNumber(recordType) ?? 0;
  const { octets } = parseRdata(type, target);
  expect(endpoint(recordType, [target]).records).toEqual([
    { text: formatRdata(type, octets), octets },
  ]);
});

test.each([
  ['CNAME', '192.0.2.1'],
  ['NS', '192.0.2.1.'],
  ['PTR', '2001:db8::1'],
  ['MX', '10 192.0.2.1'],
  ['SRV', '0 5 5060 192.0.2.1.'],
])('%s %s: an address is taken for no name', (type, target) => {
  const found = endpoint(type, [target]);
  expect(found.records).toEqual([]);
  expect(found.faults[0]).toContain(
    'an address is no name; an endpoint of type A or AAAA takes it',
  );
});
