import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { composePeer } from './peer-record.ts';
import { ProxyHeader } from './proxy-header.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const TCP4 = [203, 0, 113, 7, 192, 0, 2, 53, 0x10, 0xe1, 0, 53];
const TCP6 = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 53],
  ...[0x10, 0xe1, 0, 53],
];
const TLVS = [0x04, 0, 3, 0, 0, 0, 0x20, 0, 1, 0];

const binary = (command: number, family: number, body: readonly number[]): Buffer =>
  Buffer.from([...SIGNATURE, command, family, body.length >> 8, body.length & 0xff, ...body]);
const text = (line: string): Buffer => Buffer.from(line, 'latin1');

const IPV4 = composePeer('203.0.113.7', 4321);
const IPV6 = composePeer('2001:db8::7', 4321);

const GOOD: readonly (readonly [what: string, octets: Buffer, peer: Uint8Array | undefined])[] = [
  ['TCP over IPv4', binary(0x21, 0x11, TCP4), IPV4],
  ['TCP over IPv4 with TLVs', binary(0x21, 0x11, [...TCP4, ...TLVS]), IPV4],
  ['with TLVs as long as can be', binary(0x21, 0x11, [...TCP4, ...Array(65_523).fill(4)]), IPV4],
  ['TCP over IPv6', binary(0x21, 0x21, TCP6), IPV6],
  ['TCP over IPv6 with TLVs', binary(0x21, 0x21, [...TCP6, ...TLVS]), IPV6],
  ['LOCAL', binary(0x20, 0x00, []), undefined],
  ['LOCAL with an address, which says nothing', binary(0x20, 0x11, TCP4), undefined],
  ['UNSPEC', binary(0x21, 0x00, TLVS), undefined],
  ['a Unix socket', binary(0x21, 0x31, Array(216).fill(1)), undefined],
  ['version 1, IPv4', text('PROXY TCP4 203.0.113.7 192.0.2.53 4321 53\r\n'), IPV4],
  ['version 1, IPv6', text('PROXY TCP6 2001:db8::7 2001:db8::35 4321 53\r\n'), IPV6],
  ['version 1, UNKNOWN', text('PROXY UNKNOWN\r\n'), undefined],
  ['version 1, UNKNOWN with a rest', text('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'), undefined],
];

const BAD: readonly (readonly [what: string, octets: Buffer])[] = [
  ['a query', Buffer.from([0, 29, 0, 1, 1, 0, 0, 1])],
  ['a signature that breaks off', Buffer.from([...SIGNATURE.slice(0, 11), 0x0b])],
  ['version 3', binary(0x31, 0x11, TCP4)],
  ['an unknown command', binary(0x22, 0x11, TCP4)],
  ['a datagram', binary(0x21, 0x12, TCP4)],
  ['an unknown family', binary(0x21, 0x41, TCP4)],
  ['less than an address', binary(0x21, 0x11, TCP4.slice(1))],
  ['TLS', Buffer.from([0x16, 3, 1, 2, 0, 1])],
  ['HTTP', text('POST /dns-query HTTP/1.1\r\n')],
  ['version 1 without an end', text(`PROXY TCP4 ${' '.repeat(100)}`)],
  ['version 1 with a host name', text('PROXY TCP4 a.example 192.0.2.53 4321 53\r\n')],
  ['version 1 of the other family', text('PROXY TCP4 2001:db8::7 2001:db8::35 4321 53\r\n')],
  ['version 1 with a port beyond', text('PROXY TCP4 203.0.113.7 192.0.2.53 65536 53\r\n')],
  ['version 1 without CR', text('PROXY UNKNOWN\n')],
];

/** Feeds it in pieces of one size. @returns how many octets it took */
function feed(header: ProxyHeader, octets: Buffer, size: number): number {
  let taken = 0;
  for (let at = 0; at < octets.length; at += size) {
    taken += header.take(octets.subarray(at, at + size));
    if (header.isComplete || header.isMalformed) break;
  }
  return taken;
}

describe.each([1, 7, 70_000])('in pieces of %d octets', (size) => {
  test.each(GOOD)('%s', (_, octets, peer) => {
    const header = new ProxyHeader();
    const behind = Buffer.concat([octets, Buffer.from('\0\x01?')]);
    expect(feed(header, behind, size)).toBe(octets.length);
    expect(header).toMatchObject({ isComplete: true, isMalformed: false });
    expect(header.peer).toEqual(peer);
  });

  test.each(BAD)('%s is no header', (_, octets) => {
    const header = new ProxyHeader();
    feed(header, octets, size);
    expect(header).toMatchObject({ isComplete: false, isMalformed: true });
  });
});

test('any octets behind any beginning: never more than are there, never both, no exception', () => {
  const beginnings = [...GOOD, ...BAD].map(([, octets]) => octets.subarray(0, 64));
  for (let round = 0; round < 3000; round++) {
    const noise = createHash('sha512').update(String(round)).digest();
    const begin = beginnings[(noise[0] as number) % beginnings.length] ?? noise;
    const cut = (noise[1] as number) % 65;
    const all = Buffer.concat([begin.subarray(0, cut), noise, noise]);
    const header = new ProxyHeader();
    expect(feed(header, all, 1 + (noise[2] as number))).toBeLessThanOrEqual(all.length);
    expect(header.isComplete && header.isMalformed).toBe(false);
    if (header.peer !== undefined) expect(header.peer).toHaveLength(20);
  }
});
