import { foldName, formatName, parseName, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { gone, host } from '../test-support/nodes.ts';
import { composeRRset, LayoutError, NameHasher, WrittenNames } from './index.ts';
import { HEADER_WORDS, MAGIC, SEGMENT } from './layout.ts';
import { NodeBatch } from './node-batch.ts';
import {
  checksum,
  nodeCountOf,
  nodeWordsOf,
  type SegmentPlace,
  SegmentWriter,
  segmentWords,
  slotsFor,
} from './segment.ts';

function batchOf(...nodes: ReturnType<typeof host>[]): NodeBatch {
  const batch = new NodeBatch(new NameHasher(3, 5));
  for (const node of nodes) batch.add(node);
  return batch;
}

/** Writes into memory that is full of other things, with more of it in front and behind. */
function write(batch: NodeBatch | undefined, below: readonly SegmentPlace[], bottom: boolean) {
  const nodes = below.reduce((sum, segment) => sum + nodeCountOf(segment), batch?.count ?? 0);
  const room = below.reduce((sum, segment) => sum + nodeWordsOf(segment), batch?.length ?? 0);
  const reserved = segmentWords(nodes, room);
  const words = new Int32Array(reserved + 20).fill(-1);
  const segment = { words, offset: 10 };
  const writer = new SegmentWriter(segment, slotsFor(nodes), bottom);
  if (batch !== undefined) writer.takeBatch(batch);
  for (const older of below) writer.takeSegment(older);
  const used = writer.finish(3, 5);
  expect(used).toBeLessThanOrEqual(reserved);
  expect(words.subarray(0, 10).every((word) => word === -1)).toBe(true);
  expect(words.subarray(10 + used).every((word) => word === -1)).toBe(true);
  return { ...segment, used };
}

/** The last octet of each node, by name: enough to tell which of two it is. */
function contents({ words, offset }: SegmentPlace): Record<string, number> {
  const found: Record<string, number> = {};
  const octets = new Uint8Array(words.buffer);
  const slots = (words[offset + SEGMENT.SLOT_MASK] ?? 0) + 1;
  for (let slot = 0; slot < slots; slot++) {
    const node = words[offset + HEADER_WORDS + 2 * slot + 1] ?? 0;
    if (node === 0) continue;
    const head = words[offset + node] ?? 0;
    const name = formatName(octets, 4 * (offset + node + 2));
    const isGone = ((head >> 8) & 1) === 1;
    const directory = offset + node + 2 + (((head & 0xff) + 3) >> 2);
    const place = words[directory + 1] ?? 0;
    const end = 4 * (offset + node) + (place >>> 16) + (place & 0xffff);
    found[name] = isGone ? -1 : (octets[end - 1] ?? 0);
  }
  return found;
}

describe('SegmentWriter', () => {
  it('keeps the first of each name: the batch, then the newest segment', () => {
    const base = write(batchOf(host('a', 1), host('b', 1), host('c', 1)), [], true);
    const middle = write(batchOf(host('b', 2), host('c', 2)), [], false);
    const merged = write(batchOf(host('c', 3)), [middle, base], true);
    expect(contents(merged)).toEqual({ 'a.': 1, 'b.': 2, 'c.': 3 });
    expect(nodeCountOf(merged)).toBe(3);
  });

  it('keeps what has gone, unless nothing lies below', () => {
    const base = write(batchOf(host('a', 1), host('b', 1)), [], true);
    const overlay = write(batchOf(gone('a'), host('c', 1)), [], false);
    expect(contents(write(batchOf(), [overlay], false))).toEqual({ 'a.': -1, 'c.': 1 });
    expect(contents(write(undefined, [overlay, base], true))).toEqual({ 'b.': 1, 'c.': 1 });
    const renewed = write(batchOf(host('a', 4)), [overlay, base], true);
    expect(contents(renewed)).toEqual({ 'a.': 4, 'b.': 1, 'c.': 1 });
  });

  it('keeps apart names whose hashes meet', () => {
    const batch = batchOf(host('a', 1), host('bb', 2), gone('c'), host('d', 4));
    for (let i = 0; i < batch.count; i++) batch.index[2 * i] = 0x7fffffff;
    const overlay = write(batch, [], false);
    expect(contents(overlay)).toEqual({ 'a.': 1, 'bb.': 2, 'c.': -1, 'd.': 4 });
    const older = batchOf(host('a', 9), host('c', 9), host('e', 9));
    for (let i = 0; i < older.count; i++) older.index[2 * i] = 0x7fffffff;
    const merged = write(undefined, [overlay, write(older, [], true)], true);
    expect(contents(merged)).toEqual({ 'a.': 1, 'bb.': 2, 'd.': 4, 'e.': 9 });
  });

  it('leaves a third of the table free, and may be empty', () => {
    for (const nodes of [0, 1, 5, 6, 1000, 4096, 87_381, 87_382]) {
      expect(slotsFor(nodes) * 2).toBeGreaterThanOrEqual(nodes * 3);
      expect(Math.log2(slotsFor(nodes)) % 1).toBe(0);
    }
    expect(nodeCountOf(write(batchOf(gone('a')), [], true))).toBe(0);
  });

  it('has a header that says what it is, and a checksum over the rest', () => {
    const segment = write(batchOf(host('a.b.c', 1)), [], true);
    const { words, offset, used } = segment;
    expect(words[offset + SEGMENT.MAGIC]).toBe(MAGIC);
    expect(words[offset + SEGMENT.LENGTH]).toBe(used);
    expect(words[offset + SEGMENT.MAX_LABELS]).toBe(3);
    expect(words[offset + SEGMENT.KEY1]).toBe(5);
    expect(checksum(segment)).toBe(words[offset + SEGMENT.CHECKSUM]);
    for (const at of [offset + HEADER_WORDS, offset + used - 1]) {
      words[at] = (words[at] ?? 0) ^ 0x100;
      expect(checksum(segment)).not.toBe(words[offset + SEGMENT.CHECKSUM]);
      words[at] = (words[at] ?? 0) ^ 0x100;
    }
  });
});

describe('NodeBatch', () => {
  const large = (octets: number) => ({
    ...gone('large.example.com'),
    flags: 0,
    rrsets: [composeRRset(TYPE.HTTPS, 60, [new Uint8Array(octets)])],
  });

  it('refuses a node of more than 255 RRsets, whose count would spill over', () => {
    const batch = new NodeBatch(new NameHasher(1, 2));
    const rrset = {
      type: 16,
      records: 0,
      octets: new Uint8Array(0),
      recordLength: 0,
      pointers: [],
    };
    const node = { name: foldName(parseName('a')), zone: 0, apexLabels: 0, flags: 0 };
    batch.add({ ...node, rrsets: Array(255).fill(rrset) });
    expect(() => batch.add({ ...node, rrsets: Array(256).fill(rrset) })).toThrow(LayoutError);
    expect(batch.count).toBe(1);
  });

  it('refuses a node of over 64 KiB and stays as it was', () => {
    const batch = batchOf(host('a', 1));
    const { length, count } = batch;
    for (const octets of [65_500, 70_000, 300_000]) {
      expect(() => batch.add(large(octets))).toThrow(LayoutError);
    }
    expect(() => batch.add(large(65_500))).toThrow(
      expect.objectContaining({ code: 'NODE_TOO_LARGE' }),
    );
    expect([batch.length, batch.count]).toEqual([length, count]);
    batch.add(large(65_000));
    expect(nodeCountOf(write(batch, [], true))).toBe(2);
  });

  it('keeps the longest names and the most labels', () => {
    const name = foldName(parseName('a.'.repeat(127)));
    const batch = batchOf({ ...host('x', 1), name });
    expect(batch.maxLabels).toBe(127);
    expect(Object.keys(contents(write(batch, [], true)))).toHaveLength(1);
  });

  it('composes alike records so that they can be turned, and no others', () => {
    expect(host('a', 1, 3).rrsets[0]).toMatchObject({ records: 3, recordLength: 16 });
    const unlike = composeRRset(TYPE.HTTPS, 1, [new Uint8Array(3), new Uint8Array(4)]);
    expect(unlike).toMatchObject({ records: 2, recordLength: 0 });
    const [apex, ns] = ['example.com', 'ns.example.com'].map((name) => foldName(parseName(name)));
    if (apex === undefined || ns === undefined) throw new Error('no names');
    expect(composeRRset(TYPE.NS, 1, [ns], new WrittenNames(apex))).toMatchObject({
      recordLength: 0,
      pointers: [15],
    });
  });
});
