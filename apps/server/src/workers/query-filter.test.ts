import { FLAG, foldName, parseName, parseQuery, Query, RCODE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { query } from '../../../../test/support/dns/index.ts';
import type { LogBlock } from '../config/server-config.ts';
import { QueryFilter } from './query-filter.ts';

const REPLIES = {
  answer: [RCODE.NOERROR, FLAG.AA, 1],
  referral: [RCODE.NOERROR, 0, 0],
  nodata: [RCODE.NOERROR, FLAG.AA, 0],
  nxdomain: [RCODE.NXDOMAIN, FLAG.AA, 0],
  refused: [RCODE.REFUSED, 0, 0],
  servfail: [RCODE.SERVFAIL, 0, 0],
} as const;

function admits(
  blocks: readonly LogBlock[] | undefined,
  name: string,
  reply: keyof typeof REPLIES,
): boolean {
  const asked = new Query();
  const sent = Uint8Array.from(query(`${name} A`));
  parseQuery(asked, sent, new DataView(sent.buffer), 0, sent.length);
  expect(asked.name.subarray(0, asked.nameLength)).toEqual(foldName(parseName(name)));
  const [rcode, flags, answers] = REPLIES[reply];
  const view = new DataView(new ArrayBuffer(512));
  view.setUint16(2, flags);
  view.setUint16(6, answers);
  const filter = QueryFilter.of({ log: true, ...(blocks === undefined ? {} : { logged: blocks }) });
  return filter?.admits(asked, rcode, view, 0) ?? false;
}

describe('a filter of the log', () => {
  it('is there if there is a log', () => {
    expect(QueryFilter.of({ log: false })).toBeUndefined();
    expect(admits(undefined, 'www.example.com.', 'servfail')).toBe(true);
  });

  it.each<[classes: LogBlock['rules'][number]['classes'], logged: readonly string[]]>([
    [undefined, Object.keys(REPLIES)],
    [['success'], ['answer', 'referral']],
    [['denial'], ['nodata', 'nxdomain']],
    [['error'], ['refused', 'servfail']],
    [
      ['denial', 'error'],
      ['nodata', 'nxdomain', 'refused', 'servfail'],
    ],
  ])('takes classes %j for %j', (classes, logged) => {
    const blocks = [{ zones: ['.'], rules: [classes === undefined ? {} : { classes }] }];
    const admitted = (Object.keys(REPLIES) as (keyof typeof REPLIES)[]).filter((reply) =>
      admits(blocks, 'www.example.com.', reply),
    );
    expect(admitted).toEqual(logged);
  });

  it('goes by the first rule whose zones hold the name, of the block with the longest zone', () => {
    const blocks: LogBlock[] = [
      { zones: ['example.com.'], rules: [{ zones: ['a.example.com.'], classes: ['denial'] }, {}] },
      { zones: ['b.example.com.'], rules: [] },
      { zones: ['example.org.'], rules: [{ zones: ['a.example.org.'] }] },
    ];
    expect(admits(blocks, 'x.A.example.com.', 'answer')).toBe(false);
    expect(admits(blocks, 'x.a.example.com.', 'nodata')).toBe(true);
    expect(admits(blocks, 'example.com.', 'answer')).toBe(true);
    expect(admits(blocks, 'x.b.example.com.', 'answer')).toBe(false);
    expect(admits(blocks, 'a.example.org.', 'refused')).toBe(true);
    expect(admits(blocks, 'example.org.', 'answer')).toBe(false);
    expect(admits(blocks, 'elsewhere.test.', 'refused')).toBe(false);
  });
});
