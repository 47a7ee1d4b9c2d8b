import { parseQuery, Query, VERDICT } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { LoopDetector, type Probe } from './loop-detector.ts';

function queryOf(octets: Uint8Array): Query {
  const query = new Query();
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  expect(parseQuery(query, octets, view, 0, octets.length)).toBe(VERDICT.ANSWER);
  return query;
}

function detector(): { loops: string[]; loop: LoopDetector; see: (probe: Probe) => void } {
  const loops: string[] = [];
  const loop = new LoopDetector((name) => loops.push(name));
  return { loops, loop, see: ({ octets }) => loop.see(queryOf(octets)) };
}

test.each(['.', 'example.com.'])('a question below %s that comes back twice is a loop', (zone) => {
  const { loops, loop, see } = detector();
  const probe = loop.probe(zone, 7);
  expect(probe.name.endsWith(zone)).toBe(true);
  see(probe);
  see(probe);
  expect(loops).toEqual([]);
  see(probe);
  see(probe);
  expect(loops).toEqual([probe.name]);
});

test('others are none, nor one that is no longer looked for', () => {
  const { loops, loop, see } = detector();
  const [one, other] = [loop.probe('.', 1), loop.probe('.', 2)];
  expect(one.name).not.toBe(other.name);
  see(one);
  see(other);
  see(one);
  see(other);
  loop.forget(one);
  see(one);
  see(one);
  expect(loops).toEqual([]);
});
