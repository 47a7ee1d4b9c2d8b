import { TRANSPORT, type Transport } from '@seamark/matcher';
import { composeError, EDE, RCODE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import {
  CLASS,
  composeName,
  composeQuery,
  composeRecord,
  type Message,
  parseMessage,
  presentRdata,
  type QuerySpec,
  query,
  TYPE,
} from '../../../../test/support/dns/index.ts';
import { composePeer } from '../stream/peer-record.ts';
import { CookieKeeper, readCookies } from '../workers/cookie-memory.ts';
import { type ComposedReply, PendingQuery } from './pending-query.ts';
import { ReplySettings } from './reply-settings.ts';

const keeper = new CookieKeeper();
keeper.stop();
const peer = composePeer('192.0.2.1', 5300) ?? new Uint8Array();

const pend = (
  spec: Omit<QuerySpec, 'questions'> = {},
  transport: Transport = TRANSPORT.UDP,
  settings?: ReplySettings,
): PendingQuery =>
  new PendingQuery(
    Uint8Array.from(query('wWw.example.net. A', { id: 0x1234, flags: 'rd', ...spec })),
    ...([peer, transport, readCookies(keeper.memory), settings] as const),
  );

const address = (last: number): Buffer =>
  composeRecord(
    ...([composeName('www.example.net.'), TYPE.A, CLASS.IN, 60] as const),
    Uint8Array.of(192, 0, 2, last),
  );

const says = (spec: QuerySpec): Uint8Array =>
  composeQuery({
    ...{ id: 1, flags: 'qr aa rd ra ad' },
    questions: [{ name: 'www.example.net.', type: TYPE.A, class: CLASS.IN }],
    ...spec,
  });

/** A reply whose only record is no longer of its question's name, but of what stands at `target`. */
const pointAt = (reply: Uint8Array, target: number): Uint8Array => {
  const [question, record] = [reply.subarray(0, 33), reply.subarray(-14)];
  return Buffer.concat([question, Uint8Array.of(0xc0, target), record]);
};

const read = (reply: ComposedReply | undefined): Message => {
  if (reply === undefined) throw new Error('no reply');
  return parseMessage(reply.octets);
};

describe('what goes to another server', () => {
  test('is the question as it came, with another ID', () => {
    const octets = pend({ flags: 'rd cd' }).compose(0xabcd);
    expect(parseMessage(octets)).toMatchObject({ id: 0xabcd, flags: 'rd cd', edns: undefined });
    expect(parseMessage(octets).question[0]?.name).toBe('wWw.example.net.');
  });

  test('has the options that are not of one hop', () => {
    const data = Uint8Array.of(0, 1, 32, 0, 192, 0, 2, 1);
    const options = [10, 11, 12, 8, 65_001].map((code) => ({ code, data }));
    const message = parseMessage(pend({ edns: { udpSize: 9000, options } }).compose(1));
    expect(message.edns?.udpSize).toBe(1232);
    expect(message.edns?.options.map(({ code }) => code)).toEqual([8, 65_001]);
  });
});

describe('a reply that is passed on', () => {
  test('has the question and the ID of the client, and no authority that is not ours', () => {
    const reply = says({ answer: [address(1)] });
    const message = read(pend().passOn(reply, false));
    expect(message).toMatchObject({ id: 0x1234, rcode: 0, flags: 'qr rd ra ad' });
    expect(message.question[0]?.name).toBe('wWw.example.net.');
    expect(message.answer).toHaveLength(1);
    expect(read(pend().passOn(reply, true)).flags).toBe('qr aa rd ra ad');
    expect(read(pend({ flags: '' }).passOn(reply, true)).flags).toBe('qr aa ra ad');
  });

  test('has EDNS if the query had, whatever the other server has', () => {
    const plain = says({ answer: [address(1)] });
    const edns = says({
      answer: [address(1)],
      edns: { udpSize: 4096, options: [{ code: 10, data: new Uint8Array(24) }] },
    });
    expect(read(pend().passOn(edns, false)).edns).toBeUndefined();
    for (const reply of [plain, edns]) {
      const message = read(pend({ edns: { dnssecOk: true } }).passOn(reply, false));
      expect(message.edns).toMatchObject({ udpSize: 1232, dnssecOk: true, options: [] });
    }
  });

  test('keeps all twelve bits of an RCODE', () => {
    const reply = Buffer.from(says({ rcode: 7, edns: {} }));
    // The upper eight, in the OPT record at the end.
    reply[reply.length - 6] = 1;
    const passed = pend({ edns: {} }).passOn(reply, false);
    expect(passed?.rcode).toBe(23);
    expect(read(passed).rcode).toBe(23);
  });

  test('keeps what stands behind the OPT record', () => {
    const opt = Buffer.from(says({ edns: {} })).subarray(-11);
    const reply = says({ additional: [address(1), opt, address(2)] });
    for (const edns of [{}, undefined]) {
      const message = read(pend(edns && { edns }).passOn(reply, false));
      expect(message.additional.map(({ rdata }) => presentRdata(rdata))).toEqual([
        '192.0.2.1',
        '192.0.2.2',
      ]);
      expect(message.edns === undefined).toBe(edns === undefined);
    }
  });

  test('is a truncated one where it has no room', () => {
    const reply = says({ answer: Array.from({ length: 30 }, (_, i) => address(i)) });
    const passed = pend().passOn(reply, false);
    expect(passed?.truncated).toBe(true);
    expect(read(passed)).toMatchObject({ flags: 'qr tc rd ra ad', answer: [] });
    expect(read(pend({}, TRANSPORT.STREAM).passOn(reply, false)).answer).toHaveLength(30);
    // What EDNS lets it have ends at 1,232 all the same.
    const large = says({ answer: Array.from({ length: 60 }, (_, i) => address(i)) });
    expect(read(pend({ edns: { udpSize: 4096 } }).passOn(reply, false)).answer).toHaveLength(30);
    expect(read(pend({ edns: { udpSize: 4096 } }).passOn(large, false)).flags).toContain('tc');
  });

  test.each([
    [512, 512, 512],
    [512, 4096, 512],
    [4096, 4096, 4096],
    [4096, 1400, 1400],
  ])('has the room of bufsize: %i, to who offers %i', (udpLimit, udpSize, room) => {
    const pending = pend({ edns: { udpSize } }, TRANSPORT.UDP, new ReplySettings({ udpLimit }));
    expect(parseMessage(pending.compose(1)).edns?.udpSize).toBe(room);
    // Of 31 octets each, header and question of 33, and an OPT record.
    const most = Math.floor((room - 33 - 11) / 31);
    const of = (count: number): Message =>
      read(
        pending.passOn(
          says({ answer: Array.from({ length: count }, (_, i) => address(i)) }),
          false,
        ),
      );
    expect(of(most)).toMatchObject({ flags: 'qr rd ra ad', edns: { udpSize: udpLimit } });
    expect(of(most + 1)).toMatchObject({ flags: 'qr tc rd ra ad', edns: { udpSize: udpLimit } });
  });

  test("has this server's NSID for who asks for it, and never the other server's", () => {
    const nsid = { code: 3, data: Buffer.from('theirs') };
    const reply = says({ answer: [address(1)], edns: { options: [nsid] } });
    const asked = { udpSize: 512, options: [{ code: 3, data: new Uint8Array() }] };
    const said = (pending: PendingQuery, octets = reply): (string | undefined)[] =>
      read(pending.passOn(octets, false)).edns?.options.map(({ data }) =>
        Buffer.from(data).toString(),
      ) ?? [];
    const edge = new ReplySettings({ nsid: 'ours' });
    expect(parseMessage(pend({ edns: asked }).compose(1)).edns?.options).toEqual([]);
    expect(said(pend({ edns: asked }))).toEqual([]);
    expect(said(pend({ edns: asked }, TRANSPORT.UDP, edge))).toEqual(['ours']);
    expect(said(pend({ edns: {} }, TRANSPORT.UDP, edge))).toEqual([]);
    const failed = read(
      pend({ edns: asked }, TRANSPORT.UDP, edge).error(
        RCODE.SERVFAIL,
        composeError(EDE.NETWORK_ERROR, 'why'),
      ),
    );
    expect(failed.edns?.options.map(({ code }) => code)).toEqual([15, 3]);
    // 12 records leave 96 octets of 512, 15 three: it takes nothing from them.
    for (const [count, options] of [
      [12, ['ours']],
      [15, []],
    ] as const) {
      const full = says({ answer: Array.from({ length: count }, (_, i) => address(i)), edns: {} });
      expect(said(pend({ edns: asked }, TRANSPORT.UDP, edge), full)).toEqual(options);
      expect(
        read(pend({ edns: asked }, TRANSPORT.UDP, edge).passOn(full, false)).answer,
      ).toHaveLength(count);
    }
  });

  test('may have no question, where there is an error', () => {
    const message = read(pend().passOn(says({ questions: [], rcode: 1 }), false));
    expect(message).toMatchObject({ rcode: 1, id: 0x1234 });
    expect(message.question).toHaveLength(1);
  });

  test.each([
    ['cut off', (reply: Uint8Array) => reply.subarray(0, -1)],
    ['of counts that lie', (reply: Uint8Array) => Buffer.from(reply).fill(9, 7, 8)],
    ['with a label of no type', (reply: Uint8Array) => Buffer.from(reply).fill(0x80, 33, 34)],
    ['of an owner that is a pointer to itself', (reply: Uint8Array) => pointAt(reply, 33)],
    ['of an owner that is a pointer forward', (reply: Uint8Array) => pointAt(reply, 40)],
  ])('is none if it is malformed: %s', (_why, spoil) => {
    expect(pend().passOn(spoil(says({ answer: [address(1)] })), false)).toBeUndefined();
  });

  test('that is truncated in the middle of a record is a truncated one', () => {
    const cut = says({ answer: [address(1)], flags: 'qr aa tc ra' }).subarray(0, -3);
    const passed = pend({ edns: {} }).passOn(cut, true);
    expect(passed?.truncated).toBe(true);
    expect(read(passed)).toMatchObject({ flags: 'qr tc rd ra', answer: [], rcode: 0 });
  });

  test('may have an owner that leads back', () => {
    const reply = pointAt(says({ answer: [address(1)] }), 12);
    expect(read(pend().passOn(reply, false)).answer[0]?.name).toBe('wWw.example.net.');
  });

  test('never throws, whatever the octets', () => {
    const reply = says({ answer: [address(1), address(2)], edns: {} });
    for (let at = 0; at < reply.length; at++) {
      for (const value of [0, 1, 0x3f, 0x40, 0xc0, 0xff]) {
        const spoilt = Buffer.from(reply);
        spoilt[at] = value;
        pend({ edns: {} }).passOn(spoilt, false);
      }
      pend({ edns: {} }).passOn(reply.subarray(0, at), false);
    }
  });
});

test('an error has its extended code, and a cookie for who gave one', () => {
  const cookie = Uint8Array.from({ length: 8 }, (_, i) => i);
  const pending = pend({ edns: { options: [{ code: 10, data: cookie }] } });
  const message = read(pending.error(RCODE.SERVFAIL, composeError(EDE.NETWORK_ERROR, 'why')));
  expect(message).toMatchObject({ rcode: 2, flags: 'qr rd', answer: [] });
  expect(message.edns?.errors).toEqual([{ code: 23, text: 'why' }]);
  const given = message.edns?.options.find(({ code }) => code === 10)?.data;
  expect(given).toHaveLength(24);
  // It is good: the next reply brings the same one back.
  const next = pend({ edns: { options: [{ code: 10, data: given ?? cookie }] } });
  const again = read(next.error(RCODE.SERVFAIL)).edns?.options.find(({ code }) => code === 10);
  expect(again?.data).toEqual(given);
});

test('what is no query was never left here', () => {
  const octets = Uint8Array.from(query('a. A', { flags: 'qr' }));
  expect(() => new PendingQuery(octets, peer, TRANSPORT.UDP, readCookies(keeper.memory))).toThrow(
    'verdict',
  );
});

describe('cookies', () => {
  const options = [{ code: 10, data: Buffer.from('0123456789abcdef', 'hex') }];
  const octets = Uint8Array.from(query('www.example.net. A', { edns: { options } }));
  const cookiesOf = (reply: ComposedReply | undefined) =>
    read(reply).edns?.options.filter(({ code }) => code === 10) ?? [];

  test('are given, and known when they come back', () => {
    const pending = new PendingQuery(octets, peer, TRANSPORT.UDP, readCookies(keeper.memory));
    expect([pending.givesCookie, pending.isKnown]).toEqual([true, false]);
    const [given] = cookiesOf(pending.error(RCODE.NXDOMAIN));
    expect(given?.data).toHaveLength(24);
    const edns = { options: [{ code: 10, data: given?.data ?? Buffer.of() }] };
    expect(pend({ edns }).isKnown).toBe(true);
    expect(pend({}).isKnown).toBe(false);
  });

  test('are not, where they are ignored', () => {
    const pending = new PendingQuery(octets, peer, TRANSPORT.UDP, undefined);
    expect([pending.givesCookie, pending.isKnown]).toEqual([false, false]);
    expect(cookiesOf(pending.error(RCODE.NXDOMAIN))).toEqual([]);
    expect(cookiesOf(pending.truncate(RCODE.NOERROR))).toEqual([]);
  });
});

test('cut short, there is the question and TC', () => {
  const message = read(pend({ edns: {} }).truncate(RCODE.NXDOMAIN));
  expect(message).toMatchObject({ rcode: RCODE.NXDOMAIN, answer: [], authority: [] });
  expect(message.flags).toContain('tc');
  expect(message.question[0]?.name).toBe('wWw.example.net.');
});
