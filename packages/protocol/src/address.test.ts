import { BlockList, isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dnsPacket } from '../test-support/dns-packet.ts';
import { Random, seeds } from '../test-support/random.ts';
import { formatAddress, parseAddress } from './index.ts';

describe('parseAddress', () => {
  it.each([
    ['192.0.2.1', 'c0000201'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:DB8:0:0:8:800:200C:417A', '20010db80000000000080800200c417a'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::2:3:4:5:6:7:8', '00000002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['::192.0.2.1', '000000000000000000000000c0000201'],
    ['64:ff9b::192.0.2.1', '0064ff9b0000000000000000c0000201'],
    ['1:2:3:4:5:6:192.0.2.1', '000100020003000400050006c0000201'],
  ])('%s', (text, expected) => {
    expect(Buffer.from(parseAddress(text) ?? []).toString('hex')).toBe(expected);
  });

  it.each([
    '',
    ' 192.0.2.1',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.01',
    '0xc0.0.2.1',
    '192.0.2.1/32',
    'localhost',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::g',
    'fe80::1%eth0',
    'fe80::1%1',
    '[::1]',
    '::ffff:192.0.2.256',
    '192.0.2.1:53',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each(seeds(5))('agrees with node:net and dns-packet, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 500; i++) {
      const groups = Array.from({ length: 8 }, () =>
        (random.oneIn(3) ? random.below(65_536) : 0).toString(16),
      );
      const from = random.below(8);
      const to = from + 1 + random.below(8 - from);
      const short = `${groups.slice(0, from).join(':')}::${groups.slice(to).join(':')}`;
      const text = random.oneIn(3) ? groups.join(':') : short;
      const note = `SEED=${seed} ${text}`;
      expect(isIP(text), note).toBe(6);
      const octets = parseAddress(text) ?? new Uint8Array(0);
      // dns-packet writes RDLENGTH before RDATA, and takes a `::` for no group where it is for one.
      const theirs = dnsPacket.record('AAAA').encode(text).subarray(2);
      if (to - from > 1) expect(Buffer.from(octets), note).toEqual(Buffer.from(theirs));
      const list = new BlockList();
      list.addAddress(text, 'ipv6');
      const full = Buffer.from(octets).toString('hex').match(/.{4}/g) ?? [];
      expect(list.check(full.join(':'), 'ipv6'), note).toBe(true);
    }
  });
});

describe('formatAddress', () => {
  it.each([
    ['c0000201', '192.0.2.1'],
    ['00000000', '0.0.0.0'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['00010000000000000000000000000000', '1::'],
    // RFC 5952 4.1, 4.2.2, 4.2.3: no leading zeros, no `::` for one group, the longest run, the first of two.
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['20010000000000010000000000000001', '2001:0:0:1::1'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
    ['20010db800000000000000000000abcd', '2001:db8::abcd'],
    // RFC 5952 5
    ['00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['00000000000000000000fffec0000201', '::fffe:c000:201'],
  ])('%s', (hex, expected) => {
    expect(formatAddress(Buffer.from(hex, 'hex'))).toBe(expected);
  });

  it.each(seeds(3))('agrees with the URL parser, and comes back, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 500; i++) {
      const octets = random.octets(16).map((octet) => (random.oneIn(3) ? octet : 0));
      const text = formatAddress(octets);
      const note = `SEED=${seed} ${text}`;
      expect(parseAddress(text), note).toEqual(octets);
      const groups = Buffer.from(octets).toString('hex').match(/.{4}/g) ?? [];
      // It compresses the same run, and knows no dotted form.
      const theirs = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
      if (!text.includes('.')) expect(text, note).toBe(theirs);
    }
  });
});
