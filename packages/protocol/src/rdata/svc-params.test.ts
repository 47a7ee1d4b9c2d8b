import { describe, expect, it } from 'vitest';
import {
  composeSvcParams,
  formatRdata,
  parseRdata,
  RdataError,
  readSvcParams,
  SVC_KEYS,
  TYPE,
} from '../index.ts';

const hex = (text: string): string =>
  Buffer.from(parseRdata(TYPE.SVCB, text).octets).toString('hex');
const refusal = (text: string): unknown => {
  try {
    return hex(text);
  } catch (error) {
    return error;
  }
};

const FOO_COM = '03666f6f076578616d706c6503636f6d00';
const FOO_ORG = '03666f6f076578616d706c65036f726700';

// RFC 9460 D.1, D.2: RDATA as it may be written, its octets, and how it is written here if that differs.
const vectors: readonly (readonly [string, string, string?])[] = [
  ['0 foo.example.com.', `0000${FOO_COM}`],
  ['1 .', '000100'],
  ['16 foo.example.com. port=53', `0010${FOO_COM}000300020035`],
  [
    '1 foo.example.com. key667=hello',
    `0001${FOO_COM}029b000568656c6c6f`,
    '1 foo.example.com. key667="hello"',
  ],
  ['1 foo.example.com. key667="hello\\210qoo"', `0001${FOO_COM}029b000968656c6c6fd2716f6f`],
  [
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001${FOO_COM}0006002020010db800000000000000000000000120010db8000000000000000000530001`,
    '1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1',
  ],
  [
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    '0001076578616d706c6503636f6d000006001020010db8012203440000' + '0000c0000221',
    '1 example.com. ipv6hint=2001:db8:122:344::c000:221',
  ],
  [
    '16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
    `0010${FOO_ORG}0000000400010004000100090268320568332d313900040004c0000201`,
    '16 foo.example.org. mandatory=alpn,ipv4hint alpn="h2,h3-19" ipv4hint=192.0.2.1',
  ],
  [
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
  ],
  [
    '16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
    `0010${FOO_ORG}0001000c08665c6f6f2c626172026832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
  // The other keys, and keys by number.
  ['1 . alpn="h2" no-default-alpn', '000100' + '00010003026832' + '00020000'],
  ['1 . ech=AEX+DQ==', '000100' + '000500040045fe0d'],
  [
    '1 . dohpath="/dns-query{?dns}"',
    `00010000070010${Buffer.from('/dns-query{?dns}').toString('hex')}`,
  ],
  ['1 . ohttp', '00010000080000'],
  ['1 . ohttp=', '00010000080000', '1 . ohttp'],
  ['1 . key3="\\0005"', '0001000003' + '00020035', '1 . port=53'],
  ['1 . key65534', '000100fffe0000'],
  // Parameters in AliasMode are for nobody, and no error (RFC 9460 2.4.2).
  ['0 a. port=53', '0000016100000300020035'],
];

describe('SVCB in both forms', () => {
  it.each(vectors.map(([text, octets, back = text]) => [text, octets, back] as const))(
    '%s',
    (text, octets, back) => {
      expect(hex(text)).toBe(octets);
      expect(formatRdata(TYPE.SVCB, Buffer.from(octets, 'hex'))).toBe(back);
      expect(hex(back)).toBe(octets);
      expect(parseRdata(TYPE.HTTPS, text)).toEqual(parseRdata(TYPE.SVCB, text));
    },
  );
});

// RFC 9460 D.3 first, behind `1 foo.example.com. `.
const refusals: readonly (readonly [string, number, string])[] = [
  ['key123=abc key123=def', 30, 'key123 for the second time'],
  ['mandatory', 19, 'mandatory has to name parameters'],
  ['alpn', 19, 'alpn has an empty protocol'],
  ['port', 19, 'port has to be 0 to 65535'],
  ['ipv4hint', 19, 'ipv4hint has to be IPv4 addresses'],
  ['ipv6hint', 19, 'ipv6hint has to be IPv6 addresses'],
  ['no-default-alpn=abc', 35, 'no-default-alpn takes no value'],
  ['mandatory=key123', 19, 'key123 is mandatory and missing'],
  ['mandatory=mandatory', 19, 'mandatory: names itself'],
  ['mandatory=key123,key123 key123=abc', 29, 'mandatory names a parameter twice'],
  ['no-default-alpn', 19, 'no-default-alpn without alpn'],
  ['alpn=h2,,h3', 24, 'alpn has an empty protocol'],
  ['alpn="h2\\\\"', 25, 'alpn ends within an escape'],
  [`alpn=${'x'.repeat(256)}`, 24, 'alpn has a protocol of more than 255 octets'],
  ['alpn="h2\\999"', 27, 'an escape over \\255'],
  ['port=65536', 24, 'port has to be 0 to 65535'],
  ['port=" 1"', 25, 'port has to be 0 to 65535'],
  ['port=1 port=1', 26, 'port for the second time'],
  ['port=1 key3="\\000\\001"', 26, 'port for the second time'],
  ['key3=a', 19, 'port: too few octets'],
  ['key3=abc', 19, 'port: has a value of the wrong length'],
  ['key1', 19, 'alpn: too few octets'],
  ['ipv4hint=192.0.2.1,', 28, 'ipv4hint has to be IPv4 addresses'],
  ['ipv4hint=2001:db8::1', 28, 'ipv4hint has to be IPv4 addresses'],
  ['ech=AEX+DQ', 23, 'ech has to be Base64'],
  ['ech', 19, 'ech has to be Base64'],
  ['dohpath', 19, 'dohpath: is empty'],
  ['ALPN=h2', 19, 'no parameter of a service binding'],
  ['key65535', 19, 'no parameter of a service binding'],
  ['key01=a', 19, 'no parameter of a service binding'],
  ['=a', 19, 'a parameter is missing'],
  ['"port=1"', 19, 'a parameter is missing'],
  ['port="1"2', 27, 'no space after a quote'],
  ['port=1"2"', 25, 'a quote within a word'],
];

describe('SVCB that is refused', () => {
  it.each(refusals)('%s', (params, index, reason) => {
    const error = refusal(`1 foo.example.com. ${params}`);
    expect(error).toBeInstanceOf(RdataError);
    expect(error).toMatchObject({ index, reason });
  });

  it.each([
    ['keys out of order', '000100' + '00030002003500010003026832'],
    ['a key twice', '000100' + '000300020035000300020035'],
    ['the invalid key', '000100ffff0000'],
    ['a value that ends beyond the record', '00010000030003' + '0035'],
    ['half an address', '000100000400' + '02c000'],
    [
      'a mandatory list out of order',
      '000100' + '0000000400040001' + '00010003026832' + '00040004c0000201',
    ],
    ['an empty mandatory list', '00010000000000'],
  ])('as octets: %s', (_, octets) => {
    expect(() => parseRdata(TYPE.SVCB, `\\# ${octets.length / 2} ${octets}`)).toThrow(RdataError);
    expect(formatRdata(TYPE.SVCB, Buffer.from(octets, 'hex'))).toBe(
      `\\# ${octets.length / 2} ${octets.toUpperCase()}`,
    );
  });
});

describe('parameters by key', () => {
  it('are composed in the order of their keys, and read as they were (RFC 9460 2.2)', () => {
    const params = new Map([
      [SVC_KEYS.ipv4hint, Uint8Array.of(192, 0, 2, 1)],
      [SVC_KEYS['no-default-alpn'], new Uint8Array(0)],
      [SVC_KEYS.alpn, Uint8Array.of(2, 0x68, 0x32)],
    ]);
    const octets = composeSvcParams(params);
    expect(Buffer.from(octets).toString('hex')).toBe(
      '00010003026832' + '00020000' + '00040004c0000201',
    );
    expect([...readSvcParams(octets).keys()]).toEqual([1, 2, 4]);
    expect(composeSvcParams(readSvcParams(octets))).toEqual(octets);
    expect(readSvcParams(new Uint8Array(0)).size).toBe(0);
  });
});
