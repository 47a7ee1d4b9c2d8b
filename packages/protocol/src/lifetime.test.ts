import { describe, expect, test } from 'vitest';
import {
  CLASS,
  composeName,
  composeQuery,
  composeRecord,
  TYPE,
} from '../../../test/support/dns/index.ts';
import { lifetimeOf } from './index.ts';

const record = (type: number, ttl: number, rdata: Uint8Array = Buffer.alloc(4)) =>
  composeRecord(composeName('www.example.com.'), type, CLASS.IN, ttl, rdata);
const soa = (ttl: number, minimum: number): Buffer => {
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(minimum, 16);
  const rdata = Buffer.concat([composeName('ns.'), composeName('hostmaster.'), numbers]);
  return record(TYPE.SOA, ttl, rdata) as Buffer;
};
const reply = (spec: Parameters<typeof composeQuery>[0]): Buffer =>
  composeQuery({
    flags: 'qr',
    questions: [{ name: 'www.example.com.', type: TYPE.A, class: CLASS.IN }],
    ...spec,
  });

describe('the lifetime of a reply', () => {
  test.each([
    ['the least TTL of an answer', { answer: [record(1, 300), record(1, 60)] }, 60],
    [
      'not that of name servers beside it',
      { answer: [record(1, 300)], authority: [record(2, 5)] },
      300,
    ],
    ['that of a negative answer by its SOA', { rcode: 3, authority: [soa(60, 3600)] }, 60],
    ['or by MINIMUM', { authority: [soa(3600, 30)] }, 30],
    [
      'the lesser of a CNAME and a denial',
      { rcode: 3, answer: [record(5, 20)], authority: [soa(60, 60)] },
      20,
    ],
    [
      'and the other way round',
      { rcode: 3, answer: [record(5, 200)], authority: [soa(60, 60)] },
      60,
    ],
    ['that of a referral', { authority: [record(2, 50), record(2, 40)] }, 40],
    ['an SOA that is asked for has its own TTL', { answer: [soa(500, 30)] }, 500],
    ['none of an error', { rcode: 2, answer: [record(1, 300)] }, 0],
    ['none of a reply without records', {}, 0],
    ['a TTL with its topmost bit is 0', { answer: [record(1, 0x8000_0001)] }, 0],
    ['nothing is said of what is cut off', { answer: [record(1, 300).subarray(0, 20)] }, 0],
  ] as const)('%s', (_, spec, seconds) => {
    expect(lifetimeOf(reply(spec as Parameters<typeof composeQuery>[0]))).toBe(seconds);
  });

  test('is 0 for no message at all', () => {
    expect(lifetimeOf(Buffer.alloc(3))).toBe(0);
  });
});
