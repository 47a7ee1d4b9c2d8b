import { formatName, parseAddress } from '@seamark/protocol';
import { expect, it } from 'vitest';
import { isReverse, ReverseZone } from './reverse-zone.ts';
import { wireName } from './wire-name.ts';

const nameIn = (apex: string, address: string): string | undefined => {
  const zone = ReverseZone.of(wireName(apex));
  const octets = parseAddress(address);
  if (octets === undefined) throw new Error(address);
  return zone?.covers(octets) === true ? formatName(zone.nameOf(octets)) : undefined;
};

it.each<[apex: string, address: string, name: string | undefined]>([
  ['2.0.192.in-addr.arpa', '192.0.2.255', '255.2.0.192.in-addr.arpa.'],
  ['2.0.192.in-addr.arpa', '192.0.3.255', undefined],
  ['2.0.192.in-addr.arpa', '2001:db8::1', undefined],
  ['IN-ADDR.arpa', '192.0.2.1', '1.2.0.192.in-addr.arpa.'],
  ['1.2.0.192.in-addr.arpa', '192.0.2.1', '1.2.0.192.in-addr.arpa.'],
  ['1.2.0.192.in-addr.arpa', '192.0.2.2', undefined],
  // RFC 2317 4
  ['0/25.2.0.192.in-addr.arpa', '192.0.2.127', '127.0/25.2.0.192.in-addr.arpa.'],
  ['0/25.2.0.192.in-addr.arpa', '192.0.2.128', undefined],
  ['128/25.2.0.192.in-addr.arpa', '192.0.2.128', '128.128/25.2.0.192.in-addr.arpa.'],
  ['192/26.2.0.192.in-addr.arpa', '192.0.2.191', undefined],
  ['5/32.2.0.192.in-addr.arpa', '192.0.2.5', '5.5/32.2.0.192.in-addr.arpa.'],
  ['1/25.2.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['0/24.2.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['0/33.2.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['0/25.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['256/25.2.0.192.in-addr.arpa', '192.0.2.1', undefined],
  // No address is written so.
  ['02.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['258.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['a.0.192.in-addr.arpa', '192.0.10.1', undefined],
  ['0.1.2.0.192.in-addr.arpa', '192.0.2.1', undefined],
  ['2.0.192.in-addr.arpa.example.com', '192.0.2.1', undefined],
  [
    '8.B.d.0.1.0.0.2.ip6.arpa',
    '2001:db8:1234:5678:9abc:def0:102:f',
    'f.0.0.0.2.0.1.0.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa.',
  ],
  ['8.b.d.0.1.0.0.2.ip6.arpa', '2001:db9::', undefined],
  ['b.d.0.1.0.0.2.ip6.arpa', '2001:dc8::', undefined],
  ['b.d.0.1.0.0.2.ip6.arpa', '2001:dbf::', `${'0.'.repeat(24)}f.b.d.0.1.0.0.2.ip6.arpa.`],
  ['ip6.arpa', '::', `${'0.'.repeat(32)}ip6.arpa.`],
  ['10.0.1.0.0.2.ip6.arpa', '2001::', undefined],
  ['ip6.arpa', '192.0.2.1', undefined],
])('in %s the name of %s is %s', (apex, address, name) => {
  expect(nameIn(apex, address)).toBe(name);
});

it('knows reverse zones without an address from others', () => {
  const zones = ['a.in-addr.arpa', 'x.IP6.arpa', 'xin-addr.arpa', 'arpa', '.', 'example.com'];
  expect(zones.filter((zone) => isReverse(wireName(zone)))).toEqual([
    'a.in-addr.arpa',
    'x.IP6.arpa',
  ]);
});
