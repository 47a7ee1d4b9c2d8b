import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Random } from '../../test-support/random.ts';
import { typeMnemonic, typeNumber } from '../mnemonics.ts';
import { formatName, parseName } from '../name.ts';
import { formatRdata, parseRdata } from '../rdata/rdata.ts';
import { readZoneFile } from './read.ts';
import { formatPlace, type ZoneRecord } from './record.ts';

const origin = parseName('example.org.');

const read = (text: string, files: Readonly<Record<string, string>> = {}) =>
  readZoneFile(text, {
    ...{ file: 'db', origin },
    include: (name) => {
      const found = files[name];
      return found === undefined ? 'there is no such file' : { file: name, text: found };
    },
  });

const lineOf = ({ owner, ttl, type, rdata }: ZoneRecord): string =>
  `${formatName(owner)} ${ttl} ${typeMnemonic(type)} ${formatRdata(type, rdata)}`;

const lines = (text: string, files?: Readonly<Record<string, string>>): string[] => {
  const { records, faults } = read(text, files);
  expect(faults).toEqual([]);
  return records.map(lineOf);
};

const faults = (text: string, files?: Readonly<Record<string, string>>): string[] =>
  read(text, files).faults.map(({ place, reason }) => `${formatPlace(place)}: ${reason}`);

// Of $GENERATE: what looks like a template of JavaScript to whoever checks this file.
const mark = (modifier: string): string => `$\u007b${modifier}}`;

