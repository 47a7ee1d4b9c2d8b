// The additional section of a query that is right up to there, read beside a slow reader of it.

import { parseQuery, Query, readOptions, readSections, VERDICT } from '@seamark/protocol';
import { composeRecord, query } from '../../support/dns/query.ts';
import { hold, type Target } from '../engine/target.ts';
import { MessageMemory } from './memory.ts';

/** The question before it: `www.example.com. A`, with a header of 12 octets. */
const HEAD = query('www.example.com. A', { id: 0x1234 });
const OPT = 41;
const [COOKIE, NSID, SUBNET] = [10, 3, 8];

/** What a parser has to say of an additional section. */
interface Reading {
  readonly verdict: number;
  readonly hasEdns: boolean;
  readonly cookie: string;
  readonly asksNsid: boolean;
}

/**
 * RFC 6891 6, RFC 7873 5.2, RFC 5001 2, word for word, and by no shared code.
 *
 * @param judgesSubnets whether a malformed Client Subnet is FORMERR (RFC 7871 7.1.2) or, as any option that is not
 *   known, ignored: either will do.
 */
function readSlowly(octets: Buffer, count: number, judgesSubnets: boolean): Reading {
  let verdict: number = VERDICT.ANSWER;
  let opts = 0;
  let cookie = '';
  let asksNsid = false;
  let hasSubnet = false;
  const fail = (): Reading => ({ verdict: VERDICT.FORMERR, hasEdns: opts > 0, cookie, asksNsid });
  let at = 0;
  for (let i = 0; i < count; i++) {
    const ownerAt = at;
    let owner = 0;
    for (;;) {
      const length = octets[at];
      if (length === undefined || (length >= 0x40 && length < 0xc0)) return fail();
      if (length >= 0xc0) {
        at += 2;
        break;
      }
      owner += length + 1;
      if (owner > 255) return fail();
      at += length + 1;
      if (length === 0) break;
    }
    if (at + 10 > octets.length) return fail();
    const type = octets.readUInt16BE(at);
    const version = octets[at + 5];
    const end = at + 10 + octets.readUInt16BE(at + 8);
    if (end > octets.length) {
      if (type === OPT) opts += 1;
      return fail();
    }
    if (type === OPT) {
      opts += 1;
      if (opts > 1 || octets[ownerAt] !== 0) verdict = VERDICT.FORMERR;
      if (version !== 0) {
        if (verdict !== VERDICT.FORMERR) verdict = VERDICT.BADVERS;
      } else {
        let next = at + 10;
        while (next < end) {
          const isWhole = next + 4 <= end && next + 4 + octets.readUInt16BE(next + 2) <= end;
          if (!isWhole) {
            verdict = VERDICT.FORMERR;
            break;
          }
          const [code, length] = [octets.readUInt16BE(next), octets.readUInt16BE(next + 2)];
          if (code === NSID) asksNsid = true;
          if (code === SUBNET && !hasSubnet && judgesSubnets) {
            if (!isSubnet(octets.subarray(next + 4, next + 4 + length))) {
              verdict = VERDICT.FORMERR;
              break;
            }
            hasSubnet = true;
          }
          if (code === COOKIE && cookie === '') {
            if (length !== 8 && (length < 16 || length > 40)) {
              verdict = VERDICT.FORMERR;
              break;
            }
            cookie = octets.toString('hex', next + 4, next + 4 + length);
          }
          next += 4 + length;
        }
      }
    }
    at = end;
  }
  if (at !== octets.length) return fail();
  return { verdict, hasEdns: opts > 0, cookie, asksNsid };
}

