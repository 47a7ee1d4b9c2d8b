import { describe, expect, it } from 'vitest';
import { dnsPacket } from '../../test-support/dns-packet.ts';
import {
  compressibleNames,
  formatRdata,
  parseName,
  parseRdata,
  RdataError,
  TYPE,
  typeNumber,
} from '../index.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const wire = (mnemonic: string, text: string): string => hex(read(mnemonic, text));
const read = (mnemonic: string, text: string) => parseRdata(numberOf(mnemonic), text).octets;
const numberOf = (mnemonic: string): number => {
  const type = typeNumber(mnemonic);
  if (type === undefined) throw new Error(`no type ${mnemonic}`);
  return type;
};
const refusal = (mnemonic: string, text: string): unknown => {
  try {
    return wire(mnemonic, text);
  } catch (error) {
    return error;
  }
};

const EXAMPLE = '076578616d706c6503636f6d00';
const SHA256 = 'd4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a';

// The type, its RDATA as people write it, its octets, and how it is written here if that differs.
const vectors: readonly (readonly [string, string, string, string?])[] = [
  ['A', '192.0.2.1', 'c0000201'],
  ['A', ' \t192.0.2.1\n', 'c0000201', '192.0.2.1'],
  ['AAAA', '2001:DB8::0:1', '20010db8000000000000000000000001', '2001:db8::1'],
  ['AAAA', '::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['NS', 'ns.Example.com', '026e73074578616d706c6503636f6d00', 'ns.Example.com.'],
  ['CNAME', 'a\\.b.example.com.', `03612e62${EXAMPLE}`],
  ['CNAME', '\\@', '014000', '\\@.'],
  [
    'CNAME',
    'b\u00fccher.Example',
    '0d786e2d2d62636865722d6b7661074578616d706c6500',
    'xn--bcher-kva.Example.',
  ],
  ['PTR', '*.example.com.', `012a${EXAMPLE}`],
  ['PTR', '.', '00'],
  ['DNAME', 'example.com.', EXAMPLE],
  ['MX', '10 mail.example.com', `000a046d61696c${EXAMPLE}`, '10 mail.example.com.'],
  ['MX', '0 .', '000000'], // RFC 7505 3
  ['SOA', 'a. b. 1 2 3 4 4294967295', '01610001620000000001000000020000000300000004ffffffff'],
  ['HINFO', 'PDP-11/70 UNIX', '095044502d31312f373004554e4958', '"PDP-11/70" "UNIX"'],
  // RFC 1035 3.3.14, 5.1
  ['TXT', '"two words" one', '0974776f20776f726473036f6e65', '"two words" "one"'],
  ['TXT', 'a\\ b "\\"\\\\;" ""', '036120620322' + '5c3b00', '"a b" "\\"\\\\;" ""'],
  ['TXT', '"a""b"', '01610162', '"a" "b"'],
  ['TXT', '\\000\\255x', '0300ff78', '"\\000\\255x"'],
  ['TXT', '"caf\u00e9"', '05636166c3a9', '"caf\\195\\169"'],
  ['TXT', '\\#x', '022378', '"#x"'],
  // RFC 1876 3, and its Appendix A
  [
    'LOC',
    '42 21 54 N 71 06 18 W -24m 30m',
    '0033161389172dd070be15f000988d20',
    '42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m',
  ],
  [
    'LOC',
    '42 21 43.952 N 71 5 6.344 W -24m 1m 200m',
    '00122413' + '89170690' + '70bf2dd8' + '00988d20',
    '42 21 43.952 N 71 5 6.344 W -24.00m 1m 200m 10m',
  ],
  [
    'LOC',
    '32 7 19 S 116 2 25 E 10m',
    '00121613' + '791b7d28' + '98e64868' + '00989a68',
    '32 7 19.000 S 116 2 25.000 E 10.00m 1m 10000m 10m',
  ],
  [
    'LOC',
    '90 n 180 w -100000.00 0.01m 0 90000000.00m',
    '00100099' + '934fd900' + '59604e00' + '00000000',
    '90 0 0.000 N 180 0 0.000 W -100000.00m 0.01m 0m 90000000m',
  ],
  // Of a size one digit is sent.
  [
    'LOC',
    '0 S 0 59 59.999 E 42849672.95 29.99m',
    '00231613' + '80000000' + '8036ee7f' + 'ffffffff',
    '0 0 0.000 N 0 59 59.999 E 42849672.95m 20m 10000m 10m',
  ],
  // RFC 2782
  [
    'SRV',
    '0 5 5060 sip.example.com',
    `0000000513c403736970${EXAMPLE}`,
    '0 5 5060 sip.example.com.',
  ],
  ['SRV', '0 0 0 .', '00000000000000'],
  // RFC 3403 6.2
  [
    'NAPTR',
    '100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.',
    '00640032' +
      '0173' +
      '0d7a333935302b49324c2b493243' +
      '00' +
      '065f7a33393530045f746370066761746563680365647500',
  ],
  [
    'NAPTR',
    '10 100 U E2U+sip "!^.*$!sip:\\\\1@example.com!" .',
    `000a0064015507${hex(Buffer.from('E2U+sip'))}19${hex(Buffer.from('!^.*$!sip:\\1@example.com!'))}00`,
    '10 100 "U" "E2U+sip" "!^.*$!sip:\\\\1@example.com!" .',
  ],
  // RFC 4034 5.4, RFC 4509 2.3
  [
    'DS',
    '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
  ],
  [
    'DS',
    '60485 5 2 D4B7D520E7BB5F0F67674A0C CEB1E3E0614B93C4F9E99B83 83F6A1E4469DA50A',
    `ec450502${SHA256}`,
    `60485 5 2 ${SHA256.toUpperCase()}`,
  ],
  // RFC 4255 3.1.3
  [
    'SSHFP',
    '2 1 123456789abcdef67890123456789abcdef67890',
    '0201123456789abcdef67890123456789abcdef67890',
    '2 1 123456789ABCDEF67890123456789ABCDEF67890',
  ],
  // RFC 6698 2.3
  [
    'TLSA',
    '0 0 1 d2abde240d7cd3ee6b4b28c54df034b9 7983a1d16e8a410e4561cb106618e971',
    '000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971',
    '0 0 1 D2ABDE240D7CD3EE6B4B28C54DF034B97983A1D16E8A410E4561CB106618E971',
  ],
  ['TLSA', '3 1 0 30', '03010030'],
  ['SMIMEA', '3 1 0 30', '03010030'],
  // RFC 7553 4.5
  [
    'URI',
    '10 1 "ftp://ftp1.example.com/public"',
    `000a0001${hex(Buffer.from('ftp://ftp1.example.com/public'))}`,
  ],
  // RFC 8659 4.1, 4.2
  ['CAA', '0 issue "ca1.example.net"', `0005${hex(Buffer.from('issueca1.example.net'))}`],
  ['CAA', '128 tbs Unknown', `8003${hex(Buffer.from('tbsUnknown'))}`, '128 tbs "Unknown"'],
  ['CAA', '0 issue ";"', '000569737375653b'],
  ['CAA', '0 issuewild ""', `0009${hex(Buffer.from('issuewild'))}`],
  // RFC 1183 3
  ['X25', '311061700956', '0c333131303631373030393536', '"311061700956"'],
  [
    'ISDN',
    '150862028003217 004',
    '0f313530383632303238303033323137' + '03303034',
    '"150862028003217" "004"',
  ],
  ['ISDN', '"150862028003217"', '0f313530383632303238303033323137'],
  ['RT', '10 relay.example.com.', `000a0572656c6179${EXAMPLE}`],
  // RFC 2163 4
  ['PX', '10 example.com. PRMD-net2.', `000a${EXAMPLE}0950524d442d6e65743200`],
  ['KX', '2 example.com.', `0002${EXAMPLE}`],
  // RFC 4701 3.6.1
  [
    'DHCID',
    'AAIBY2/AuCccgoJbsaxcQc9TUapptP69 lOjxfNuVAA2kjEA=',
    '000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40',
    'AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
  ],
  ['OPENPGPKEY', 'AQIDBAU=', '0102030405'],
  // RFC 7477 2.1.2
  ['CSYNC', '66 3 A NS AAAA', '00000042' + '0003' + '000460000008'],
  [
    'CSYNC',
    '66 3 TYPE257 caa aaaa',
    '00000042' + '0003' + '000400000008' + '010140',
    '66 3 AAAA CAA',
  ],
  ['CSYNC', '66 3', '000000420003'],
  // RFC 8976 2.2.4, the digest shortened by its kind
  [
    'ZONEMD',
    '2018031500 1 241 e2d523f654b9422a 96c5a8f44607bbee',
    '7848b78c01f1e2d523f654b9422a96c5a8f44607bbee',
    '2018031500 1 241 E2D523F654B9422A96C5A8F44607BBEE',
  ],
  // RFC 6742 2
  ['NID', '10 14:4fff:FF20:ee64', '000a00144fffff20ee64', '10 0014:4fff:ff20:ee64'],
  ['L32', '10 10.1.2.0', '000a0a010200'],
  ['L64', '20 2001:0db8:1140:1000', '001420010db811401000'],
  ['LP', '10 l64-subnet1.example.com.', `000a0b6c36342d7375626e657431${EXAMPLE}`],
  // RFC 7043 3.2, 4.2
  ['EUI48', '00-00-5e-00-53-2A', '00005e00532a', '00-00-5e-00-53-2a'],
  ['EUI64', '00-00-5e-ef-10-00-00-2a', '00005eef1000002a'],
  ['NINFO', '"told"', '04746f6c64'],
  [
    'AVC',
    '"app-name:WOLFGANG|app-class:OAM"',
    `1f${hex(Buffer.from('app-name:WOLFGANG|app-class:OAM'))}`,
  ],
  [
    'RESINFO',
    '"qnamemin" "exterr=15-17"',
    `08${hex(Buffer.from('qnamemin'))}0c${hex(Buffer.from('exterr=15-17'))}`,
  ],
  ['TALINK', '. example.com.', `00${EXAMPLE}`],
  // RFC 3597 5
  ['TYPE62347', '\\# 0', ''],
  ['TYPE731', '\\# 6 abcdef 0123 45', 'abcdef012345', '\\# 6 ABCDEF012345'],
  ['A', '\\# 4 0A000001', '0a000001', '10.0.0.1'],
  ['MX', '\\# 5 000a 016100', '000a016100', '10 a.'],
  ['NULL', '\\# 3 000102', '000102'],
];

describe('both forms', () => {
  it.each(
    vectors.map(([mnemonic, text, octets, back = text]) => [mnemonic, text, octets, back] as const),
  )('%s %s', (mnemonic, text, octets, back) => {
    expect(wire(mnemonic, text)).toBe(octets);
    expect(formatRdata(numberOf(mnemonic), Buffer.from(octets, 'hex'))).toBe(back);
    expect(wire(mnemonic, back)).toBe(octets);
  });

  it('makes several strings of one of more than 255 octets', () => {
    const text = `"${'x'.repeat(300)}" "\\234y"`;
    const parts = [255, ...Array(255).fill(0x78), 45, ...Array(45).fill(0x78), 2, 234, 0x79];
    expect([...read('TXT', text)]).toEqual(parts);
    expect([...read('TXT', 'x'.repeat(255))]).toEqual(parts.slice(0, 256));
  });

  it('takes 65535 octets and no more', () => {
    expect(read('TYPE731', `\\# 65535 ${'00'.repeat(65_535)}`)).toHaveLength(65_535);
    const most = `"${'\\120'.repeat(65_535 - 256)}"`;
    expect(read('TXT', most)).toHaveLength(65_535);
    for (const text of [`"x${most.slice(1)}`, '\\120'.repeat(1_000_000)]) {
      expect(refusal('TXT', text)).toMatchObject({ reason: 'more than 65535 octets' });
    }
  });
});

const LATITUDE = 'latitude (0 to 90 degrees, minutes and seconds if need be, N or S)';

const refusals: readonly (readonly [string, string, number, string])[] = [
  ['A', '', 0, 'an IPv4 address is missing'],
  ['A', '2001:db8::1', 0, 'no IPv4 address'],
  ['A', '192.0.2.1 192.0.2.2', 10, 'more than belongs to it'],
  ['A', '"192.0.2.1"', 0, 'an IPv4 address in quotes'],
  ['AAAA', ' 192.0.2.1', 1, 'no IPv6 address'],
  ['AAAA', 'fe80::1%eth0', 0, 'no IPv6 address'],
  ['CNAME', 'a..b', 2, 'an empty label'],
  ['CNAME', '  a\\999', 3, 'an escape over \\255'],
  ['MX', '1 \u00fc..a', 2, 'an empty label'],
  ['CNAME', '@', 0, 'there is no origin that @ could stand for'],
  ['MX', 'mail.example.com', 0, 'no preference (0 to 65535)'],
  ['MX', '10', 2, 'the name of a mail server is missing'],
  ['MX', '65536 a', 0, 'no preference (0 to 65535)'],
  ['MX', '-1 a', 0, 'no preference (0 to 65535)'],
  ['MX', '1e3 a', 0, 'no preference (0 to 65535)'],
  ['SRV', '0 5 sip.example.com', 4, 'no port (0 to 65535)'],
  ['LOC', '', 0, 'a latitude (0 to 90 degrees, minutes and seconds if need be, N or S) is missing'],
  ['LOC', '91 N 0 E 0m', 0, `no ${LATITUDE}`],
  ['LOC', '90 0 0.001 N 0 E 0m', 0, `no ${LATITUDE}`],
  ['LOC', 'N 0 E 0m', 0, `no ${LATITUDE}`],
  ['LOC', '1 60 N 0 E 0m', 2, `no ${LATITUDE}`],
  ['LOC', '1 1 60 N 0 E 0m', 4, `no ${LATITUDE}`],
  ['LOC', '1 1 1.0001 N 0 E 0m', 4, `no ${LATITUDE}`],
  ['LOC', '1 1 1 1 N 0 E 0m', 6, `no ${LATITUDE}`],
  ['LOC', '1.5 N 0 E 0m', 0, `no ${LATITUDE}`],
  ['LOC', '1 W 0 E 0m', 2, `no ${LATITUDE}`],
  [
    'LOC',
    '1 N 181 E 0m',
    4,
    'no longitude (0 to 180 degrees, minutes and seconds if need be, E or W)',
  ],
  ['LOC', '1 N 1 E', 7, 'an altitude (-100000 to 42849672.95 metres) is missing'],
  ['LOC', '1 N 1 E 1km', 8, 'no altitude (-100000 to 42849672.95 metres)'],
  ['LOC', '1 N 1 E -100000.01m', 8, 'no altitude (-100000 to 42849672.95 metres)'],
  ['LOC', '1 N 1 E 0m -1m', 11, 'no size (0 to 90000000 metres)'],
  ['LOC', '1 N 1 E 0m 1m 90000001m', 14, 'no horizontal precision (0 to 90000000 metres)'],
  ['LOC', '1 N 1 E 0m 1m 1m 1m 1m', 20, 'more than belongs to it'],
  ['LOC', `\\# 16 01${'00'.repeat(15)}`, 0, 'another version of LOC than 0'],
  ['LOC', `\\# 16 00a0${'00'.repeat(14)}`, 0, 'a size that is no digit and a power of ten'],
  ['LOC', `\\# 16 ${'00'.repeat(16)}`, 0, 'a latitude of more than 90 degrees'],
  [
    'SOA',
    'a b 1 2 3 4 4294967296',
    12,
    'no negative TTL (0 to 4294967295 seconds, or such as 1h30m)',
  ],
  ['TXT', '', 0, 'a text is missing'],
  ['TXT', '"a', 0, 'a quote that is not closed'],
  ['TXT', '"a\\"', 0, 'a quote that is not closed'],
  ['TXT', 'a"b"', 1, 'a quote within a word'],
  ['TXT', '"a"b', 3, 'no space after a quote'],
  ['TXT', 'a\\', 1, 'an incomplete escape'],
  ['TXT', '"a\\256"', 2, 'an escape over \\255'],
  ['TXT', 'b "a\\2x"', 4, 'an incomplete escape'],
  ['CAA', '0 is-sue a', 2, 'no tag (letters and digits)'],
  ['CAA', '0 issue', 7, 'a value is missing'],
  ['URI', '1 1 ""', 4, 'a URI that is empty'],
  ['DS', '1 5 2 2BB183AF', 6, 'a digest of 4 octets, not 32'],
  ['DS', '1 5 9', 5, 'a digest in hexadecimal is missing'],
  ['TLSA', '3 1 1 abc', 6, 'an odd number of hexadecimal digits'],
  ['TLSA', '3 1 1 ab:cd', 8, 'no hexadecimal digit'],
  ['SSHFP', '1 1 0x00', 5, 'no hexadecimal digit'],
  ['TYPE731', 'abc', 0, 'a type that is known only as TYPE731 \\# LENGTH HEX'],
  ['CERT', 'PGP 0 0 AQID', 0, 'a type that is known only as TYPE37 \\# LENGTH HEX'],
  ['AMTRELAY', '0 0 0 .', 0, 'a type that is known only as TYPE260 \\# LENGTH HEX'],
  ['X25', '12a4', 0, 'no PSDN address (4 to 255 digits)'],
  ['X25', '123', 0, 'no PSDN address (4 to 255 digits)'],
  ['ISDN', '1 2 3', 4, 'more than belongs to it'],
  ['OPENPGPKEY', '', 0, 'a key in base64 is missing'],
  ['OPENPGPKEY', 'AQID BA_=', 7, 'no digit of base64'],
  ['OPENPGPKEY', 'AQIDB', 0, 'a key that is cut off, or ends in bits that mean nothing'],
  ['OPENPGPKEY', 'AQIDBB==', 0, 'a key that is cut off, or ends in bits that mean nothing'],
  ['CSYNC', '66 3 A NOTYPE', 7, 'no type "NOTYPE"'],
  ['CSYNC', '\\# 9 00000042 0003 000100', 0, 'a list of types that is malformed'],
  ['ZONEMD', '1 1 1 00', 6, 'a digest of 1 octets, not 48'],
  ['NID', '10 14:4fff:ff20', 3, 'no node identifier (xxxx:xxxx:xxxx:xxxx)'],
  ['NID', '10 14::ff20:1', 3, 'no node identifier (xxxx:xxxx:xxxx:xxxx)'],
  ['EUI48', '00-00-5e-00-53-2', 0, 'no EUI-48 address (xx-xx-xx-xx-xx-xx)'],
  ['EUI48', '00:00:5e:00:53:2a', 0, 'no EUI-48 address (xx-xx-xx-xx-xx-xx)'],
  ['TYPE731', '\\#', 2, 'a number of octets (0 to 65535) is missing'],
  ['TYPE731', '\\# 2 abcdef', 3, '3 octets follow, not 2'],
  ['A', '\\# 3 0a0000', 0, 'too few octets'],
  ['A', '\\# 5 0a00000001', 0, 'more octets than belong to it'],
  ['TXT', '\\# 0', 0, 'too few octets'],
  ['MX', '\\# 4 000ac000', 0, 'a name that is compressed or malformed'],
  ['CAA', '\\# 3 000100', 0, 'no tag'],
];

describe('what is refused', () => {
  it.each(refusals)('%s %s', (mnemonic, text, index, reason) => {
    const type = numberOf(mnemonic);
    const error = refusal(mnemonic, text);
    expect(error).toBeInstanceOf(RdataError);
    expect(error).toMatchObject({ code: 'RDATA_MALFORMED', type, text, index, reason });
  });

  it('is what 255 octets have no room for', () => {
    const long = 'x'.repeat(256);
    for (const [mnemonic, text, index, reason] of [
      ['HINFO', `a "${long}"`, 2, 'an operating system of more than 255 octets'],
      ['NAPTR', `1 1 ${long} a a .`, 4, 'flags of more than 255 octets'],
      ['CAA', `0 ${long} a`, 2, 'no tag (letters and digits)'],
    ] as const) {
      expect(refusal(mnemonic, text)).toMatchObject({ index, reason });
    }
  });

  it('says so in one line', () => {
    expect(refusal('MX', '10 @')).toMatchObject({
      message:
        '"10 @" is no RDATA of MX: there is no origin that @ could stand for, at character 4',
    });
  });
});

it('says where names may be compressed', () => {
  expect(parseRdata(TYPE.MX, '10 a.').names).toEqual([2]);
  expect(parseRdata(TYPE.NS, 'a.').names).toEqual([0]);
  expect(parseRdata(TYPE.CNAME, 'a.').names).toEqual([0]);
  expect(parseRdata(TYPE.PTR, 'a.').names).toEqual([0]);
  const soa = parseRdata(TYPE.SOA, 'ns.example.com. a. 1 2 3 4 5');
  expect(soa.names).toEqual([0, 16]);
  expect(compressibleNames(TYPE.SOA, soa.octets)).toEqual([0, parseName('ns.example.com').length]);
  for (const [mnemonic, text] of [
    ['SRV', '0 0 0 a.'],
    ['NAPTR', '1 1 "" "" "" a.'],
    ['DNAME', 'a.'],
    ['SVCB', '1 a.'],
    ['A', '192.0.2.1'],
  ] as const) {
    expect(parseRdata(numberOf(mnemonic), text).names).toEqual([]);
  }
});

it('writes octets that are not of the type in the generic form', () => {
  expect(formatRdata(TYPE.A, Uint8Array.of(192, 0, 2))).toBe('\\# 3 C00002');
  expect(formatRdata(TYPE.MX, Uint8Array.of(0, 10, 0xc0, 12))).toBe('\\# 4 000AC00C');
  expect(formatRdata(TYPE.TXT, new Uint8Array(0))).toBe('\\# 0');
  expect(formatRdata(TYPE.CNAME, Buffer.concat([parseName('a'), Buffer.of(0)]))).toBe(
    '\\# 4 01610000',
  );
});

describe('agrees with dns-packet', () => {
  const digest = Buffer.from(SHA256, 'hex');
  it.each([
    ['A', '192.0.2.1', '192.0.2.1'],
    ['AAAA', '2001:db8::53:1', '2001:db8::53:1'],
    ['NS', 'ns.example.com', 'ns.example.com'],
    ['CNAME', 'www.example.com', 'www.example.com'],
    ['PTR', '_x.example.com', '_x.example.com'],
    ['DNAME', 'example.com', 'example.com'],
    ['HINFO', 'cpu "an os"', { cpu: 'cpu', os: 'an os' }],
    ['TXT', '"one text" two', ['one text', 'two']],
    ['MX', '10 mail.example.com', { preference: 10, exchange: 'mail.example.com' }],
    [
      'SRV',
      '1 2 5060 sip.example.com',
      { priority: 1, weight: 2, port: 5060, target: 'sip.example.com' },
    ],
    [
      'CAA',
      '128 issue "ca.example.net; x=y"',
      { flags: 128, tag: 'issue', value: 'ca.example.net; x=y' },
    ],
    [
      'NAPTR',
      '100 50 "s" "SIP+D2U" "" _sip._udp.example.com',
      {
        order: 100,
        preference: 50,
        flags: 's',
        services: 'SIP+D2U',
        regexp: '',
        replacement: '_sip._udp.example.com',
      },
    ],
    ['DS', `60485 8 2 ${SHA256}`, { keyTag: 60_485, algorithm: 8, digestType: 2, digest }],
    ['SSHFP', `4 2 ${SHA256}`, { algorithm: 4, hash: 2, fingerprint: SHA256 }],
    ['TLSA', `3 1 1 ${SHA256}`, { usage: 3, selector: 1, matchingType: 1, certificate: digest }],
    [
      'SOA',
      'ns.example.com host.example.com 1 2 3 4 5',
      {
        mname: 'ns.example.com',
        rname: 'host.example.com',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    ],
  ])('on %s', (mnemonic, text, data) => {
    // It writes RDLENGTH before RDATA.
    expect(wire(mnemonic, text)).toBe(hex(dnsPacket.record(mnemonic).encode(data).subarray(2)));
  });
});
