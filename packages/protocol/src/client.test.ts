import { describe, expect, it } from 'vitest';
import { dnsPacket } from '../test-support/dns-packet.ts';
import { Random } from '../test-support/random.ts';
import { composeQuestion, parseReply } from './client.ts';
import { EDE, TYPE } from './constants.ts';
import { formatName, parseName } from './name.ts';
import { parseQuery, Query, VERDICT } from './query.ts';
import { formatRdata } from './rdata/rdata.ts';

const octets = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));

/** www.example.com CNAME b.example.com, compressed; SOA with both its names so; OPT with EDE 14 and RCODE 16. */
const REPLY = octets(`
  1234 8500 0001 0001 0001 0001
  03777777 076578616d706c65 03636f6d 00 0001 0001
  c00c 0005 0001 0000003c 0004 0162 c010
  c010 0006 0001 0000000a 001d 026e73 c010 01 68 c03d 00000001 00000002 00000003 00000004 0000000a
  00 0029 04d0 01000000 0006 000f 0002 000e
`);

describe('a reply', () => {
  it('is read with its names whole, the OPT record apart', () => {
    const reply = parseReply(REPLY);
    expect(reply).toMatchObject({ id: 0x1234, flags: 0x8500, rcode: 16, ede: 14, additional: [] });
    const texts = [...(reply?.answer ?? []), ...(reply?.authority ?? [])].map(
      ({ name, ttl, type, rdata }) => `${formatName(name)} ${ttl} ${formatRdata(type, rdata)}`,
    );
    expect(texts).toEqual([
      'www.example.com. 60 b.example.com.',
      'example.com. 10 ns.example.com. h.ns.example.com. 1 2 3 4 10',
    ]);
  });

  it('is as dns-packet reads it', () => {
    const packet = dnsPacket.encode({
      ...{ type: 'response', id: 7, flags: 0 },
      questions: [{ type: 'MX', name: 'example.com' }],
      answers: [
        {
          type: 'MX',
          name: 'example.com',
          ttl: 5,
          data: { preference: 10, exchange: 'm.example.com' },
        },
        { type: 'AAAA', name: 'm.example.com', ttl: 6, data: '2001:db8::1' },
      ],
    });
    const reply = parseReply(new Uint8Array(packet));
    expect(reply?.ede).toBe(EDE.NONE);
    expect(reply?.answer.map(({ type, rdata }) => formatRdata(type, rdata))).toEqual([
      '10 m.example.com.',
      '2001:db8::1',
    ]);
  });

  it('that is cut short anywhere, or longer than it says, is none', () => {
    for (let length = 0; length < REPLY.length; length++) {
      expect(parseReply(REPLY.slice(0, length))).toBeUndefined();
    }
    expect(parseReply(Uint8Array.of(...REPLY, 0))).toBeUndefined();
  });

  it('whose name points at itself or forward is none', () => {
    for (const target of [0x2d, 0x2e, 0xff]) {
      const looped = REPLY.slice();
      looped[0x2d - 12] = 0xc0;
      looped[0x2d - 11] = target;
      expect(parseReply(looped)).toBeUndefined();
    }
  });

  it('of any octets throws nothing', () => {
    const random = new Random(3);
    for (let i = 0; i < 20_000; i++) {
      const mangled = REPLY.slice();
      for (let n = random.below(4); n >= 0; n--)
        mangled[random.below(REPLY.length)] = random.below(256);
      parseReply(mangled);
    }
  });
});

describe('a question', () => {
  it('is one that we would answer', () => {
    const message = composeQuestion(parseName('Www.example.com'), TYPE.TXT, 4711);
    const query = new Query();
    const padded = new Uint8Array(message.length + 8);
    padded.set(message);
    const verdict = parseQuery(query, padded, new DataView(padded.buffer), 0, message.length);
    expect({ verdict, type: query.type, edns: query.hasEdns }).toEqual({
      ...{ verdict: VERDICT.ANSWER, type: TYPE.TXT, edns: true },
    });
  });
});
