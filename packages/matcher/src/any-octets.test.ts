// Properties of every reply to any octets whatever: what obeyLaws says, and that it is the reference's.

import { CLASS, ServerCookies, TYPE } from '@seamark/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeQuery } from '../../../test/support/dns/query.ts';
import { obeyLaws, UnlawfulReply } from '../../../test/support/dns/reply-laws.ts';
import { anyMessage, nearlyMessage, runs } from '../../protocol/test-support/arbitrary.ts';
import { disagreement } from '../test-support/agreement.ts';
import { exchange, responderFor } from '../test-support/asking.ts';
import { CASE_ZONES } from '../test-support/cases.ts';
import { type Client, type ResponderOptions, TRANSPORT } from './index.ts';
import { ReferenceMatcher } from './reference/reference-matcher.ts';

const peer = Uint8Array.from([4, 0, 0xd4, 0x31, ...Array(10).fill(0), 255, 255, 192, 0, 2, 1]);
const client: Client = { peer: () => peer };
const cookies = new ServerCookies(new Uint8Array(16), Int32Array.of(1_700_000_000));

const SETTINGS: readonly (readonly [string, ResponderOptions])[] = [
  ['as it is', {}],
  ['at 512 octets', { udpLimit: 512 }],
  [
    'with all that can be configured',
    {
      cookies,
      nsid: 'a.name.for.nsid',
      chaos: { version: 'v', hostname: 'h', authors: ['a'] },
      blocks: [
        {
          zones: ['example.com.'],
          minimalAny: true,
          access: [{ action: 'filter', types: [TYPE.MX] }],
        },
      ],
    },
  ],
];

/** Questions about names of the zones, beside them and below them. */
const OWNERS = CASE_ZONES.flatMap(({ apex, records }) => [
  apex,
  ...records.map(({ owner }) => owner),
]);
const question = fc
  .record({
    owner: fc.constantFrom(...OWNERS),
    below: fc.constantFrom('', '', 'x.', '*.', 'a.b.', '\\000.', 'X\\.Y.'),
    type: fc.constantFrom(
      ...[TYPE.A, TYPE.AAAA, TYPE.NS, TYPE.SOA, TYPE.CNAME, TYPE.DS, TYPE.ANY, TYPE.TXT, TYPE.AXFR],
      ...[TYPE.HTTPS, TYPE.PTR, TYPE.TKEY, TYPE.OPT, 0, 65_280],
    ),
    class: fc.constantFrom(CLASS.IN, CLASS.IN, CLASS.IN, CLASS.ANY, CLASS.CH, CLASS.NONE),
    isUpper: fc.boolean(),
  })
  .map(({ owner, below, isUpper, ...rest }) => {
    const name = `${below}${owner.replace('*', () => 'w')}`;
    // \DDD has no letters.
    return { ...rest, name: isUpper ? name.toUpperCase() : name };
  });

describe.each(SETTINGS)('a responder %s', (_, options) => {
  const responder = responderFor(CASE_ZONES, options);
  const limit = options.udpLimit ?? 1232;

  it('obeys to any octets, over UDP and a stream', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const replies = [TRANSPORT.UDP, TRANSPORT.STREAM].map((transport) =>
          exchange(responder, message, transport, client),
        );
        const isDue = message.length >= 12 && (message[2] as number) < 0x80;
        for (const [i, reply] of replies.entries()) {
          expect(reply !== undefined).toBe(isDue);
          if (reply !== undefined) obeyLaws(message, reply, i === 0 ? limit : undefined);
        }
      }),
      runs(1500),
    );
  });

  it('says the same when it is asked again, but for the order of addresses', () => {
    fc.assert(
      fc.property(nearlyMessage, (message) => {
        const [one, other] = [1, 2].map(() => exchange(responder, message, TRANSPORT.UDP, client));
        expect(one?.length).toBe(other?.length);
        const sorted = (octets: Uint8Array | undefined) => [...(octets ?? [])].sort();
        expect(sorted(one)).toEqual(sorted(other));
      }),
      runs(500),
    );
  });
});

describe('a responder and the reference', () => {
  const reference = new ReferenceMatcher(CASE_ZONES);
  const responder = responderFor(CASE_ZONES);

  it('say the same to any question about the zones', () => {
    fc.assert(
      fc.property(question, (asked) => {
        const sent = composeQuery({ id: 1, questions: [asked], edns: {} });
        const reply = exchange(responder, sent, TRANSPORT.STREAM);
        if (reply === undefined) throw new Error('no reply');
        const { reply: read } = obeyLaws(sent, reply, undefined);
        expect(disagreement(read, reference, asked.name, asked.type, asked.class)).toBeUndefined();
      }),
      runs(2000),
    );
  });
});

describe('the laws', () => {
  const responder = responderFor(CASE_ZONES);
  const sent = composeQuery({
    questions: [{ name: 'www.example.com.', type: TYPE.A, class: CLASS.IN }],
    edns: { dnssecOk: true },
  });
  const reply = exchange(responder, sent) as Uint8Array;

  it.each<[string, (octets: Uint8Array) => void]>([
    ['another ID', (octets) => flip(octets, 1, 1)],
    ['no QR', (octets) => flip(octets, 2, 0x80)],
    ['another opcode', (octets) => flip(octets, 2, 0x08)],
    ['RD', (octets) => flip(octets, 2, 1)],
    ['RA', (octets) => flip(octets, 3, 0x80)],
    ['another name', (octets) => flip(octets, 13, 0x20)],
    ['records of an error', (octets) => flip(octets, 3, 5)],
    ['one record less than counted', (octets) => flip(octets, 7, 1)],
    ['DO that was not as it was', (octets) => flip(octets, octets.length - 4, 0x80)],
  ])('are broken by %s', (_, change) => {
    expect(() => obeyLaws(sent, reply, 1232)).not.toThrow();
    const broken = reply.slice();
    change(broken);
    expect(() => obeyLaws(sent, broken, 1232)).toThrow();
  });

  it('are broken by a reply that is too long, and by one to a reply', () => {
    expect(() => obeyLaws(sent, reply, reply.length - 1)).toThrow(UnlawfulReply);
    expect(() => obeyLaws(reply, reply, 1232)).toThrow(UnlawfulReply);
  });
});

function flip(octets: Uint8Array, at: number, mask: number): void {
  octets[at] = (octets[at] as number) ^ mask;
}
