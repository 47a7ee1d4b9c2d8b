import { describe, expect, it } from 'vitest';
import {
  appendOption,
  COOKIE_LENGTH,
  composeError,
  composeOpt,
  EDE,
  OPT_LENGTH,
  parseAddress,
  ServerCookies,
} from './index.ts';

const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
const octetsOf = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** An address as @seamark/udp has it: family, zero, port, 16 octets. */
function peerOf(address: string): Uint8Array {
  const octets = parseAddress(address) ?? new Uint8Array();
  const peer = new Uint8Array(20);
  peer.set([octets.length === 4 ? 4 : 6, 0, 0x12, 0x34]);
  if (octets.length === 4) peer.fill(0xff, 14, 16);
  peer.set(octets, 20 - octets.length);
  return peer;
}

/** What a server with this secret makes of a cookie at a time, in the middle of other octets. */
function answerTo(
  cookie: string,
  address: string,
  now: number,
  secret: string = SECRET,
): { isGood: boolean; reply: string } {
  const cookies = new ServerCookies(octetsOf(secret), Int32Array.of(now | 0));
  const sent = octetsOf(cookie);
  const memory = new Uint8Array(100).fill(0xa5);
  const view = new DataView(memory.buffer);
  memory.set(sent, 7);
  const isGood = cookies.receive(view, 7, sent.length, peerOf(address));
  memory.fill(0xa5);
  const { bare } = composeError(EDE.NOT_READY, '');
  const opening = composeOpt(memory, view, 11, 1232, 0, false);
  const behind = appendOption(memory, view, 11, opening, bare);
  const end = cookies.append(view, 11, behind);
  expect(end).toBe(11 + OPT_LENGTH + bare.length + COOKIE_LENGTH);
  const outside = [...memory.subarray(0, 11), ...memory.subarray(end)];
  expect(outside.every((octet) => octet === 0xa5)).toBe(true);
  const opt = Buffer.from(memory.subarray(11, end)).toString('hex');
  const [head, reply = ''] = opt.split('000a0018');
  expect(head).toBe('00002904d0000000000022000f0002000e');
  return { isGood, reply };
}

describe('RFC 9018, appendix A', () => {
  const LEARNT = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';
  const ODD = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5';
  const V6 = '2001:db8:220:1:59de:d0f4:8769:82b8';
  const OLD_SECRET = 'dd3bdf9344b678b185a6f5cb60fca715';
  const NEW_SECRET = '445536bcd2513298075a5d379663c962';
  const ROLLED = '22681ab97d52c298010000005cf7c57926556bd0934c72f8';

  it('A.1: learning a new server cookie', () => {
    const said = answerTo('2464c4abcf10c957', '198.51.100.100', 1559731985);
    expect(said).toEqual({ isGood: false, reply: LEARNT });
  });

  it('A.2: the same client learning a renewed server cookie', () => {
    const said = answerTo(LEARNT, '198.51.100.100', 1559734385);
    expect(said).toEqual({
      isGood: true,
      reply: '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
    });
  });

  it('A.3: another client learning a renewed server cookie, from one with its reserved octets set', () => {
    // Two hours have passed, which is more than 4.3 lets pass: the hash is right, its time is over.
    const fresh = 'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e';
    expect(answerTo(ODD, '203.0.113.203', 1559734700)).toEqual({ isGood: false, reply: fresh });
    expect(answerTo(ODD, '203.0.113.203', 0x5cf78f71)).toEqual({ isGood: true, reply: ODD });
    // They are part of what is hashed.
    const zeroed = ODD.replace('01abcdef', '01000000');
    expect(answerTo(zeroed, '203.0.113.203', 0x5cf78f71).isGood).toBe(false);
  });

  it('A.4: IPv6, and a secret that was rolled over', () => {
    const now = 1559741961;
    expect(answerTo(ROLLED, V6, now, OLD_SECRET)).toEqual({ isGood: true, reply: ROLLED });
    expect(answerTo(ROLLED, V6, now, NEW_SECRET)).toEqual({
      isGood: false,
      reply: '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
    });
  });
});

