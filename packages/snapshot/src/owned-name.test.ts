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
  type RecordSpec,
  readName,
  SnapshotReader,
  WrittenNames,
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
  const wire = (text: string): Uint8Array => parseName(text);
  const namesOf = (name: string): WrittenNames => new WrittenNames(foldName(parseName(name)));
  const glueRecord = (owner: string, type: number, octets: number): RecordSpec => ({
    ...{ owner: wire(owner), type, ttl: 9, rdata: new Uint8Array(octets) },
  });

  it('has its names whole where they end in others, and no glue', () => {
    const { publisher, reader } = pair();
    const names = namesOf('example.com');
    const servers = ['ns1.example.com', 'ns22.NS1.example.com', 'a.example.net', 'b.example.net'];
    const ns = composeRRset(TYPE.NS, 60, servers.map(wire), names);
    const glue = composeRecords([glueRecord('ns1.example.com', TYPE.A, 4)], GLUE, names);
    const mail = Uint8Array.of(0, 10, ...wire('m.Example.com'));
    const mx = composeRRset(TYPE.MX, 7, [mail], namesOf('example.com'));
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
      [
        ...[TYPE.NS, 60, 'ns1.example.com.', 'ns22.NS1.example.com.'],
        ...['a.example.net.', 'b.example.net.'],
      ],
      [TYPE.MX, 7, '10 m.example.com.'],
    ]);
  });

  it('has its glue where it is a zone cut: the owners are no names of the snapshot', () => {
    const { publisher, reader } = pair();
    const names = namesOf('sub.example.com');
    const cut = composeRRset(TYPE.NS, 60, [wire('ns.sub.example.com')], names);
    const glue = composeRecords(
      [
        glueRecord('ns.sub.example.com', TYPE.A, 4),
        glueRecord('ns.example.net', TYPE.AAAA, 16),
        glueRecord('ns.sub.example.com', TYPE.AAAA, 16),
      ],
      GLUE,
      names,
    );
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
