import { expect, test } from 'vitest';
import { PEER_OCTETS, parseEndpoint, writeAddress } from './address.ts';
import { isAnswerable } from './answerable.ts';

/** In both forms, where it has two. */
function answerable(address: string, port: number): boolean {
  const peer = new Uint8Array(PEER_OCTETS);
  const { family } = parseEndpoint({ address, port: 0 });
  writeAddress(address, peer, 4);
  peer.set([port >> 8, port & 255], 2);
  const whole = isAnswerable(peer, 2, 4, 16);
  if (family === 4) expect(isAnswerable(peer, 2, 16, 4)).toBe(whole);
  return whole;
}

test.each([
  ['192.0.2.1', 53],
  ['127.0.0.1', 1],
  ['10.0.0.255', 256],
  ['223.255.255.255', 65_535],
  ['240.0.0.1', 1024],
  ['255.255.255.254', 1024],
  ['2001:db8::1', 53],
  ['fe80::1', 53],
  ['::1', 53],
  ['64:ff9b::e000:1', 53],
])('%s with port %i', (address, port) => {
  expect(answerable(address, port)).toBe(true);
  expect(answerable(address, 0)).toBe(false);
});

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '224.0.0.1',
  '239.255.255.255',
  '255.255.255.255',
  '::',
  'ff02::1',
])('not %s, whatever the port', (address) => {
  for (const port of [0, 53, 1024]) expect(answerable(address, port)).toBe(false);
});
