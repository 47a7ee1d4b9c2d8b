import { JUDGEMENT } from '@seamark/matcher';
import { RCODE, TYPE } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { Counters, PATH, RCODE_CLASSES, sumCounters, TYPE_CLASSES } from './counters.ts';

test('a new block counts nothing', () => {
  const totals = sumCounters([new Counters().memory]);
  expect(totals.requests).toEqual(Array.from({ length: 4 }, () => TYPE_CLASSES.map(() => 0)));
  expect(totals.responses).toEqual(RCODE_CLASSES.map(() => 0));
  expect(totals).toMatchObject({ dropped: 0, truncated: 0, responseOctets: 0, dnssecOk: 0 });
});

test('each query is counted once in each dimension', () => {
  const counters = new Counters();
  counters.countReply(PATH.UDP4, TYPE.A, RCODE.NOERROR, 61, false, true);
  counters.countReply(PATH.UDP6, TYPE.AAAA, RCODE.NXDOMAIN, 100, true, false);
  counters.countReply(PATH.TCP4, TYPE.HTTPS, RCODE.BADVERS, 23, false, false);
  counters.countReply(PATH.TCP6, TYPE.CNAME, 23, 12, false, false);
  counters.countDrop();
  const totals = sumCounters([counters.memory]);
  expect(totals.requests).toEqual([
    [1, 0, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
    [0, 0, 0, 0, 1, 0],
    [0, 0, 0, 0, 0, 1],
  ]);
  expect(totals.responses).toEqual([1, 0, 0, 1, 0, 0, 1, 1]);
  expect(totals).toMatchObject({ dropped: 1, truncated: 1, responseOctets: 196, dnssecOk: 1 });
});

test('what limits of rates make of replies is counted by what becomes of them', () => {
  const counters = new Counters();
  for (const [times, judgement] of [
    [1, JUDGEMENT.DROP],
    [2, JUDGEMENT.DROP_REQUEST],
    [3, JUDGEMENT.TRUNCATE],
    [4, JUDGEMENT.BADCOOKIE],
    [5, JUDGEMENT.LET_PASS],
  ] as const) {
    for (let i = 0; i < times; i++) counters.countLimited(judgement);
  }
  expect(sumCounters([counters.memory]).limited).toEqual({
    ...{ dropped: 1, requestsDropped: 2, truncated: 3, badcookie: 4, passed: 5 },
  });
});

test('every RCODE from 0 to 5 has the slot of its name', () => {
  for (const [index, name] of RCODE_CLASSES.slice(0, 6).entries()) {
    expect(RCODE[name as keyof typeof RCODE]).toBe(index);
  }
});

test('workers are added up, through the memory that they share', () => {
  const one = new Counters();
  const other = new Counters(new Counters().memory);
  one.countReply(PATH.UDP4, TYPE.SOA, RCODE.REFUSED, 10, false, false);
  other.countReply(PATH.UDP4, TYPE.SOA, RCODE.REFUSED, 20, false, false);
  const totals = sumCounters([one.memory, other.memory]);
  expect(totals.requests[PATH.UDP4]).toEqual([0, 0, 2, 0, 0, 0]);
  expect(totals.responseOctets).toBe(30);
});