describe('what a file says', () => {
  test.each<[string, string, readonly string[]]>([
    ['nothing', '; a comment\n\n   \n', []],
    ['a record whole', 'www.example.org. 60 IN A 192.0.2.1', ['www.example.org. 60 A 192.0.2.1']],
    ['class before TTL', 'www IN 60 A 192.0.2.1', ['www.example.org. 60 A 192.0.2.1']],
    ['no class', 'www 60 A 192.0.2.1 ; why', ['www.example.org. 60 A 192.0.2.1']],
    ['words in any case', 'WwW 60 in a 192.0.2.1', ['WwW.example.org. 60 A 192.0.2.1']],
    ['$TTL', '$TTL 1h30m\nwww A 192.0.2.1\n', ['www.example.org. 5400 A 192.0.2.1']],
    [
      '$TTL over a TTL that was stated',
      '$TTL 60\na 30 A 192.0.2.1\nb A 192.0.2.2',
      ['a.example.org. 30 A 192.0.2.1', 'b.example.org. 60 A 192.0.2.2'],
    ],
    [
      'without $TTL the one that was stated last',
      'a 30 A 192.0.2.1\nb A 192.0.2.2',
      ['a.example.org. 30 A 192.0.2.1', 'b.example.org. 30 A 192.0.2.2'],
    ],
    [
      'without any, that of the SOA',
      '@ SOA ns h 1 2 3 4 5\n  NS ns',
      [
        'example.org. 5 SOA ns.example.org. h.example.org. 1 2 3 4 5',
        'example.org. 5 NS ns.example.org.',
      ],
    ],
    [
      'an owner left out',
      'www 60 A 192.0.2.1\n    60 A 192.0.2.2\n\n\tAAAA 2001:db8::1',
      [
        'www.example.org. 60 A 192.0.2.1',
        'www.example.org. 60 A 192.0.2.2',
        'www.example.org. 60 AAAA 2001:db8::1',
      ],
    ],
    [
      'the owner stays when the origin changes',
      'www 60 A 192.0.2.1\n$ORIGIN sub\n  A 192.0.2.2\nx A 192.0.2.3\n$ORIGIN example.net.\n@ A 192.0.2.4',
      [
        'www.example.org. 60 A 192.0.2.1',
        'www.example.org. 60 A 192.0.2.2',
        'x.sub.example.org. 60 A 192.0.2.3',
        'example.net. 60 A 192.0.2.4',
      ],
    ],
    [
      'parentheses, with comments in them',
      '@ 60 SOA ns ( hostmaster ; who\n  1 ; serial\n\n 2 3 4\n5 )\nwww 60 (\nA) 192.0.2.1',
      [
        'example.org. 60 SOA ns.example.org. hostmaster.example.org. 1 2 3 4 5',
        'www.example.org. 60 A 192.0.2.1',
      ],
    ],
    [
      'quotes and what they protect',
      '@ 60 TXT "a ; (b" c "" "\\"\\059\\\\"',
      ['example.org. 60 TXT "a ; (b" "c" "" "\\";\\\\"'],
    ],
    [
      'escapes',
      'a\\.b\\;c\\(\\032 60 CNAME d\\.e.f\\\\.',
      ['a\\.b\\;c\\(\\032.example.org. 60 CNAME d\\.e.f\\\\.'],
    ],
    ['a dot that is escaped is no end', 'a 60 NS b\\.', ['a.example.org. 60 NS b\\..example.org.']],
    ['@ in RDATA', 'a 60 MX 10 @', ['a.example.org. 60 MX 10 example.org.']],
    ['an IDN', 'bücher 60 A 192.0.2.1', ['xn--bcher-kva.example.org. 60 A 192.0.2.1']],
    [
      'lines of Windows',
      'a 60 A 192.0.2.1\r\n  A 192.0.2.2\r\n',
      ['a.example.org. 60 A 192.0.2.1', 'a.example.org. 60 A 192.0.2.2'],
    ],
    ['a byte order mark', '\ufeffa 60 A 192.0.2.1', ['a.example.org. 60 A 192.0.2.1']],
    ['an owner that is a mnemonic', 'MX 60 MX 10 mx', ['MX.example.org. 60 MX 10 mx.example.org.']],
    [
      'types and classes of RFC 3597',
      'a 60 CLASS1 TYPE1 \\# 4 C0000201\nb 60 TYPE65280 \\# 2 ( AB\n CD )\nc 60 TYPE65280 \\# 0',
      [
        'a.example.org. 60 A 192.0.2.1',
        'b.example.org. 60 TYPE65280 \\# 2 ABCD',
        'c.example.org. 60 TYPE65280 \\# 0',
      ],
    ],
    [
      'SVCB with quotes in a word',
      'a 60 HTTPS 1 . alpn="h2,h3" port=8443',
      ['a.example.org. 60 HTTPS 1 . alpn="h2,h3" port=8443'],
    ],
    [
      '$GENERATE',
      `$GENERATE 1-5/2 host-${mark('0,3')} 60 A 192.0.2.$\n$GENERATE 10-10 ${mark('0,3,n')}.x 60 IN TXT "\\$ $$ ${mark('-10')} ${mark('5,4,X')}"`,
      [
        'host-001.example.org. 60 A 192.0.2.1',
        'host-003.example.org. 60 A 192.0.2.3',
        'host-005.example.org. 60 A 192.0.2.5',
        'a.0.x.example.org. 60 TXT "$ $ 0 000F"',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  test('$INCLUDE begins with what holds there, and leaves nothing behind', () => {
    const files = {
      'hosts.inc': '  A 192.0.2.2\n$ORIGIN x\n$TTL 5\na A 192.0.2.3\n',
      'more.inc': 'b A 192.0.2.4\n@ A 192.0.2.5\n',
    };
    const text =
      '$TTL 60\nwww A 192.0.2.1\n$INCLUDE hosts.inc\n$INCLUDE "more.inc" sub\n  A 192.0.2.6\n';
    expect(lines(text, files)).toEqual([
      'www.example.org. 60 A 192.0.2.1',
      'www.example.org. 60 A 192.0.2.2',
      'a.x.example.org. 5 A 192.0.2.3',
      'b.sub.example.org. 60 A 192.0.2.4',
      'sub.example.org. 60 A 192.0.2.5',
      'www.example.org. 60 A 192.0.2.6',
    ]);
    const [, , third] = read(text, files).records;
    expect(third?.place).toEqual({ file: 'hosts.inc', line: 4, column: 1 });
  });
});

describe('what is wrong is told by file, line and column, and reading goes on', () => {
  test.each<[string, readonly string[]]>([
    ['  60 A 192.0.2.1', ['db:1:3: a record without an owner, and no usable one before it']],
    ['a 60 B 192.0.2.1', ['db:1:6: "B" is no type, class or TTL']],
    ['a 60 ANY', ['db:1:6: the class ANY; only IN is served']],
    ['a 60 AXFR x', ['db:1:6: AXFR is a type of questions, not of records']],
    ['a 60 IN', ['db:1:6: a record without a type']],
    ['a', ['db:1:1: a record without a type']],
    ['a CH TXT x', ['db:1:3: the class CH; only IN is served']],
    [
      'a A 192.0.2.1',
      ['db:1:1: a record without a TTL, and none before it: write $TTL at the head of the file'],
    ],
    ['a 2147483648 A 192.0.2.1', ['db:1:3: no TTL (seconds up to 2147483647, or such as 1h30m)']],
    ['a 60 A 192.0.2.256', ['db:1:8: A: no IPv4 address']],
    ['a 60 A', ['db:1:6: A: an IPv4 address is missing']],
    ['a 60 MX 10 a..b', ['db:1:14: MX: an empty label']],
    ['a 60 MX (\n 10\n\tx y )', ['db:3:4: MX: more than belongs to it']],
    ['a..b 60 A 192.0.2.1', ['db:1:3: "a..b" is no name: an empty label']],
    ['"a" 60 A 192.0.2.1', ['db:1:1: a name in quotes']],
    ['a 60 TXT "x\nb 60 A 192.0.2.1', ['db:1:10: a quote that is not closed']],
    ['a 60 TXT x\\', ['db:1:11: an incomplete escape']],
    ['a 60 TXT ( x\nb 60 A 192.0.2.1', ['db:1:10: a parenthesis that is not closed']],
    ['a 60 TXT x )', ['db:1:12: a parenthesis that was not opened']],
    ['$FOO x', ['db:1:1: $FOO is none of $ORIGIN, $TTL, $INCLUDE, $GENERATE']],
    ['$TTL', ['db:1:1: $TTL says nothing']],
    ['$TTL x', ['db:1:6: no TTL (seconds up to 2147483647, or such as 1h30m)']],
    ['$ORIGIN a b', ['db:1:11: more than $ORIGIN takes']],
    ['$INCLUDE nowhere', ['db:1:10: there is no such file']],
    [
      '$GENERATE 1-x a 60 A 192.0.2.$',
      ['db:1:11: no range such as 1-254 or 0-100/2, of 65536 numbers at the most'],
    ],
    [
      `$GENERATE 1-2 a\${x} 60 A 192.0.2.1`,
      ['db:1:15: no {OFFSET[,WIDTH[,BASE]]} behind $, with a base of d, o, x, X, n or N'],
    ],
    ['$GENERATE 1-2', ['db:1:1: $GENERATE takes START-STOP[/STEP] OWNER [TTL] [CLASS] TYPE RDATA']],
    [
      `${'a.'.repeat(126)}x 60 A 192.0.2.1`,
      [`db:1:1: "${'a.'.repeat(126)}x" is no name: more than 255 octets below example.org.`],
    ],
  ])('%s', (text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  test('lines around it are read, and an owner that is none is nobody else’s', () => {
    const { records, faults } = read(
      'a 60 A 192.0.2.1\nb..c A 192.0.2.2\n  A 192.0.2.3\nd A 192.0.2.4',
    );
    expect(records.map(lineOf)).toEqual([
      'a.example.org. 60 A 192.0.2.1',
      'd.example.org. 60 A 192.0.2.4',
    ]);
    expect(faults.map(({ place }) => place.line)).toEqual([2, 3]);
  });

  test('a file that includes itself is told of, and ends', () => {
    const files = { loop: '$INCLUDE loop\n' };
    expect(faults('$INCLUDE loop', files)).toEqual([
      'loop:1:10: 8 files are included in one another already',
    ]);
  });

  test('of a file that is none, twenty faults are told', () => {
    expect(faults('x y z\n'.repeat(1000))).toHaveLength(20);
  });
});

test('any text at all is read to its end, and every fault stands in it', () => {
  const words = [
    ...[
      'a',
      '@',
      'a.',
      '*.b',
      '60',
      '1h',
      'IN',
      'CH',
      'A',
      'TXT',
      'SOA',
      'MX',
      'TYPE9',
      '192.0.2.1',
    ],
    ...[
      '"',
      '"x"',
      '(',
      ')',
      ';',
      '\\',
      '\\032',
      '\\#',
      '$',
      '$TTL',
      '$ORIGIN',
      '$INCLUDE',
      '$GENERATE',
    ],
    ...['1-3', '\t', '  ', '\r\n', '\n', '\n', '\0', 'ü', '\ud800', '-1'],
  ];
  const random = new Random(7);
  for (let round = 0; round < 5000; round++) {
    const count = random.below(30);
    const text = Array.from({ length: count }, () => random.pick(words)).join(
      random.pick(['', ' ']),
    );
    const { records, faults } = read(text, { a: text });
    const lines = text.split('\n');
    for (const { place } of faults) {
      expect(lines[place.line - 1]?.length, text).toBeGreaterThanOrEqual(place.column - 1);
    }
    for (const { type, rdata } of records) {
      expect(parseRdata(type, formatRdata(type, rdata)).octets).toEqual(rdata);
    }
  }
});

/** BIND reads the same file and prints each record on a line of its own. */
const checker = '/usr/bin/named-checkzone';

test.runIf(existsSync(checker))('BIND reads the same out of a file with all of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zone-file-'));
  const text = [
    '$TTL 1h',
    '@ SOA ns ( hostmaster 2026112801 2h 30M 2w 1D1s ) ; BIND adds times',
    '  NS ns',
    '  NS ns.example.net.',
    'ns 5m A 192.0.2.53',
    '   IN 10 AAAA 2001:db8::53',
    '$ORIGIN sub',
    '@ TXT ( "one ; two" three',
    '  "f\\"o\\\\ur\\200" )',
    'a\\.b A 192.0.2.7',
    '*.w IN MX 10 @',
    '$ORIGIN example.org.',
    `$GENERATE 0-20/5 g\${1,4,x} CNAME \${0,2}.sub`,
    'svc SRV 0 5 5060 ns',
    'caa CAA 128 issue "ca.example.net; policy=ev"',
    'ds NS ns.example.net.',
    'ds DS 60485 8 2 ( D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B83',
    '  83F6A1E4469DA50A )',
    'sshfp SSHFP 2 1 123456789ABCDEF67890123456789ABCDEF67890',
    'tlsa TLSA 3 1 1 ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB',
    'naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.org!" .',
    'uri URI 10 1 "https://example.org/\\"x\\""',
    'https HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.1,192.0.2.2',
    'hinfo HINFO "a b" c',
    'rp RP a.b rp',
    'afsdb AFSDB 1 ns',
    'spf SPF "v=spf1 -all"',
    'odd TYPE65400 \\# 3 ( 01 02 03 )',
    '',
  ].join('\n');
  try {
    const path = join(folder, 'db');
    writeFileSync(path, text);
    const printed = execFileSync(
      checker,
      ['-q', '-D', '-i', 'none', '-o', '-', 'example.org', path],
      { encoding: 'utf8' },
    );
    const theirs = printed
      .split('\n')
      .map((line) => /^(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)$/.exec(line))
      .filter((found) => found !== null)
      .map(([, owner = '', ttl, mnemonic = '', rdata = '']) => {
        const type = typeNumber(mnemonic) ?? 0;
        const { octets } = parseRdata(type, rdata);
        return lineOf({
          ...{ owner: parseName(owner), type, ttl: Number(ttl), rdata: octets },
          place: { file: '', line: 0, column: 0 },
        });
      });
    expect(theirs.length).toBeGreaterThan(20);
    expect(lines(text).sort()).toEqual(theirs.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
