import { OPT_LENGTH, ServerCookies } from '@seamark/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CookieKeeper, readCookies } from './cookie-memory.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0);
const PEER = new Uint8Array(20);

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

/** An OPT record with what a thread gives to a client that has no cookie yet. */
function given(cookies: ServerCookies): DataView {
  const view = new DataView(new ArrayBuffer(64));
  cookies.receive(view, 0, 8, PEER);
  cookies.append(view, 0, OPT_LENGTH);
  return view;
}

/** Behind OPT's own octets, option code and length. */
const COOKIE_AT = OPT_LENGTH + 4;

function isGood(cookies: ServerCookies, opt: DataView): boolean {
  return cookies.receive(opt, COOKIE_AT, 24, PEER);
}

const timestampOf = (opt: DataView): number => opt.getUint32(COOKIE_AT + 12);

test('every thread knows what another gave, and no other server does', () => {
  const keeper = new CookieKeeper();
  const stranger = new CookieKeeper();
  const opt = given(readCookies(keeper.memory));
  expect(isGood(readCookies(keeper.memory), opt)).toBe(true);
  expect(isGood(readCookies(stranger.memory), opt)).toBe(false);
  // Nor one whose secret was never filled in.
  const clock = Int32Array.of(NOW / 1000);
  expect(isGood(new ServerCookies(new Uint8Array(16), clock), opt)).toBe(false);
  keeper.stop();
  stranger.stop();
});

test('the time goes on for threads that have begun long before, until the keeper stops', () => {
  const keeper = new CookieKeeper();
  const cookies = readCookies(keeper.memory);
  expect(timestampOf(given(cookies))).toBe(NOW / 1000);
  vi.advanceTimersByTime(90_000);
  expect(timestampOf(given(cookies))).toBe(NOW / 1000 + 90);
  keeper.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(5_000);
  expect(timestampOf(given(cookies))).toBe(NOW / 1000 + 90);
});

test.each([2 ** 31, 2 ** 32])('cookies stay good as the seconds pass %i', (wrap) => {
  vi.setSystemTime((wrap - 60) * 1000);
  const keeper = new CookieKeeper();
  const cookies = readCookies(keeper.memory);
  const opt = given(cookies);
  vi.advanceTimersByTime(120_000);
  expect(isGood(cookies, opt)).toBe(true);
  expect(timestampOf(given(cookies))).toBe((wrap + 60) % 2 ** 32);
  keeper.stop();
});

const secretOf = (octet: number): Uint8Array => new Uint8Array(16).fill(octet);

test('a secret of its own is replaced every day, and the one before is known for a day more', () => {
  const keeper = new CookieKeeper();
  const cookies = readCookies(keeper.memory);
  vi.advanceTimersByTime(86_400_000 - 2000);
  const before = given(cookies);
  vi.advanceTimersByTime(2000);
  expect(isGood(cookies, before)).toBe(true);
  const after = given(cookies);
  // The same second and client: another secret.
  const beginner = readCookies(keeper.memory);
  expect(isGood(beginner, after)).toBe(true);
  expect(isGood(beginner, before)).toBe(true);
  expect(after.getUint32(COOKIE_AT + 16)).not.toBe(before.getUint32(COOKIE_AT + 16));
  vi.advanceTimersByTime(1000);
  expect(isGood(cookies, before)).toBe(true);
  keeper.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('servers with the same secrets know one another, and go over to others without forgetting', () => {
  const [one, other] = [new CookieKeeper(), new CookieKeeper()];
  const [mine, theirs] = [readCookies(one.memory), readCookies(other.memory)];
  const [old, next] = [secretOf(1), secretOf(2)];
  for (const keeper of [one, other]) keeper.use([old]);
  const first = given(mine);
  expect(isGood(theirs, first)).toBe(true);
  // RFC 9018 5: known everywhere before it is made anywhere.
  one.use([old, next]);
  expect(isGood(theirs, given(mine))).toBe(true);
  other.use([next, old]);
  const second = given(theirs);
  expect(isGood(mine, second)).toBe(true);
  expect(isGood(theirs, first)).toBe(true);
  one.use([next]);
  other.use([next]);
  expect(isGood(mine, second)).toBe(true);
  expect(isGood(mine, first)).toBe(false);
  // Configured ones stay as they are.
  vi.advanceTimersByTime(86_400_000 * 3);
  expect(isGood(theirs, given(mine))).toBe(true);
  // And give way to one of its own where no more are configured.
  one.use([]);
  expect(isGood(theirs, given(mine))).toBe(false);
  expect(isGood(mine, given(mine))).toBe(true);
  for (const keeper of [one, other]) keeper.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('a cookie of a secret that is only known is replaced by one of the first', () => {
  const keeper = new CookieKeeper();
  const cookies = readCookies(keeper.memory);
  const [old, next] = [secretOf(1), secretOf(2)];
  keeper.use([old]);
  const before = given(cookies);
  keeper.use([next, old]);
  expect(isGood(cookies, before)).toBe(true);
  const view = new DataView(new ArrayBuffer(64));
  cookies.append(view, 0, OPT_LENGTH);
  keeper.use([next]);
  expect(isGood(cookies, view)).toBe(true);
  expect(isGood(cookies, before)).toBe(false);
  keeper.stop();
});

test('while secrets are written those of before hold', () => {
  const keeper = new CookieKeeper();
  keeper.use([secretOf(1)]);
  const cookies = readCookies(keeper.memory);
  const opt = given(cookies);
  const words = new Int32Array(keeper.memory);
  const generation = words.length - 2;
  words[generation] = (words[generation] ?? 0) + 1;
  words[0] = 4711;
  expect(isGood(cookies, opt)).toBe(true);
  words[generation] = (words[generation] ?? 0) + 1;
  expect(isGood(cookies, opt)).toBe(false);
  keeper.stop();
});
