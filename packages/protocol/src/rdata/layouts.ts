import { TYPE } from '../constants.ts';
import type { Field } from './field.ts';
import {
  address,
  digest,
  longString,
  name,
  number,
  optional,
  period,
  string,
  strings,
  tag,
} from './fields.ts';
import { location } from './location.ts';
import { base64, groups, phoneNumber, typeList } from './rarer-fields.ts';
import { svcParams } from './svc-params.ts';

const target = [name('a name')];
const binding = [number(16, 'a priority'), name('a target name'), svcParams];
const certificate = [
  number(8, 'a certificate usage'),
  number(8, 'a selector'),
  number(8, 'a matching type'),
  digest(2, { 1: 32, 2: 64 }),
];

/** What RDATA is made of, by type, in the order of both forms. Other types have the generic form alone. */
export const LAYOUTS: Readonly<Record<number, readonly Field[]>> = {
  // RFC 1035 3.3, 3.4; RFC 3596 2.2
  [TYPE.A]: [address(4)],
  [TYPE.AAAA]: [address(16)],
  [TYPE.NS]: target,
  [TYPE.CNAME]: target,
  [TYPE.PTR]: target,
  [TYPE.SOA]: [
    name('the name of a server'),
    name('a mailbox'),
    number(32, 'a serial'),
    period('a refresh interval'),
    period('a retry interval'),
    period('an expiry'),
    period('a negative TTL'),
  ],
  [TYPE.HINFO]: [string('a CPU'), string('an operating system')],
  [TYPE.MX]: [number(16, 'a preference'), name('the name of a mail server')],
  [TYPE.TXT]: [strings],
  // RFC 1876 2, 3
  [TYPE.LOC]: [location],
  // RFC 1183: not compressed in messages, as in any type but those of RFC 1035 (RFC 3597 4)
  [TYPE.RP]: [name('a mailbox'), name('the name of a text')],
  [TYPE.AFSDB]: [number(16, 'a subtype'), name('a name')],
  [TYPE.X25]: [phoneNumber],
  [TYPE.ISDN]: [string('an ISDN address'), optional(string('a subaddress'))],
  [TYPE.RT]: [number(16, 'a preference'), name('the name of a host between')],
  // RFC 2163 4
  [TYPE.PX]: [number(16, 'a preference'), name('a domain name'), name('a name of X.400')],
  // RFC 2230 3.1
  [TYPE.KX]: [number(16, 'a preference'), name('the name of a key exchanger')],
  // RFC 4701 3
  [TYPE.DHCID]: [base64('an identifier')],
  // Drafts, but registered
  [TYPE.NINFO]: [strings],
  [TYPE.TALINK]: [name('the name before'), name('the name behind')],
  [TYPE.AVC]: [strings],
  // RFC 7929 2.3
  [TYPE.OPENPGPKEY]: [base64('a key')],
  // RFC 7477 2.1
  [TYPE.CSYNC]: [number(32, 'a serial'), number(16, 'flags'), typeList],
  // RFC 8976 2.2
  [TYPE.ZONEMD]: [
    number(32, 'a serial'),
    number(8, 'a scheme'),
    number(8, 'a hash algorithm'),
    digest(5, { 1: 48, 2: 64 }),
  ],
  // RFC 6742 2
  [TYPE.NID]: [number(16, 'a preference'), groups('a node identifier', 8, 2, ':')],
  [TYPE.L32]: [number(16, 'a preference'), address(4)],
  [TYPE.L64]: [number(16, 'a preference'), groups('a locator', 8, 2, ':')],
  [TYPE.LP]: [number(16, 'a preference'), name('the name of a locator')],
  // RFC 7043 3.2, 4.2
  [TYPE.EUI48]: [groups('an EUI-48 address', 6, 1, '-')],
  [TYPE.EUI64]: [groups('an EUI-64 address', 8, 1, '-')],
  // RFC 9606 4
  [TYPE.RESINFO]: [strings],
  // RFC 7208 3.1: no longer asked for, and still in files
  [TYPE.SPF]: [strings],
  // RFC 2782
  [TYPE.SRV]: [
    number(16, 'a priority'),
    number(16, 'a weight'),
    number(16, 'a port'),
    name('a target name'),
  ],
  // RFC 3403 4.1
  [TYPE.NAPTR]: [
    number(16, 'an order'),
    number(16, 'a preference'),
    string('flags'),
    string('services'),
    string('a regular expression'),
    name('a replacement'),
  ],
  // RFC 6672 2.1
  [TYPE.DNAME]: target,
  // RFC 4034 5.1, RFC 4509, RFC 6605
  [TYPE.DS]: [
    number(16, 'a key tag'),
    number(8, 'an algorithm'),
    number(8, 'a digest type'),
    digest(3, { 1: 20, 2: 32, 4: 48 }),
  ],
  // RFC 4255 3.1, RFC 6594
  [TYPE.SSHFP]: [
    number(8, 'an algorithm'),
    number(8, 'a fingerprint type'),
    digest(1, { 1: 20, 2: 32 }),
  ],
  // RFC 6698 2.1, RFC 8162
  [TYPE.TLSA]: certificate,
  [TYPE.SMIMEA]: certificate,
  // RFC 9460 2
  [TYPE.SVCB]: binding,
  [TYPE.HTTPS]: binding,
  // RFC 7553 4.4: it may not be empty
  [TYPE.URI]: [number(16, 'a priority'), number(16, 'a weight'), longString('a URI', 1)],
  // RFC 8659 4.1
  [TYPE.CAA]: [number(8, 'flags'), tag, longString('a value', 0)],
};
