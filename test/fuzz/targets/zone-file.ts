// Zone files: any text is read to its end, faults stand in it, and what was read can be written and read again.

import {
  formatName,
  formatRdata,
  parseName,
  parseRdata,
  readZoneFile,
  type ZoneRecord,
} from '@seamark/protocol';
import { hold, octetsOf, type Target, textOf } from '../engine/target.ts';

const origin = parseName('example.org.');
/** A file that includes itself, or another, is read up to this many times in all. */
const MOST_INCLUDES = 64;

function run(input: Uint8Array): void {
  const text = textOf(input);
  const files = new Map<string, string>([['db', text]]);
  let includes = 0;
  const { records, faults } = readZoneFile(text, {
    ...{ file: 'db', origin },
    include: (name) => {
      includes += 1;
      if (includes > MOST_INCLUDES) return 'enough of it';
      const included = name === 'half' ? text.slice(text.length >> 1) : text;
      files.set(name, included);
      return { file: name, text: included };
    },
  });
  hold(faults.length <= 20, 'more faults than anybody reads');
  for (const { place, reason } of faults) {
    const line = files.get(place.file)?.split('\n')[place.line - 1];
    hold(line !== undefined, () => `a fault in line ${place.line} of ${place.file}: ${reason}`);
    hold(place.column >= 1 && place.column <= line.length + 1, `${reason} at ${place.column}`);
    hold(!reason.includes('\n'), 'a reason of more than one line');
  }
  // $GENERATE makes tens of thousands alike.
  const some = records.length > 200 ? records.slice(0, 200) : records;
  for (const record of some) {
    hold(record.ttl >= 0 && record.ttl <= 0x7fffffff, `a TTL of ${record.ttl}`);
    hold(record.rdata.length <= 0xffff, 'RDATA beyond what RDLENGTH can say');
    const back = parseRdata(record.type, formatRdata(record.type, record.rdata)).octets;
    hold(Buffer.compare(back, record.rdata) === 0, 'RDATA is another when written and read');
  }
  const written = some.map(lineOf);
  const again = readZoneFile(written.join(''), { file: 'again', origin, include: () => 'none' });
  const [fault] = again.faults;
  hold(fault === undefined, () => `written, it is no zone file: ${fault?.reason}`);
  const both = again.records.map(lineOf);
  hold(both.join('') === written.join(''), () => `${written.join('')}is read as ${both.join('')}`);
}

/** Of an owner that ends the line the type begins the RDATA: types are numbers here. */
const lineOf = ({ owner, ttl, type, rdata }: ZoneRecord): string =>
  `${formatName(owner)} ${ttl} IN TYPE${type} ${formatRdata(type, rdata)}\n`;

const SEEDS = [
  `$TTL 1h
@ SOA ns ( hostmaster 2026112801 2h 30M 2w 1D1s ) ; comment
  NS ns
ns 5m A 192.0.2.53
   IN 10 AAAA 2001:db8::53
$ORIGIN sub
@ TXT ( "one ; two" three
  "f\\"o\\\\ur\\200" )
*.w IN MX 10 @
`,
  `$ORIGIN example.org.
$GENERATE 0-20/5 g\${1,4,x} 60 CNAME \${0,2}.sub
$INCLUDE half sub
$INCLUDE db
svc 60 SRV 0 5 5060 ns
caa 60 CAA 128 issue "ca.example.net; policy=ev"
`,
  `ds 60 DS 60485 8 2 ( D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B83
  83F6A1E4469DA50A )
sshfp 60 SSHFP 2 1 123456789ABCDEF67890123456789ABCDEF67890
tlsa 60 TLSA 3 1 1 ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB
naptr 60 NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.org!" .
uri 60 URI 10 1 "https://example.org/\\"x\\""
`,
  `https 60 HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.1,192.0.2.2 mandatory=alpn port=8443 ech="AEX+" key667=x
svcb 60 SVCB 0 foo.example.net.
loc 60 LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
hinfo 60 HINFO "a b" c
rp 60 RP a.b rp
afsdb 60 AFSDB 1 ns
spf 60 SPF "v=spf1 -all"
odd 60 TYPE65400 \\# 3 ( 01 02 03 )
a 60 CLASS1 TYPE1 \\# 4 C0000201
`,
];

export const target: Target = {
  name: 'zone-file',
  shape: 'text',
  watched: [
    'packages/protocol/src/zone-file/',
    'packages/protocol/src/rdata/',
    'packages/protocol/src/name.ts',
    'packages/protocol/src/period.ts',
    'packages/protocol/src/idn.ts',
    'packages/protocol/src/address.ts',
  ],
  dictionary: [
    ...['@', '"', '(', ')', ';', '\\', '\\000', '\\032', '\\#', '$', '\n', '\t', '\r\n', '\ufeff'],
    ...['$TTL', '$ORIGIN', '$INCLUDE db', '$GENERATE', '1-3', '0-65535/9', '$\u007b0,3,n}', '$$'],
    ...['IN', 'CH', 'CLASS1', 'TYPE1', 'TYPE65280', '60', '1h30m', '2147483647', '4294967296'],
    ...['A', 'AAAA', 'NS', 'CNAME', 'PTR', 'DNAME', 'SOA', 'MX', 'TXT', 'SRV', 'NAPTR', 'LOC'],
    ...['DS', 'SSHFP', 'TLSA', 'SMIMEA', 'SVCB', 'HTTPS', 'URI', 'CAA', 'HINFO', 'RP', 'AFSDB'],
    ...[
      '192.0.2.1',
      '2001:db8::1',
      '::ffff:192.0.2.1',
      'a',
      'a.',
      '*.b',
      'a\\.b',
      'bücher',
      'xn--',
    ],
    ...[
      'alpn=h2',
      'alpn="h2,h3"',
      'mandatory=alpn',
      'port=53',
      'ipv4hint=192.0.2.1',
      'no-default-alpn',
    ],
    ...[
      'ipv6hint=::1',
      'ech=AEX+',
      'dohpath=/q{?dns}',
      'ohttp',
      'key65535=x',
      '"\\""',
      '-1',
      '00ff',
    ],
    ...['N', 'S', 'E', 'W', '59.999', '42849672.95m', '\u0000', '\ud83d\ude00', 'é'],
  ].map(octetsOf),
  seeds: SEEDS.map(octetsOf),
  takesMessages: false,
  run,
};
