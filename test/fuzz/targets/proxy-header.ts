// What stands before a connection's first message where a proxy is trusted: read alike however it is cut, and no further.

import { isIPv4, isIPv6 } from 'node:net';
import { ProxyHeader } from '../../../apps/server/src/stream/proxy-header.ts';
import { hold, octetsOf, type Target } from '../engine/target.ts';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const LONGEST_LINE = 107;

interface Reading {
  readonly isComplete: boolean;
  readonly isMalformed: boolean;
  readonly taken: number;
  readonly peer: string;
}

/** In pieces of one size. */
function feed(octets: Buffer, size: number): Reading {
  const header = new ProxyHeader();
  let taken = 0;
  for (let at = 0; at < octets.length; at += size) {
    const piece = octets.subarray(at, at + size);
    const part = header.take(piece);
    hold(part >= 0 && part <= piece.length, `${part} octets of ${piece.length} were taken`);
    taken += part;
    if (header.isComplete || header.isMalformed) break;
    hold(part === piece.length, 'it wants more, and has left some');
  }
  const { isComplete, isMalformed, peer } = header;
  hold(!(isComplete && isMalformed), 'whole and malformed');
  hold(peer === undefined || peer.length === 20, 'a peer of another length');
  return {
    ...{ isComplete, isMalformed, taken },
    peer: peer === undefined || !isComplete ? '' : Buffer.from(peer).toString('hex'),
  };
}

/** HAProxy's text of both versions, for a header that is all there: how long it is, and whose. */
function readSlowly(
  octets: Buffer,
): { length: number; isIpv6?: boolean; port?: number } | undefined {
  if (octets.length >= 16 && octets.subarray(0, 12).equals(SIGNATURE)) {
    const length = 16 + octets.readUInt16BE(14);
    if (octets.length < length) return undefined;
    const [command, family] = [octets[12], octets[13]];
    if (command === 0x20) return { length };
    if (command !== 0x21) return undefined;
    if (family === 0x11 && length >= 28) {
      return { length, isIpv6: false, port: octets.readUInt16BE(24) };
    }
    if (family === 0x21 && length >= 52) {
      return { length, isIpv6: true, port: octets.readUInt16BE(48) };
    }
    return family === 0x00 || family === 0x31 ? { length } : undefined;
  }
  const end = octets.indexOf('\n') + 1;
  if (end === 0 || end > LONGEST_LINE) return undefined;
  const words = octets.toString('latin1', 0, end - 2).split(' ');
  if (octets[end - 2] !== 0x0d || words[0] !== 'PROXY') return undefined;
  if (words[1] === 'UNKNOWN') return { length: end };
  const [, family, from = '', to = '', port = '', toPort = '', ...more] = words;
  const isOne = family === 'TCP4' ? isIPv4 : isIPv6;
  const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
  const isGood = isOne(from) && isOne(to) && isPort(port) && isPort(toPort) && more.length === 0;
  if (!['TCP4', 'TCP6'].includes(family ?? '') || !isGood) return undefined;
  return { length: end, isIpv6: family === 'TCP6', port: Number(port) };
}

function run(input: Uint8Array): void {
  const octets = Buffer.from(input);
  const whole = feed(octets, Math.max(1, octets.length));
  for (const size of [1, 2, 7]) {
    const pieces = feed(octets, size);
    const same = JSON.stringify(pieces) === JSON.stringify(whole);
    hold(
      same,
      () => `in pieces of ${size} ${JSON.stringify(pieces)}, whole ${JSON.stringify(whole)}`,
    );
  }
  const expected = readSlowly(octets);
  if (expected === undefined) return;
  // What is refused sooner is refused: it may look at less than all of it (a line with other characters).
  if (whole.isMalformed) {
    hold(expected.isIpv6 === undefined || isOdd(octets), 'a header of both versions was refused');
    return;
  }
  hold(whole.isComplete, 'a header that is all there is waited for');
  hold(whole.taken === expected.length, `${whole.taken} octets of ${expected.length} were taken`);
  hold((whole.peer !== '') === (expected.isIpv6 !== undefined), 'a client, or none');
  if (expected.port !== undefined) {
    const peer = Buffer.from(whole.peer, 'hex');
    hold(peer.readUInt16BE(2) === expected.port, 'another port');
    const isMapped = peer.subarray(4, 16).equals(Buffer.from(`${'00'.repeat(10)}ffff`, 'hex'));
    hold(peer[0] === (expected.isIpv6 && !isMapped ? 6 : 4) || peer[0] === 6, 'another family');
  }
}

/** An address that Node takes and DNS does not: one with a scope. */
const isOdd = (octets: Buffer): boolean => octets.includes('%');

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const V2 = '0d0a0d0a000d0a515549540a';
const V4 = 'cb007107 c0000235 10e1 0035';
const V6 = `20010db8${'00'.repeat(11)}07 20010db8${'00'.repeat(11)}35 10e1 0035`;

export const target: Target = {
  name: 'proxy-header',
  shape: 'octets',
  watched: ['apps/server/src/stream/proxy-header.ts'],
  dictionary: [
    ...[
      'PROXY ',
      'TCP4 ',
      'TCP6 ',
      'UNKNOWN',
      '192.0.2.1 ',
      '2001:db8::1 ',
      '::ffff:1.2.3.4',
      ' 65535',
      '\r\n',
      '%1',
    ].map(octetsOf),
    ...[V2, '2111', '2121', '2000', '2100', '2131', '000c', '0024', 'ffff'].map(hex),
  ],
  seeds: [
    ...[
      `${V2} 2111 000c ${V4}`,
      `${V2} 2121 0024 ${V6}`,
      `${V2} 2000 0000`,
      `${V2} 2111 0011 ${V4} 0400020000`,
    ].map(hex),
    ...[
      'PROXY TCP4 203.0.113.7 192.0.2.53 4321 53\r\n',
      'PROXY TCP6 2001:db8::7 ::1 1 2\r\nmore',
      'PROXY UNKNOWN x\r\n',
    ].map(octetsOf),
  ],
  takesMessages: false,
  run,
};
