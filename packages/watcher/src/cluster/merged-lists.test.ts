import { expect, test } from 'vitest';
import { RecordingSink } from '../../test-support/recording-sink.ts';
import type { Sink } from '../sources/contract.ts';
import { mergeLists } from './merged-lists.ts';

let sink: RecordingSink;

function merged(isNeeded = true): readonly [Sink, Sink] {
  sink = new RecordingSink();
  const [a, b] = mergeLists('Service', [true, isNeeded], sink);
  if (a === undefined || b === undefined) throw new Error('two were asked for');
  return [a, b];
}

function list(part: Sink, ...keys: readonly string[]): void {
  part.beginList('Service');
  for (const key of keys) part.upsert('Service', key, {});
  part.endList('Service');
}

test('the kind has been read when each part has', () => {
  const [a, b] = merged();
  list(a, 'a/1');
  expect(sink.synced.size).toBe(0);
  list(b, 'b/1');
  expect(sink.synced.size).toBe(1);
});

test('one that is not needed is waited for, unless it is failing', () => {
  for (const isFirst of [true, false]) {
    const [a, b] = merged(false);
    const fail = () => b.status('Service', { state: 'failing', reason: 'b is forbidden' });
    if (isFirst) fail();
    list(a, 'a/1');
    expect(sink.synced.size).toBe(isFirst ? 1 : 0);
    if (!isFirst) fail();
    expect(sink.synced.size).toBe(1);
    list(b, 'b/1');
    expect(sink.keys).toEqual(['Service a/1', 'Service b/1']);
    expect(sink.calls.filter((call) => call === 'endList Service')).toHaveLength(1);
  }
});

test('a list that broke off and starts over drops what is gone meanwhile, and nothing else', () => {
  const [a, b] = merged();
  a.beginList('Service');
  a.upsert('Service', 'a/1', {});
  a.upsert('Service', 'a/2', {});
  list(b, 'b/1');
  list(a, 'a/2', 'a/3');
  expect(sink.keys).toEqual(['Service a/2', 'Service a/3', 'Service b/1']);
  // And so after the first whole list, whatever a watch brought between.
  b.upsert('Service', 'b/2', {});
  a.remove('Service', 'a/2');
  b.beginList('Service');
  b.upsert('Service', 'b/2', {});
  list(b, 'b/2', 'b/3');
  list(a, 'a/3');
  expect(sink.keys).toEqual(['Service a/3', 'Service b/2', 'Service b/3']);
});

test('the kind stands as the worst of its parts, each change being told once', () => {
  const [a, b] = merged();
  a.status('Service', { state: 'listing' });
  b.status('Service', { state: 'listing' });
  a.status('Service', { state: 'watching' });
  b.status('Service', { state: 'failing', reason: 'b is forbidden', retryInMs: 800 });
  a.status('Service', { state: 'failing', reason: 'a is forbidden', retryInMs: 400 });
  a.status('Service', { state: 'watching' });
  b.status('Service', { state: 'watching' });
  expect(sink.statuses.map(({ kind: _, ...status }) => status)).toEqual([
    { state: 'listing' },
    { state: 'failing', reason: 'b is forbidden', retryInMs: 800 },
    { state: 'failing', reason: 'a is forbidden; b is forbidden', retryInMs: 400 },
    { state: 'failing', reason: 'b is forbidden', retryInMs: 800 },
    { state: 'watching' },
  ]);
});
