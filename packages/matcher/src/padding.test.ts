// Padding (RFC 7830), by the policy of RFC 8467: what a reply tells by its size.

import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../test/support/dns/message.ts';
import { type EdnsSpec, query } from '../../../test/support/dns/query.ts';
import { exchange, responderFor } from '../test-support/asking.ts';
import { zone } from '../test-support/zones.ts';
import { TRANSPORT, type Transport } from './index.ts';

const PADDING = 12;
const padded: EdnsSpec = { options: [{ code: PADDING, data: Buffer.alloc(3) }] };
const many = (count: number, name: string) =>
  Array.from(
    { length: count },
    (_, i) => `${name} 60 A 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
  );

const responder = responderFor(
  [
    zone(
      'example.com.',
      [
        '@ 60 SOA ns hostmaster 1 7200 1800 86400 60',
        '@ 60 NS ns',
        'ns 60 A 192.0.2.53',
        'www 60 A 192.0.2.1',
        ...many(100, 'many'),
        ...many(4092, 'most'),
      ].join('\n'),
    ),
  ],
  { nsid: 'edge' },
);

const replyTo = (
  asked: string,
  edns: EdnsSpec | undefined,
  transport: Transport = TRANSPORT.TLS,
): Uint8Array => {
  const sent = query(asked, edns === undefined ? {} : { edns });
  return exchange(responder, sent, transport) ?? Buffer.alloc(0);
};
const paddingOf = (reply: Uint8Array): Uint8Array | undefined =>
  parseMessage(reply).edns?.options.find(({ code }) => code === PADDING)?.data;

describe('over an encrypted transport', () => {
  it.each(['www.example.com. A', 'nope.example.com. A', 'example.org. A', 'many.example.com. A'])(
    'the reply to %s is a multiple of 468 octets',
    (asked) => {
      for (const transport of [TRANSPORT.TLS, TRANSPORT.HTTPS]) {
        const reply = replyTo(asked, padded, transport);
        expect(reply.length % 468).toBe(0);
        expect(paddingOf(reply)?.every((octet) => octet === 0)).toBe(true);
      }
    },
  );

  it('says the same as without', () => {
    const [plain, full] = [undefined, padded].map((edns) =>
      parseMessage(replyTo('many.example.com. A', edns ?? {})),
    );
    expect(full?.answer).toHaveLength(100);
    expect(new Set(full?.answer.map(String))).toEqual(new Set(plain?.answer.map(String)));
  });

  it('comes behind whatever else the OPT record has', () => {
    const options = [...(padded.options ?? []), { code: 3, data: Buffer.alloc(0) }];
    const reply = replyTo('www.example.com. A', { options });
    expect(reply).toHaveLength(468);
    expect(parseMessage(reply).edns?.options.map(({ code }) => code)).toEqual([3, PADDING]);
  });

  it('is of errors, too', () => {
    const sent = query('www.example.com. A', {
      edns: { ...padded, owner: Buffer.from('\x01a\0') },
    });
    const reply = exchange(responder, sent, TRANSPORT.TLS) ?? Buffer.alloc(0);
    expect(parseMessage(reply).rcode).toBe(1);
    expect(reply).toHaveLength(468);
  });

  it('takes no room from an answer, and ends where a message must', () => {
    const reply = replyTo('most.example.com. A', padded);
    expect(parseMessage(reply).answer).toHaveLength(4092);
    expect(reply.length).toBe(65_535);
  });
});

it.each([
  ['over UDP', TRANSPORT.UDP, padded],
  ['over TCP', TRANSPORT.STREAM, padded],
  ['to who did not ask for it', TRANSPORT.TLS, {}],
  ['to who has no EDNS', TRANSPORT.TLS, undefined],
] as const)('there is none %s', (_, transport, edns) => {
  const reply = replyTo('www.example.com. A', edns, transport);
  expect(paddingOf(reply)).toBeUndefined();
  expect(reply.length).toBeLessThan(100);
});

it('does not last', () => {
  replyTo('www.example.com. A', padded);
  expect(replyTo('www.example.com. A', {}).length).toBeLessThan(100);
});