describe('a server cookie', () => {
  const CLIENT = '0123456789abcdef';
  const ADDRESS = '192.0.2.1';
  const NOW = 1_800_000_000;
  const { reply: COOKIE } = answerTo(CLIENT, ADDRESS, NOW);

  /** What becomes of COOKIE, made at `made`, at `made + age`: is it good, is it sent back as it is? */
  function after(age: number, made: number = NOW): [boolean, boolean] {
    const cookie = answerTo(CLIENT, ADDRESS, made).reply;
    const { isGood, reply } = answerTo(cookie, ADDRESS, made + age);
    const fresh = answerTo(CLIENT, ADDRESS, made + age).reply;
    expect([cookie, fresh]).toContain(reply);
    return [isGood, reply === cookie];
  }

  it.each([
    ['now', 0, true, true],
    ['of half an hour', 1800, true, true],
    ['a second older', 1801, true, false],
    ['of an hour', 3600, true, false],
    ['a second older than that', 3601, false, false],
    ['five minutes from now', -300, true, true],
    ['a second later than that', -301, false, false],
    ['as far away as can be', 2 ** 31, false, false],
    ['from a time half the circle ahead', -(2 ** 31) + 1, false, false],
  ])('%s (RFC 9018 4.3)', (_, age, isGood, isKept) => {
    expect(after(age)).toEqual([isGood, isKept]);
  });

  it.each([2 ** 31 - 2, 2 ** 32 - 2])('knows its age as the clock passes %i + 2', (made) => {
    expect(after(10, made)).toEqual([true, true]);
    expect(after(1801, made)).toEqual([true, false]);
    expect(after(3601, made)).toEqual([false, false]);
  });

  it('is good from one address only, and with one client cookie', () => {
    expect(answerTo(COOKIE, ADDRESS, NOW).isGood).toBe(true);
    expect(answerTo(COOKIE, '192.0.2.2', NOW).isGood).toBe(false);
    expect(answerTo(COOKIE, '2001:db8::1', NOW).isGood).toBe(false);
    expect(answerTo(COOKIE, '::ffff:192.0.2.1', NOW).isGood).toBe(false);
    const { reply } = answerTo(CLIENT, '2001:db8::1', NOW);
    expect(answerTo(reply, '2001:db8::1', NOW).isGood).toBe(true);
    expect(answerTo(reply, '2001:db8::2', NOW).isGood).toBe(false);
  });

  it('is not good with any bit changed', () => {
    const octets = octetsOf(COOKIE);
    for (let bit = 0; bit < 8 * octets.length; bit++) {
      const changed = Buffer.from(octets);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { isGood, reply } = answerTo(changed.toString('hex'), ADDRESS, NOW);
      expect([isGood, bit]).toEqual([false, bit]);
      const client = changed.subarray(0, 8).toString('hex');
      expect(reply).toBe(answerTo(client, ADDRESS, NOW).reply);
    }
  });

  it.each([16, 23, 25, 40])('is not good in an option of %i octets', (length) => {
    const cut = Buffer.alloc(length);
    octetsOf(COOKIE).copy(cut);
    const said = answerTo(cut.toString('hex'), ADDRESS, NOW);
    expect(said).toEqual({ isGood: false, reply: COOKIE });
  });

  it('goes by a clock that somebody else keeps', () => {
    const clock = Int32Array.of(NOW);
    const cookies = new ServerCookies(octetsOf(SECRET), clock);
    const view = new DataView(new ArrayBuffer(64));
    const timestamp = (): number => {
      cookies.receive(view, 0, 8, peerOf(ADDRESS));
      cookies.append(view, 0, OPT_LENGTH);
      return view.getUint32(OPT_LENGTH + 4 + 12);
    };
    expect(timestamp()).toBe(NOW);
    clock[0] = NOW + 1;
    expect(timestamp()).toBe(NOW + 1);
  });
});
