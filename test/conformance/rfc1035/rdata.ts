// Types of data beside addresses: the RDATA that is sent is the one that each type's RFC lays out. What the
// client does not read field by field is compared octet by octet.

import { composeName } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { answered, nodata } from '../harness/tables.ts';

/** RDATA as RFC 3597 5 writes it, from text, octets and names. */
const octets = (...parts: readonly (string | Uint8Array | readonly number[])[]): string => {
  const all = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part))),
  );
  return `\\# ${all.length} ${all.toString('hex')}`;
};

/** A <character-string> of RFC 1035 3.3, and what else has its length in front. */
const counted = (text: string): string => String.fromCharCode(text.length) + text;

const KEY = { alpn: [0, 1], port: [0, 3], ipv4hint: [0, 4] };

export const cases: readonly Case[] = [
  ...answered('RFC 1035 3.3.9', [
    { asked: 'mail.example.com. MX', answer: ['10 mx1.example.com.', '20 mx2.example.org.'] },
  ]),
  ...answered('RFC 1035 3.3.12', [{ asked: 'ptr.example.com. PTR', answer: ['www.example.com.'] }]),
  ...answered('RFC 1035 3.3.14', [
    { asked: 'txt.example.com. TXT', answer: ['"v=spf1 -all"', '"two" "strings"'] },
    { asked: 'txt.example.com. A', answer: ['192.0.2.61'], why: 'beside the TXT' },
  ]),
  ...nodata('RFC 1035 3.3.14', 'example.com.', [
    { asked: 'txt.example.com. AAAA', why: 'data of one type, not of another' },
    { asked: 'mail.example.com. TXT', why: 'data of one type, not of another' },
  ]),
  ...answered('RFC 1876 2', [
    {
      asked: 'loc.example.com. TYPE29',
      answer: [
        octets(
          [0, 0x33, 0x16, 0x13],
          [0x89, 0x17, 0x2d, 0xd0],
          [0x70, 0xbe, 0x15, 0xf0],
          [0, 0x98, 0x8d, 0x20],
        ),
      ],
    },
  ]),
  ...answered('RFC 2782', [
    {
      asked: '_sip._tcp.example.com. SRV',
      answer: ['0 5 5060 sip1.example.com.', '1 0 5061 sip2.example.org.'],
      why: 'targets uncompressed',
    },
    { asked: 'nosrv.example.com. SRV', answer: ['0 0 0 .'], why: 'decidedly no service' },
  ]),
  ...answered('RFC 3403 4.1', [
    {
      asked: 'naptr.example.com. NAPTR',
      answer: [
        octets(
          [0, 100, 0, 50],
          ...['s', 'SIP+D2U', ''].map(counted),
          composeName('_sip._udp.example.com.'),
        ),
      ],
    },
  ]),
  ...answered('RFC 3597 3', [
    { asked: 'unknown.example.com. TYPE65281', answer: [octets([10, 11, 12, 13])] },
  ]),
  ...answered('RFC 6698 2.1', [
    {
      asked: '_443._tcp.www.example.com. TLSA',
      answer: [octets([3, 1, 1], Buffer.from('0123456789abcdef'.repeat(4), 'hex'))],
    },
  ]),
  ...answered('RFC 8659 4.1', [
    {
      asked: 'caa.example.com. CAA',
      answer: [
        octets([0], counted('issue'), 'ca.example.net'),
        octets([128], counted('iodef'), 'mailto:security@example.com'),
      ],
    },
  ]),
  ...answered('RFC 9460 2.2', [
    {
      asked: 'svc.example.com. HTTPS',
      answer: [
        octets(
          ...[[0, 1], composeName('.'), KEY.alpn, [0, 6], counted('h2'), counted('h3')],
          ...[KEY.ipv4hint, [0, 4], [192, 0, 2, 61]],
        ),
      ],
    },
    {
      asked: '_dns.example.com. SVCB',
      answer: [
        octets(
          ...[[0, 1], composeName('dns.example.com.'), KEY.alpn, [0, 4], counted('dot')],
          ...[KEY.port, [0, 2], [3, 85]],
        ),
      ],
    },
    {
      asked: 'svc-alias.example.com. HTTPS',
      answer: [octets([0, 0], composeName('svc.example.org.'))],
      why: 'AliasMode',
    },
  ]),
];
