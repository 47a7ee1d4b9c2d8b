// Whatever comes in as a reply: of an upstream that is forwarded to, and of a resolver that is asked.

import { TRANSPORT, type Transport } from '@seamark/matcher';
import {
  composeQuestion,
  formatName,
  formatRdata,
  parseReply,
  type ReplyRecord,
  readOptions,
  readSections,
  ServerCookies,
} from '@seamark/protocol';
import { isReplyTo, questionEndOf } from '../../../apps/server/src/detour/forward/exchange.ts';
import { PendingQuery } from '../../../apps/server/src/detour/pending-query.ts';
import type { Message, ResourceRecord } from '../../support/dns/message.ts';
import { composeName } from '../../support/dns/names.ts';
import { composeQuery, composeRecord, query, question } from '../../support/dns/query.ts';
import { parseLeniently } from '../../support/dns/reply-laws.ts';
import { hold, type Target } from '../engine/target.ts';

const cookies = new ServerCookies(new Uint8Array(16), Int32Array.of(1_700_000_000));
const PEER = Uint8Array.from([4, 0, 0xd4, 0x31, ...Array(10).fill(0), 255, 255, 192, 0, 2, 1]);
const ASKED = 'www.example.com. A';

const pending = (octets: Uint8Array, transport: Transport): PendingQuery =>
  new PendingQuery(Uint8Array.from(octets), PEER, transport, cookies);

/** Who asked: without EDNS, with it and a cookie, and over a stream. */
const CLIENTS = [
  pending(query(ASKED, { id: 7, flags: 'rd' }), TRANSPORT.UDP),
  pending(
    query(ASKED, {
      ...{ id: 8, flags: 'rd cd' },
      edns: { dnssecOk: true, udpSize: 900, options: [{ code: 10, data: Buffer.alloc(8, 1) }] },
    }),
    TRANSPORT.UDP,
  ),
  pending(query(ASKED, { id: 9, edns: {} }), TRANSPORT.STREAM),
];
const ROOMS = [512, 900, 65_535];

function run(input: Uint8Array): void {
  const strict = parseLeniently(input);
  readAsResolver(input, strict);
  for (const [i, client] of CLIENTS.entries()) passOn(input, strict, client, ROOMS[i] as number);
}

/** What a strict reader accepts we accept, and read alike; of what it refuses, some is good enough. */
function readAsResolver(input: Uint8Array, strict: Message | undefined): void {
  const reply = parseReply(input);
  if (reply === undefined) {
    hold(strict === undefined, 'a reply that is well formed was refused');
    return;
  }
  for (const record of [...reply.answer, ...reply.authority, ...reply.additional]) {
    hold(record.name.length >= 1 && record.name.length <= 255, 'no name for an owner');
    hold(formatName(record.name).length > 0, 'an owner that can not be written');
    hold(formatRdata(record.type, record.rdata).length > 0, 'RDATA that can not be written');
  }
  if (strict === undefined) return;
  hold(reply.rcode === strict.rcode && reply.id === strict.id, 'another RCODE or ID');
  for (const section of ['answer', 'authority', 'additional'] as const) {
    const [ours, theirs] = [reply[section].map(present), strict[section].map(presentStrict)];
    hold(ours.join() === theirs.join(), () => `${section}: ${ours.join()} is ${theirs.join()}`);
  }
}

const present = ({ name, type, class: rrclass, ttl }: ReplyRecord): string =>
  `${formatName(name)} ${ttl} ${rrclass} ${type}`;
const presentStrict = ({ name, type, class: rrclass, ttl }: ResourceRecord): string =>
  `${name} ${ttl} ${rrclass} ${type}`;

function passOn(
  input: Uint8Array,
  strict: Message | undefined,
  client: PendingQuery,
  room: number,
): void {
  // Its ID is a random one; here it is the one that comes in.
  const id = input.length < 2 ? 0 : Buffer.from(input).readUInt16BE(0);
  const sent = client.compose(id);
  const isReply = isReplyTo(sent, questionEndOf(sent), input);
  const sections = readSections(input);
  if (sections?.opt !== undefined) readOptions(input, sections.opt);
  if (!isReply) return;
  const passed = client.passOn(input, true);
  if (passed === undefined) {
    // The strict reader looks into no RDATA, and follows no pointer into an OPT record that is taken out.
    const isGood = strict !== undefined && sections !== undefined && sections.opt === undefined;
    hold(!isGood, 'a reply that is well formed was not passed on');
    return;
  }
  const { octets } = passed;
  hold(octets.length <= room, `${octets.length} octets to whom has room for ${room}`);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  hold(view.getUint16(0) === client.id, 'another ID than the client has');
  hold((view.getUint16(2) & 0x8000) !== 0, 'QR is not set');
  const end = client.query.questionEnd;
  const asked = Buffer.from(client.octets.subarray(12, end));
  hold(asked.equals(octets.subarray(12, end)), 'another question');
  const again = readSections(octets);
  hold(again !== undefined, 'passed on, and not to be read');
  const records = again.answers + again.authorities + again.additionals;
  hold(
    endOfRecords(octets, records) === (again.opt?.at ?? again.end),
    'an owner name that has no end, or none',
  );
  if (strict === undefined) return;
  const said = parseLeniently(octets);
  hold(said !== undefined, 'well formed when it came, and not when it was passed on');
  hold((said.edns !== undefined) === client.query.hasEdns, 'EDNS to whom has none, or none');
  if (passed.truncated && said.answer.length === 0) return;
  const kept = said.answer.map(presentStrict).join();
  hold(kept === strict.answer.map(presentStrict).join(), 'other answers than came');
}

