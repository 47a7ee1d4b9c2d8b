import { foldName, formatName, formatRdata, parseName, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { Random } from '../../protocol/test-support/random.ts';
import { find, gone, host, publish } from '../test-support/nodes.ts';
import {
  composeRecords,
  composeRRset,
  GLUE,
  mergeHere,
  NODE,
  type NodeSpec,
  Publisher,
  readName,
  SnapshotReader,
} from './index.ts';

function pair(): { publisher: Publisher; reader: SnapshotReader } {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  return { publisher, reader: new SnapshotReader(publisher.handle, 0) };
}

/** Every name in the snapshot with the values of its records. */
function listed(reader: SnapshotReader): string[] {
  const names: string[] = [];
  reader.refresh();
  reader.forEachNode((node) => {
    const { name, rrsets } = readName(reader, node);
    const values = rrsets.flatMap(({ rdata }) => rdata.map((octets) => octets.join('.')));
    names.push(`${formatName(name)} ${values.join()}`);
  });
  return names.sort();
}

describe('the names of a snapshot', () => {
  it('are visited once each, as they are now, whatever segments say of them', () => {
    const { publisher, reader } = pair();
    const random = new Random(1);
    const known = new Map<string, number>();
    for (let step = 0; step < 400; step++) {
      const name = `h${random.below(60)}.example.com`;
      const value = step + 1;
      const leaves = random.below(3) === 0;
      if (leaves) known.delete(name);
      else known.set(name, value);
      publish(publisher, leaves ? gone(name) : host(name, value));
      if (step % 20 !== 0) continue;
      const expected = [...known].map(
        ([name, value]) => `${name}. 0.0.${value >> 8}.${value & 255}`,
      );
      expect(listed(reader)).toEqual(expected.sort());
    }
    expect(known.size).toBeGreaterThan(10);
  });

  it('are none before anything was published', () => {
    expect(listed(pair().reader)).toEqual([]);
  });
});

describe('a name that is read back', () => {
  const apex = foldName(parseName('example.com'));
  const node = (name: string, flags: number, rrsets: NodeSpec['rrsets']): NodeSpec => ({
    ...{ name: foldName(parseName(name)), zone: 3, apexLabels: 2, flags, rrsets },
  });
  const below = (label: string): Uint8Array =>
    Uint8Array.of(label.length, ...Buffer.from(label), 0xc0, 0x0c);

  it('has its names whole where they end in the apex, and no glue', () => {
    const { publisher, reader } = pair();
    const [ns1, ns22] = [below('ns1'), below('ns22')];
    const glue = composeRecords(
      [
        {
          ...{ owner: ns1, ownerPointers: [4], type: TYPE.A, ttl: 5 },
          ...{ rdata: Uint8Array.of(192, 0, 2, 1), rdataPointers: [] },
        },
      ],
      GLUE,
    );
    const ns = composeRRset(TYPE.NS, 60, [ns1, ns22], [[4], [5]]);
    const mx = composeRRset(TYPE.MX, 7, [Uint8Array.of(0, 10, ...below('m'))], [[4]]);
    publish(publisher, node('example.com', NODE.APEX, [ns, glue, mx]));
    reader.refresh();
    const { name, flags, rrsets, zone, ...owned } = readName(reader, find(reader, 'example.com'));
    expect({ name: formatName(name), flags, zone, apex: owned.apex }).toEqual({
      ...{ name: 'example.com.', flags: NODE.APEX, zone: 3, apex },
    });
    const texts = rrsets.map(({ type, ttl, rdata }) => [
      ...[type, ttl],
      ...rdata.map((octets) => formatRdata(type, octets)),
    ]);
    expect(texts).toEqual([
      [TYPE.NS, 60, 'ns1.example.com.', 'ns22.example.com.'],
      [TYPE.MX, 7, '10 m.example.com.'],
    ]);
  });

  it('has its glue where it is a zone cut: the owners are no names of the snapshot', () => {
    const { publisher, reader } = pair();
    const outside = foldName(parseName('ns.example.net'));
    const ns = Uint8Array.of(2, ...Buffer.from('ns'), 3, ...Buffer.from('sub'), 0xc0, 0x0c);
    const record = (
      owner: Uint8Array,
      ownerPointers: number[],
      type: number,
      rdata: Uint8Array,
    ) => ({
      ...{ owner, ownerPointers, type, ttl: 9, rdata, rdataPointers: [] },
    });
    const glue = composeRecords(
      [
        record(ns, [7], TYPE.A, Uint8Array.of(192, 0, 2, 1)),
        record(outside, [], TYPE.AAAA, new Uint8Array(16)),
        record(ns, [7], TYPE.AAAA, new Uint8Array(16)),
      ],
      GLUE,
    );
    const cut = composeRRset(TYPE.NS, 60, [ns], [[7]]);
    publish(publisher, node('sub.example.com', NODE.CUT, [cut, glue]));
    reader.refresh();
    const owned = readName(reader, find(reader, 'sub.example.com'));
    expect(owned.rrsets.map(({ rdata }) => rdata.map((octets) => formatName(octets)))).toEqual([
      ['ns.sub.example.com.'],
    ]);
    const texts = owned.glue.map(({ owner, type, ttl, rdata }) =>
      [formatName(owner), ttl, type, ...rdata.map((octets) => octets.length)].join(' '),
    );
    expect(texts).toEqual([
      'ns.sub.example.com. 9 1 4',
      'ns.example.net. 9 28 16',
      'ns.sub.example.com. 9 28 16',
    ]);
  });

  it('keeps what it has when its memory is used again', () => {
    const { publisher, reader } = pair();
    publish(publisher, node('www.example.com', 0, []), host('a.example.com', 7));
    reader.refresh();
    const before = readName(reader, find(reader, 'a.example.com'));
    reader.octets.fill(0xff);
    expect(formatName(before.name)).toBe('a.example.com.');
    expect(before.rrsets[0]?.rdata).toEqual([Uint8Array.of(0, 0, 0, 7)]);
  });
});
