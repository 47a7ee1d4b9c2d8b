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
