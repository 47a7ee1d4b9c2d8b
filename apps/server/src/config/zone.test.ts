import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';
import { readHttpAddress } from './http-address.ts';
import { reverseZones } from './reverse-zone.ts';
import { readZones } from './zone.ts';

describe('reverseZones', () => {
  it.each<[range: string, zones: string[] | undefined]>([
    ['10.1.2.3/24', ['2.1.10.in-addr.arpa.']],
    ['10.0.0.0/23', ['0.0.10.in-addr.arpa.', '1.0.10.in-addr.arpa.']],
    ['0.0.0.0/0', ['in-addr.arpa.']],
    ['2001:db8::/32', ['8.b.d.0.1.0.0.2.ip6.arpa.']],
    ['2001:db8::/31', ['8.b.d.0.1.0.0.2.ip6.arpa.', '9.b.d.0.1.0.0.2.ip6.arpa.']],
    ['10.0.0.0/33', undefined],
    ['0/25.2.0.192.in-addr.arpa', undefined],
  ])('%s', (range, zones) => {
    expect(reverseZones(range)).toEqual(zones);
  });

  it('covers a prefix between octets whole', () => {
    const zones = reverseZones('192.0.2.0/25') ?? [];
    expect([zones.length, zones[0], zones[127]]).toEqual([
      128,
      '0.2.0.192.in-addr.arpa.',
      '127.2.0.192.in-addr.arpa.',
    ]);
  });
});

it.each<[host: string, reason: RegExp]>([
  ['', /empty/],
  ['*.example.com', /wildcard/],
  ['a.test,b.test', /comma/],
  ['10.0.0.0/33', /no range of addresses/],
  ['2001:db8::/129', /no range of addresses/],
  ['10.0.0/24', /no range of addresses/],
  ['10.0.0.0/', /no range of addresses/],
  ['192.0.2.1', /192\.0\.2\.1\/24/],
  [`${'a'.repeat(64)}.test`, /63 octets/],
  [Array.from({ length: 128 }, () => 'a').join('.'), /255 octets/],
  ['ä.test', /holds "ä"/],
])('%j is no zone', (host, reason) => {
  expect(readZones(host)).toEqual({ reason: expect.stringMatching(reason) });
});

it.each<[text: string, milliseconds: number | undefined]>([
  ['0', 0],
  ['5s', 5000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['300us', 0],
  ['5', undefined],
  ['-5s', undefined],
  ['', undefined],
])('the duration %j', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

it.each(['8080', ':', 'localhost', '[::g]:1', 'a b:1', ':70000', '::1:80'])(
  '%j is no HTTP address',
  (text) => {
    expect(readHttpAddress(text)).toHaveProperty('reason');
  },
);
