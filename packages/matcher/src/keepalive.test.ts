// RFC 7828: what a client is told of its connection, and who is told nothing.

import { RCODE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { type Message, parseMessage } from '../../../test/support/dns/message.ts';
import { type EdnsSpec, query } from '../../../test/support/dns/query.ts';
import { exchange, responderFor } from '../test-support/asking.ts';
import { zone } from '../test-support/zones.ts';
import { type Client, TRANSPORT } from './index.ts';

const KEEPALIVE = 11;
const NSID = 3;
const ZONES = [
  zone(
    'example.com.',
    `@ 60 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 86400 60
     @ 60 NS ns
     ns 60 A 192.0.2.53
     www 60 A 192.0.2.1`,
  ),
];
const peer = new Uint8Array(20);
const over = (units: number): Client => ({ peer: () => peer, idleTimeout: () => units });
const asked = (...lengths: readonly number[]): EdnsSpec => ({
  options: lengths.map((length) => ({ code: KEEPALIVE, data: new Uint8Array(length) })),
});

const ask = (
  edns: EdnsSpec | undefined,
  client: Client | undefined,
  text = 'www.example.com. A',
): Message => {
  const transport = client?.idleTimeout === undefined ? TRANSPORT.UDP : TRANSPORT.STREAM;
  const asking = query(text, edns === undefined ? {} : { edns });
  const reply = exchange(responderFor(ZONES, { nsid: 'edge' }), asking, transport, client);
  if (reply === undefined) throw new Error('no reply');
  return parseMessage(reply);
};

const told = ({ edns }: Message): number | undefined => {
  const option = edns?.options.find(({ code }) => code === KEEPALIVE);
  return option && Buffer.from(option.data).readUInt16BE(0);
};

describe('over a stream', () => {
  it.each([
    [100, 100],
    [0, 0],
    [65_535, 65_535],
    [864_000, 65_535],
  ])('an idle timeout of %d is told as %d', (units, value) => {
    const reply = ask(asked(0), over(units));
    expect(told(reply)).toBe(value);
    expect(reply.answer).toHaveLength(1);
  });

  it.each(['nope.example.com. A', 'www.example.net. A', 'example.com. AXFR'])(
    '%s, too, and beside other options',
    (text) => {
      const options = [...(asked(0).options ?? []), { code: NSID, data: new Uint8Array() }];
      const reply = ask({ options }, over(7), text);
      expect(told(reply)).toBe(7);
      expect(reply.edns?.options.map(({ code }) => code)).toContain(NSID);
    },
  );

  it('nobody is told who does not ask', () => {
    expect(told(ask({}, over(7)))).toBeUndefined();
    expect(ask(undefined, over(7)).edns).toBeUndefined();
  });

  it.each([[2], [0, 2], [2, 0], [1], [65]])('a value is FORMERR: lengths %j', (...lengths) => {
    const reply = ask(asked(...lengths.flat()), over(7));
    expect(reply.rcode).toBe(RCODE.FORMERR);
    expect(reply.answer).toEqual([]);
    expect(reply.edns).toBeDefined();
  });

  it('nothing where the transport has its own way to say it', () => {
    const reply = ask(asked(2), over(-1));
    expect(reply.rcode).toBe(RCODE.NOERROR);
    expect(told(reply)).toBeUndefined();
  });
});

it.each([[], [0], [2]])('over UDP it is ignored, whatever it has: lengths %j', (...lengths) => {
  const reply = ask(asked(...lengths), { peer: () => peer });
  expect(reply.rcode).toBe(RCODE.NOERROR);
  expect(reply.answer).toHaveLength(1);
  expect(told(reply)).toBeUndefined();
});
