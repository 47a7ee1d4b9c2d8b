import { isIPv6, SocketAddress } from 'node:net';
import { expect, test } from 'vitest';
import { formatIpv6, formatPeer, parseEndpoint, writeAddress } from './address.ts';

test.each([
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::', '20010db8000000000000000000000000'],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ['fe80::1%1', 'fe800000000000000000000000000001'],
  ['192.0.2.1', '00000000000000000000ffffc0000201'],
])('%s has the octets %s', (text, hex) => {
  const { octets } = parseEndpoint({ address: text, port: 53 });
  expect(Buffer.from(octets).toString('hex')).toBe(hex);
});

test('text and octets agree both ways, and with Node about the text', () => {
  const octets = new Uint8Array(16);
  for (let i = 0; i < 2000; i++) {
    // Many zero groups, so that "::" has choices to make.
    for (let j = 0; j < 16; j += 2) {
      const zero = Math.random() < 0.5;
      octets[j] = zero ? 0 : Math.floor(Math.random() * 256);
      octets[j + 1] = zero ? 0 : 1 + Math.floor(Math.random() * 255);
    }
    const text = formatIpv6(octets);
    expect(isIPv6(text), text).toBe(true);
    const back = new Uint8Array(16).fill(9);
    writeAddress(text, back, 0);
    expect(back).toEqual(octets);
    const theirs = new SocketAddress({ address: text, family: 'ipv6' }).address;
    // Node writes some addresses with a dotted tail; the groups are the same.
    if (!theirs.includes('.')) expect(text).toBe(theirs);
  }
});

test('a peer as text', () => {
  const peer = new Uint8Array(20);
  peer.set([6, 0, 0x14, 0xe9, 0x20, 0x01, 0x0d, 0xb8]);
  expect(formatPeer(peer)).toBe('[2001:db8::]:5353');
  writeAddress('192.0.2.1', peer, 4);
  peer[0] = 4;
  expect(formatPeer(peer)).toBe('192.0.2.1:5353');
});

test('an unknown scope is refused', () => {
  const address = { address: 'fe80::1%nosuch0', port: 0 };
  expect(() => parseEndpoint(address)).toThrow(/no interface "nosuch0"/);
});