/** Where so many records end behind a question whose name is whole; -1 for a name that leads nowhere. */
function endOfRecords(octets: Uint8Array, records: number): number {
  let at = questionEndOf(octets);
  for (let i = 0; i < records; i++) {
    const end = endOfName(octets, at);
    if (end < 0 || end + 10 > octets.length) return -1;
    at = end + 10 + (((octets[end + 8] as number) << 8) | (octets[end + 9] as number));
  }
  return at;
}

/** Behind a name of 255 octets at the most, each of whose pointers leads back. */
function endOfName(octets: Uint8Array, start: number): number {
  let end = -1;
  let length = 1;
  for (let at = start; length <= 255; ) {
    const head = octets[at];
    if (head === undefined || (head > 63 && head < 0xc0)) return -1;
    if (head === 0) return end < 0 ? at + 1 : end;
    if (head >= 0xc0) {
      const to = ((head & 0x3f) << 8) | (octets[at + 1] ?? 0xff);
      if (to >= at) return -1;
      if (end < 0) end = at + 2;
      at = to;
    } else {
      length += head + 1;
      at += head + 1;
    }
  }
  return -1;
}

const rdata = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const owner = Buffer.of(0xc0, 12);
const reply = (...records: Uint8Array[]): Uint8Array =>
  composeQuery({
    ...{ id: 4711, flags: 'qr rd ra', questions: [question(ASKED)], answer: records, edns: {} },
  });

export const target: Target = {
  name: 'reply',
  shape: 'reply',
  watched: [
    'packages/protocol/src/client.ts',
    'packages/protocol/src/sections.ts',
    'packages/protocol/src/rdata/',
    'apps/server/src/detour/pending-query.ts',
    'apps/server/src/detour/forward/exchange.ts',
  ],
  dictionary: [
    composeName('www.example.com.'),
    ...['c00c', 'c010', 'c0ff', '0001000100000e100004c0000201', '00002904d0000000000000'].map(
      rdata,
    ),
    ...['000500010000003c0002c010', '0002', '0006', '000f', '0021', '0041', '000f00020016'].map(
      rdata,
    ),
  ],
  seeds: [
    reply(composeRecord(owner, 1, 1, 60, rdata('c0000201'))),
    reply(
      composeRecord(owner, 5, 1, 60, rdata('0162 c010')),
      composeRecord(rdata('c02d'), 28, 1, 60, rdata(`20010db8${'00'.repeat(12)}`)),
    ),
    reply(...Array.from({ length: 40 }, () => composeRecord(owner, 1, 1, 60, rdata('c0000201')))),
    reply(composeRecord(owner, 15, 1, 60, rdata('000a 016d c010'))),
    reply(composeRecord(owner, 6, 1, 60, rdata(`016e c010 0168 c010 ${'00000001'.repeat(5)}`))),
    reply(composeRecord(owner, 65, 1, 60, rdata('0001 00 0001 0003 026832 0004 0004 c0000201'))),
    reply(composeRecord(owner, 33, 1, 60, rdata('0000 0001 0035 026e73 00'))),
    composeQuery({
      ...{ id: 4712, flags: 'qr tc', questions: [question(ASKED)], rcode: 3 },
      authority: [composeRecord(owner, 2, 1, 60, rdata('026e73 c010'))],
      additional: [composeRecord(rdata('026e73 c010'), 1, 1, 60, rdata('c0000201'))],
      edns: { extendedRcode: 1, options: [{ code: 15, data: rdata('0016 6e6f') }] },
    }),
    composeQuery({ id: 4713, flags: 'qr', rcode: 1 }),
    composeQuestion(composeName('www.example.com.'), 1, 7),
  ],
  takesMessages: true,
  run,
};
