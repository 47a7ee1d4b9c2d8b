import { EDE, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { rcodeName } from '../../../test/support/dns/codes.ts';
import { parseMessage } from '../../../test/support/dns/message.ts';
import { query } from '../../../test/support/dns/query.ts';
import { responderFor } from '../test-support/asking.ts';
import { zone } from '../test-support/zones.ts';
import {
  type AddressRange,
  DETOURED,
  type DetourBlock,
  Detours,
  type Responder,
  TRANSPORT,
} from './index.ts';

const SOA = '@ 60 SOA ns1.example.com. hostmaster.example.com. 7 7200 1800 86400 30';
const ZONES = [
  zone(
    'example.com.',
    `${SOA}
     @      60 NS    ns1.example.com.
     ns1    60 A     192.0.2.53
     www    60 A     192.0.2.1
     a.b    60 A     192.0.2.2
     *.wild 60 A     192.0.2.3
     gone   60 CNAME nope.example.com.
     cut    60 NS    ns.example.net.`,
  ),
  zone('owns.example.', `${SOA}\n@ 60 NS ns1.example.com.\n@ 60 A 192.0.2.4`),
  zone('partial.example.', `${SOA}\n@ 60 NS ns1.example.com.`, 'partial'),
  zone('unsynced.example.', `${SOA}\n@ 60 NS ns1.example.com.`, 'unsynced'),
];
const EVERY = ['example.com.', 'owns.example.', 'partial.example.', 'unsynced.example.'];

function detours(...blocks: readonly Partial<DetourBlock>[]): Detours {
  return new Detours({
    blocks: blocks.map((block) => ({
      ...{ keys: ['.'], templates: [], fallthrough: [], forwards: [] },
      ...block,
    })),
  });
}

const FORWARD = { id: 0, from: '.', except: [] };
const EVERYWHERE = EVERY.map((name) => ({ zone: name, names: ['.'] }));

/** What becomes of a question: `detour`, or its RCODE with the extended error, if any. */
function fate(
  plan: Detours | undefined,
  text: string,
  { flags = 'rd', peer = '10.1.2.3' }: { flags?: string; peer?: string | undefined } = {},
  responder: Responder = responderFor(ZONES),
): string {
  const sent = query(text, { flags, edns: {} });
  const memory = new Uint8Array(4096);
  memory.set(sent);
  const client = { peer: () => peerOf(peer) };
  const length = responder.answer(
    ...([memory, new DataView(memory.buffer), 0, sent.length, 4096, TRANSPORT.UDP] as const),
    ...([client, plan] as const),
  );
  if (length === DETOURED) {
    expect(Buffer.from(memory.subarray(0, sent.length))).toEqual(sent);
    return 'detour';
  }
  const { rcode, edns } = parseMessage(memory.subarray(0, length));
  const ede = edns?.errors[0]?.code;
  return ede === undefined ? rcodeName(rcode) : `${rcodeName(rcode)} ${ede}`;
}

function peerOf(address: string): Uint8Array {
  const peer = new Uint8Array(20);
  const parts = address.split('.').map(Number);
  if (parts.length === 4) {
    peer[0] = 4;
    peer.set([0xff, 0xff, ...parts], 14);
    return peer;
  }
  peer[0] = 6;
  const [head = '', tail = ''] = address.split('::');
  const put = (groups: string, at: number): void => {
    for (const [i, group] of groups.split(':').filter(Boolean).entries()) {
      new DataView(peer.buffer).setUint16(at + 2 * i, Number.parseInt(group, 16));
    }
  };
  put(head, 4);
  put(tail, 20 - 2 * tail.split(':').length);
  return peer;
}

const REFUSED = `REFUSED ${EDE.NOT_AUTHORITATIVE}`;
const PROHIBITED = `REFUSED ${EDE.PROHIBITED}`;

describe('names in no zone', () => {
  it.each([
    ['www.example.net. A', 'detour'],
    ['WWW.example.NET. TYPE4711', 'detour'],
    ['. NS', 'detour'],
    ['www.example.net. AXFR', REFUSED],
    ['www.example.net. IXFR', REFUSED],
    ['www.example.net. CH A', 'REFUSED 21'],
    ['www.example.net. ANY A', REFUSED],
    ['www.example.com. A', 'NOERROR'],
    ['nope.example.com. A', 'NXDOMAIN'],
  ])('%s: %s', (text, expected) => {
    expect(fate(detours({ forwards: [FORWARD] }), text)).toBe(expected);
  });

  it('are refused without a forward, and to who wishes no recursion', () => {
    expect(fate(undefined, 'www.example.net. A')).toBe(REFUSED);
    expect(fate(detours({}), 'www.example.net. A')).toBe(REFUSED);
    expect(fate(detours({ forwards: [FORWARD] }), 'www.example.net. A', { flags: '' })).toBe(
      REFUSED,
    );
  });

  it.each([
    ['www.example.net. A', 'detour'],
    ['example.net. A', 'detour'],
    ['an-example.net. A', REFUSED],
    ['www.example.org. A', REFUSED],
    ['not.example.net. A', REFUSED],
    ['x.not.example.net. A', REFUSED],
    ['knot.example.net. A', 'detour'],
    // `from` itself is served even where it is listed.
    ['self.example. A', 'detour'],
    ['x.self.example. A', REFUSED],
  ])('are taken by FROM and except: %s: %s', (text, expected) => {
    const plan = detours({
      forwards: [
        { id: 1, from: 'example.net.', except: ['not.example.net.'] },
        { id: 2, from: 'self.example.', except: ['self.example.'] },
      ],
    });
    expect(fate(plan, text)).toBe(expected);
  });

  it('are the business of the block with the longest key', () => {
    const plan = detours({ forwards: [FORWARD] }, { keys: ['example.net.'] });
    expect(fate(plan, 'www.example.org. A')).toBe('detour');
    expect(fate(plan, 'www.example.net. A')).toBe(REFUSED);
  });
});

describe('clients', () => {
  it.each([
    ['127.0.0.1', 'detour'],
    ['10.255.255.255', 'detour'],
    ['11.0.0.0', PROHIBITED],
    ['172.15.0.1', PROHIBITED],
    ['172.16.0.1', 'detour'],
    ['172.31.255.255', 'detour'],
    ['172.32.0.0', PROHIBITED],
    ['192.168.1.1', 'detour'],
    ['192.169.1.1', PROHIBITED],
    ['100.63.255.255', PROHIBITED],
    ['100.127.255.255', 'detour'],
    ['169.254.1.1', 'detour'],
    ['192.0.2.1', PROHIBITED],
    ['::1', 'detour'],
    ['::2', PROHIBITED],
    ['fd00::1', 'detour'],
    ['fe80::1', 'detour'],
    ['febf::1', 'detour'],
    ['fec0::1', PROHIBITED],
    ['2001:db8::1', PROHIBITED],
  ])('%s: %s', (peer, expected) => {
    expect(fate(detours({ forwards: [FORWARD] }), 'www.example.net. A', { peer })).toBe(expected);
  });

  it('are those that the forward names, and no others', () => {
    const octets = Uint8Array.from([0x20, 1, 0xd, 0xb8, ...new Array<number>(12).fill(0)]);
    const clients: AddressRange[] = [{ octets, bits: 33 }];
    const plan = detours({ forwards: [{ ...FORWARD, clients }] });
    const from = (peer: string): string => fate(plan, 'www.example.net. A', { peer });
    expect(from('2001:db8::1')).toBe('detour');
    expect(from('2001:db8:8000::1')).toBe(PROHIBITED);
    expect(from('10.0.0.1')).toBe(PROHIBITED);
  });
});

describe('names in a zone with fallthrough', () => {
  it.each([
    ['nope.example.com. A', 'detour', 'a name that does not exist'],
    ['nope.example.com. NS', 'detour', 'of whatever type'],
    ['b.example.com. A', 'detour', 'an empty non-terminal'],
    ['example.com. A', 'detour', 'an apex with SOA and NS alone'],
    ['example.com. SOA', 'NOERROR', 'SOA and NS are ours'],
    ['example.com. NS', 'NOERROR', 'SOA and NS are ours'],
    ['owns.example. AAAA', 'NOERROR', 'an apex with records of its own'],
    ['www.example.com. AAAA', 'NOERROR', 'NODATA at a name with records'],
    ['x.wild.example.com. AAAA', 'NOERROR', 'NODATA at a wildcard'],
    ['gone.example.com. A', 'NXDOMAIN', 'a CNAME is a record, whatever it leads to'],
    ['x.cut.example.com. A', 'NOERROR', 'a referral'],
    ['nope.partial.example. A', `SERVFAIL ${EDE.NOT_READY}`, 'of which not all is known'],
    ['nope.unsynced.example. A', `SERVFAIL ${EDE.NOT_READY}`, 'of which nothing is known'],
    ['nope.example.com. AXFR', `REFUSED ${EDE.NOT_SUPPORTED}`, 'transfers are not'],
    ['nope.example.com. ANY A', 'NXDOMAIN', 'classes are not'],
  ])('%s: %s, %s', (text, expected) => {
    const plan = detours({ forwards: [FORWARD], fallthrough: EVERYWHERE });
    expect(fate(plan, text)).toBe(expected);
  });

  it('fall through for everyone, RD or not, unless the forward names its clients', () => {
    const asked = { flags: '', peer: '192.0.2.1' };
    const open = detours({ forwards: [FORWARD], fallthrough: EVERYWHERE });
    expect(fate(open, 'nope.example.com. A', asked)).toBe('detour');
    const closed = detours({ forwards: [{ ...FORWARD, clients: [] }], fallthrough: EVERYWHERE });
    expect(fate(closed, 'nope.example.com. A', asked)).toBe(PROHIBITED);
  });

  it('fall through as far as it says, and as somebody takes them', () => {
    const names = ['b.example.com.', 'c.example.com.'];
    const fallthrough = [{ zone: 'example.com.', names }];
    const plan = detours({ forwards: [FORWARD], fallthrough });
    expect(fate(plan, 'x.b.example.com. A')).toBe('detour');
    expect(fate(plan, 'x.c.example.com. A')).toBe('detour');
    expect(fate(plan, 'x.d.example.com. A')).toBe('NXDOMAIN');
    // Its own zone has none.
    expect(fate(plan, 'x.owns.example. A')).toBe('NXDOMAIN');
    const nobody = detours({ forwards: [{ ...FORWARD, from: 'example.net.' }], fallthrough });
    expect(fate(nobody, 'x.b.example.com. A')).toBe('NXDOMAIN');
  });
});

describe('templates', () => {
  const templates = [{ id: 0, type: 0, zones: ['example.com.'], literal: '_acme-challenge' }];

  it.each([
    ['_acme-challenge.www.example.com. TXT', 'detour'],
    ['_ACME-challenge.www.example.com. TXT', 'detour'],
    ['x._acme-challenge.example.com. A', 'detour'],
    ['_acme.www.example.com. TXT', 'NXDOMAIN'],
    ['_acme-challenge.example.net. TXT', REFUSED],
    ['_acme-challenge.example.com. AXFR', `REFUSED ${EDE.NOT_SUPPORTED}`],
    ['_acme-challenge.example.com. TYPE249', 'NOTIMP 21'],
    ['_acme-challenge.example.com. OPT', 'FORMERR'],
    ['_acme-challenge.example.com. CH TXT', 'REFUSED 21'],
    ['_acme-challenge.example.com. ANY', 'detour'],
    ['www.example.com. A', 'NOERROR'],
  ])('%s: %s', (text, expected) => {
    expect(fate(detours({ templates }), text)).toBe(expected);
  });

  it('come before what the zone has, for the type that they have', () => {
    const plan = detours({ templates: [{ id: 0, type: TYPE.A, zones: ['.'], literal: '' }] });
    expect(fate(plan, 'www.example.com. A')).toBe('detour');
    expect(fate(plan, 'www.example.com. AAAA')).toBe('NOERROR');
    expect(fate(plan, '. A')).toBe('detour');
  });
});

it('a message that could not be handed on is answered SERVFAIL', () => {
  const responder = responderFor(ZONES);
  const sent = query('wWw.example.net. A', { id: 0xbeef, flags: 'rd', edns: { dnssecOk: true } });
  const memory = new Uint8Array(4096);
  const view = new DataView(memory.buffer);
  memory.set(sent);
  const client = { peer: () => peerOf('127.0.0.1') };
  const length = responder.answer(
    ...([memory, view, 0, sent.length, 4096, TRANSPORT.UDP] as const),
    ...([client, detours({ forwards: [FORWARD] })] as const),
  );
  expect(length).toBe(DETOURED);
  const reply = parseMessage(memory.subarray(0, responder.fail(memory, view, 0)));
  expect(reply).toMatchObject({ id: 0xbeef, rcode: 2, answer: [], authority: [] });
  expect(reply.question[0]?.name).toBe('wWw.example.net.');
  expect(reply.edns?.dnssecOk).toBe(true);
});

describe('the root and top-level domains', () => {
  const WIDE = ['.', 'test.'].map((name) => zone(name, `${SOA}\n@ 60 NS ns1.example.com.`));
  const plan = detours({
    fallthrough: ['.', 'test.'].map((name) => ({ zone: name, names: ['.'] })),
    forwards: [FORWARD],
  });
  it.each([
    ['www.example.org. A', { peer: '10.1.2.3' }, 'detour'],
    ['www.example.org. A', { peer: '8.8.4.4' }, `REFUSED ${EDE.PROHIBITED}`],
    ['www.example.org. A', { peer: '10.1.2.3', flags: '' }, 'NXDOMAIN'],
    ['www.test. A', { peer: '8.8.4.4' }, `REFUSED ${EDE.PROHIBITED}`],
    ['www.test. A', { peer: '10.1.2.3' }, 'detour'],
  ])('%s of %o is %s: what falls through there is the Internet', (text, who, expected) => {
    expect(fate(plan, text, who, responderFor(WIDE))).toBe(expected);
  });
});