/** RFC 7871 6: family, the length of a prefix, 0, and as many octets as it has, zeros behind it. */
function isSubnet(option: Buffer): boolean {
  if (option.length < 4) return false;
  const [family, source, scope] = [option.readUInt16BE(0), option[2] as number, option[3]];
  const most = new Map([
    [0, 0],
    [1, 32],
    [2, 128],
  ]).get(family);
  if (most === undefined || source > most || scope !== 0) return false;
  const address = option.subarray(4);
  if (address.length !== Math.ceil(source / 8)) return false;
  const over = (8 - (source % 8)) % 8;
  return address.length === 0 || ((address.at(-1) as number) & ((1 << over) - 1)) === 0;
}

const parsed = new Query();
const memory = new MessageMemory(8192);

/** The first octet says how many records there are, the others are these. */
function run(input: Uint8Array): void {
  const [count = 0, ...section] = input;
  const message = Buffer.concat([HEAD, Uint8Array.from(section)]);
  message[11] = count;
  const length = memory.put(message);
  const verdict = parseQuery(parsed, memory.octets, memory.view, memory.offset, length);
  const end = parsed.cookieAt + parsed.cookieLength;
  const cookie =
    parsed.cookieLength === 0
      ? ''
      : Buffer.from(memory.octets.subarray(parsed.cookieAt, end)).toString('hex');
  const { hasEdns, asksNsid } = parsed;
  const said = JSON.stringify({ verdict, hasEdns, cookie, asksNsid });
  const expected = [true, false].map((judgesSubnets) =>
    JSON.stringify(readSlowly(Buffer.from(section), count, judgesSubnets)),
  );
  hold(expected.includes(said), () => `read as ${said}, and is ${expected[0]}`);
  hold(Buffer.compare(memory.get(length), message) === 0, 'the parser wrote');
  readElsewhere(message, verdict);
}

/** The readers that see a query once it is forwarded find what the first one found. */
function readElsewhere(message: Uint8Array, verdict: number): void {
  const sections = readSections(message);
  // A query with other records, whose RDATA may be none, is forwarded without its options.
  const isAlone = parsed.hasEdns && message[11] === 1;
  const isRead = sections !== undefined || !isAlone;
  hold(verdict !== VERDICT.ANSWER || isRead, 'forwarded, and not to be read then');
  if (sections?.opt === undefined) return;
  const options = readOptions(message, sections.opt);
  const length = options.reduce((sum, { octets }) => sum + octets.length, 0);
  hold(sections.opt.at + 11 + length <= sections.opt.end, 'options beyond their record');
  if (verdict !== VERDICT.ANSWER) return;
  hold(sections.opt.at + 11 + length === sections.opt.end, 'options were left out');
  const cookies = options.filter(({ code }) => code === COOKIE);
  hold(cookies.length > 0 === parsed.cookieLength > 0, 'a cookie for one reader alone');
}

const opt = (...rdata: string[]): Uint8Array =>
  composeRecord(Buffer.of(0), OPT, 1232, 0, Buffer.from(rdata.join(''), 'hex'));
const record = composeRecord(Buffer.of(0xc0, 12), 1, 1, 0, Buffer.alloc(4));
const input = (...records: Uint8Array[]): Uint8Array =>
  Uint8Array.of(records.length, ...Buffer.concat(records));
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

export const target: Target = {
  name: 'edns',
  shape: 'octets',
  watched: ['packages/protocol/src/query.ts', 'packages/protocol/src/sections.ts'],
  dictionary: [
    ...['000a0008', '0003', '00030000', '000029', '000a0018', '000c', '000b', '0008', 'c00c'],
    ...['00002904d0000000000000', '00002904d0000100000000', `000a0008${'61'.repeat(8)}`],
  ].map(hex),
  seeds: [
    input(),
    input(opt()),
    input(record, opt(`000a0008${'61'.repeat(8)}`, '00030000')),
    input(opt(`000a0018${'62'.repeat(24)}`, 'fde90003616161'), record),
    input(opt(), opt()),
    input(opt('0008000400012000', `000a0028${'63'.repeat(40)}`, `000a0008${'61'.repeat(8)}`)),
  ],
  takesMessages: false,
  run,
};
