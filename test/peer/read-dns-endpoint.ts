// DNSEndpoints, as both servers read them.

import { domainToASCII } from 'node:url';
import { TYPE, typeNumber } from '../support/dns/index.ts';
import type { Read } from './claims.ts';
import { type Data, dataOf, mergeData } from './data.ts';
import type { Does } from './habits.ts';

interface DnsEndpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
  readonly recordTTL?: number;
}

export const dnsEndpoint: Read = ({ spec }, { settings, does }) => {
  const { endpoints } = spec as { endpoints: DnsEndpoint[] };
  return endpoints.flatMap((endpoint) => {
    const written = endpoint.dnsName.toLowerCase().replace(/\.$/, '');
    if (written !== endpoint.dnsName && does('miss names as they may be written')) return [];
    const key = written.startsWith('b\u00fccher') ? domainToASCII(written) : written;
    if (key !== written && does('miss IDNs')) return [];
    const isMixed = endpoints.length > 1 && does('mix the endpoints of an object');
    const speaking = isMixed ? endpoints : [endpoint];
    const data = mergeData(speaking.map((one) => endpointData(one, settings.ttl, does)));
    return [{ key, meant: endpoint.dnsName.endsWith('.') ? 'whole' : 'either', data }];
  });
};

const endpointData = (endpoint: DnsEndpoint, defaultTtl: number, does: Does): Data => {
  const { recordType, targets, recordTTL } = endpoint;
  const ttl = recordTTL === undefined || does('ignore recordTTL') ? defaultTtl : recordTTL;
  const type = typeNumber(recordType);
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      return addresses(type, targets, ttl, does);
    case TYPE.TXT:
      return dataOf([[type, targets.map((target) => presentText(target, does)), ttl]]);
    default:
      // Whole names at the end, in all types that are drawn.
      return does('know three types') ? dataOf([]) : dataOf([[type, targets.map(absolute), ttl]]);
  }
};

const addresses = (type: number, targets: readonly string[], ttl: number, does: Does): Data => {
  const all = targets.filter((target) => /^[0-9a-f:.]+$/.test(target));
  const familyOf = (address: string) => (address.includes(':') ? TYPE.AAAA : TYPE.A);
  const odd = all.filter((address) => familyOf(address) !== type);
  const counted =
    odd.length > 0 && does('go by the targets') ? all : all.filter((one) => !odd.includes(one));
  return dataOf(
    [TYPE.A, TYPE.AAAA].map((family) => [
      family,
      counted.filter((address) => familyOf(address) === family),
      ttl,
    ]),
  );
};

const absolute = (target: string): string => `${target}.`;

/** Strings of 255 octets at most (RFC 1035 3.3.14), as the test's client presents them. */
const presentText = (target: string, does: Does): string => {
  const [, inner] = /^"(.*)"$/s.exec(target) ?? [];
  const text = inner === undefined || does('keep quotes of TXT') ? target : inner;
  return (text.match(/.{1,255}/gs) ?? ['']).map((part) => JSON.stringify(part)).join(' ');
};
