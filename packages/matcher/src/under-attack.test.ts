// What protects others from us: no reply is answered, a cookie is wanted first where that is asked for, and a reply
// that is cut short is no longer than its question warrants.

import { EDE, RCODE, ServerCookies, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { type Message, parseMessage } from '../../../test/support/dns/message.ts';
import { composeQuery, type EdnsSpec, query, question } from '../../../test/support/dns/query.ts';
import { exchange, responderFor } from '../test-support/asking.ts';
import { CASE_ZONES, CASES } from '../test-support/cases.ts';
import { type Client, type Responder, TRANSPORT } from './index.ts';

const clock = Int32Array.of(1_800_000_000);
const cookies = () => new ServerCookies(Buffer.from('a secret, shared'), clock);
const peer = Uint8Array.of(4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7);
const client: Client = { peer: () => peer };
const CLIENT = Buffer.from('0123456789abcdef', 'hex');
const withCookie = (data: Uint8Array): EdnsSpec => ({ options: [{ code: 10, data }] });

/** One query for each way to be answered. */
const QUERIES: readonly Buffer[] = [
  ...CASES.map(({ ask }) => query(ask, { edns: {} })),
  query('www.example.com. A', { opcode: 4 }),
  query('www.example.com. A', { edns: { version: 1 } }),
  query('www.example.com. A', { trailing: Buffer.of(0) }),
  query('www.example.com. A', { edns: withCookie(CLIENT) }),
  composeQuery({ edns: withCookie(CLIENT) }),
  composeQuery({ questions: [question('www.example.com. A'), question('www.example.com. A')] }),
];

it('nothing that it says is answered, so two servers never answer each other', () => {
  const responder = responderFor(CASE_ZONES, { cookies: cookies() });
  for (const [i, octets] of QUERIES.entries()) {
    const reply = exchange(responder, octets, TRANSPORT.UDP, client);
    expect([i, reply === undefined]).toEqual([i, false]);
    for (const transport of [TRANSPORT.UDP, TRANSPORT.STREAM]) {
      expect(exchange(responder, reply ?? octets, transport, client)).toBeUndefined();
      // Nor with any of its flags and codes changed.
      for (const flags of [0x8000, 0xffff, 0x8005, 0xa000]) {
        const changed = Buffer.from(reply ?? octets);
        changed.writeUInt16BE(flags, 2);
        expect(exchange(responder, changed, transport, client)).toBeUndefined();
      }
    }
  }
});

describe('where a cookie is required', () => {
  const responder = responderFor(CASE_ZONES, { cookies: cookies(), requireCookie: true });
  const say = (octets: Uint8Array, transport: 0 | 1 = TRANSPORT.UDP): Message =>
    parseMessage(exchange(responder, octets, transport, client) ?? Buffer.alloc(0));
  const cookieOf = ({ edns }: Message): Buffer =>
    Buffer.from(edns?.options.find(({ code }) => code === 10)?.data ?? []);
  const asked = (data: Uint8Array): Buffer =>
    query('www.example.com. A', { edns: withCookie(data) });
  const given = cookieOf(say(asked(CLIENT)));

  it('it is asked for over UDP, and what is given is good (RFC 7873 5.2.3, 5.2.5)', () => {
    const first = say(asked(CLIENT));
    expect(first).toMatchObject({ rcode: RCODE.BADCOOKIE, answer: [], authority: [] });
    expect(first.flags).not.toContain('aa');
    expect(first.question).toHaveLength(1);
    expect(given).toHaveLength(24);
    expect(say(asked(given))).toMatchObject({ rcode: RCODE.NOERROR });
    expect(say(asked(given)).answer).toHaveLength(2);
  });

  it("somebody else's is as none (5.2.4)", () => {
    const forged = Buffer.concat([CLIENT, Buffer.alloc(16, 7)]);
    expect(say(asked(forged)).rcode).toBe(RCODE.BADCOOKIE);
    expect(cookieOf(say(asked(forged)))).toEqual(given);
  });

  it('who has none is answered (5.2.1), and so is everybody over a stream', () => {
    expect(say(query('www.example.com. A')).answer).toHaveLength(2);
    expect(say(query('www.example.com. A', { edns: {} })).answer).toHaveLength(2);
    expect(say(asked(CLIENT), TRANSPORT.STREAM).answer).toHaveLength(2);
  });

  it('a cookie alone is answered as ever (5.4), and so is what cannot be read', () => {
    expect(say(composeQuery({ edns: withCookie(CLIENT) })).rcode).toBe(RCODE.NOERROR);
    const trailing = Buffer.of(0);
    const odd = query('www.example.com. A', { edns: withCookie(CLIENT), trailing });
    expect(say(odd).rcode).toBe(RCODE.FORMERR);
  });

  it('names that are not ours are not told of before', () => {
    const strange = query('www.example.net. A', { edns: withCookie(CLIENT) });
    expect(say(strange)).toMatchObject({ rcode: RCODE.BADCOOKIE });
    expect(say(strange).edns?.errors).toEqual([]);
    const known = say(query('www.example.net. A', { edns: withCookie(given) }));
    expect(known.edns?.errors[0]?.code).toBe(EDE.NOT_AUTHORITATIVE);
  });
});

describe('cut short', () => {
  const memory = new Uint8Array(4096);
  const view = new DataView(memory.buffer);
  const shorten = (responder: Responder, octets: Uint8Array, rcode?: number): Uint8Array => {
    memory.fill(0xa5);
    memory.set(octets);
    responder.answer(memory, view, 0, octets.length, 4096, TRANSPORT.UDP, client);
    return memory.slice(0, responder.shorten(memory, view, 0, rcode));
  };
  const nsid = { code: 3, data: new Uint8Array() };

  it.each([
    ['plain', {}],
    ['with EDNS', { edns: { options: [nsid] } }],
    ['with a cookie', { edns: { options: [{ code: 10, data: CLIENT }, nsid] } }],
  ])('a reply is question and header: %s', (_, spec) => {
    const responder = responderFor(CASE_ZONES, { cookies: cookies(), nsid: 'n'.repeat(255) });
    for (const [type, name] of [
      [TYPE.A, 'www.example.com.'],
      [TYPE.NS, 'example.com.'],
      [TYPE.A, 'nope.example.com.'],
    ] as const) {
      const octets = composeQuery({ ...spec, questions: [{ name, type, class: 1 }] });
      const reply = shorten(responder, octets);
      const message = parseMessage(reply);
      expect(message.question).toMatchObject([{ name, type }]);
      expect([...message.answer, ...message.authority]).toEqual([]);
      expect(message.flags).toContain('tc');
      expect(reply.length).toBeLessThanOrEqual(2 * octets.length);
      expect([responder.truncated, responder.answers]).toEqual([true, 0]);
      const bad = parseMessage(shorten(responder, octets, RCODE.BADCOOKIE));
      expect(bad.flags).not.toContain('tc');
      expect(responder.truncated).toBe(false);
    }
  });
});
