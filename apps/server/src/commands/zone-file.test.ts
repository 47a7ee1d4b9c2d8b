import { foldName, parseName, TYPE } from '@seamark/protocol';
import {
  composeRecords,
  composeRRset,
  GLUE,
  mergeHere,
  NODE,
  type NodeSpec,
  Publisher,
  SnapshotReader,
  WrittenNames,
} from '@seamark/snapshot';
import { expect, test } from 'vitest';
import { zoneFile, zonesOf } from './zone-file.ts';

const ADDRESS = composeRRset(TYPE.A, 60, [Uint8Array.of(192, 0, 2, 1)]);

const node = (
  name: string,
  rrsets: NodeSpec['rrsets'] = [ADDRESS],
  flags = 0,
  zone = 0,
): NodeSpec => ({
  ...{ name: foldName(parseName(name)), zone, apexLabels: zone === 0 ? 1 : 2, flags, rrsets },
});

/** Lines of each zone of a snapshot of these nodes, added in this order. */
const files = (...nodes: NodeSpec[]): Record<string, string[]> => {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  for (const one of nodes) publisher.add(one);
  publisher.publish();
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.join();
  const entries = Array.from(zonesOf(reader), ([apex, zone]) => {
    const lines = [...zoneFile(reader, zone)].map((line) => line.replaceAll('\t', ' '));
    return [apex, lines] as const;
  });
  return Object.fromEntries(entries);
};

// RFC 4034 6.1, its own example, less the label of octet 200, which is below.
const CANONICAL = [
  'example.',
  'a.example.',
  'yljkjljk.a.example.',
  'z.a.example.',
  'zabc.a.example.',
  'z.example.',
  '\\001.z.example.',
  '*.z.example.',
  '\\200.z.example.',
];

test('names are in canonical order, from whatever order they came', () => {
  const orders = [CANONICAL, CANONICAL.toReversed(), CANONICAL.toSorted()];
  for (const order of orders) {
    const nodes = order.map((name) => node(name, [ADDRESS], name === 'example.' ? NODE.APEX : 0));
    expect(files(...nodes)['example.']).toEqual(
      CANONICAL.map((name) => `${name} 60 IN A 192.0.2.1`),
    );
  }
});

test('a name without records is a comment, unless it is there for one below it', () => {
  expect(
    files(
      node('example', [ADDRESS], NODE.APEX),
      node('between.example', []),
      node('x.between.example'),
      node('empty.example', []),
      // The octets of its name end in those of the one before it, and it is no name below that one.
      node('x\\005empty.example', [ADDRESS]),
    )['example.'],
  ).toEqual([
    'example. 60 IN A 192.0.2.1',
    'x.between.example. 60 IN A 192.0.2.1',
    '; empty.example. exists without records',
    'x\\005empty.example. 60 IN A 192.0.2.1',
  ]);
});

test('a zone cut has its glue, and a zone within another a file of its own', () => {
  const owner = parseName('ns.cut.example');
  const names = new WrittenNames(foldName(parseName('cut.example')));
  const ns = composeRRset(TYPE.NS, 60, [owner], names);
  const address = { owner, type: TYPE.A, ttl: 9, rdata: Uint8Array.of(192, 0, 2, 2) };
  const glue = composeRecords([address], GLUE, names);
  expect(
    files(
      node('sub.example', [ADDRESS], NODE.APEX, 1),
      node('cut.example', [ns, glue], NODE.CUT),
      node('example', [ADDRESS], NODE.APEX),
      node('www.sub.example', [ADDRESS], 0, 1),
    ),
  ).toEqual({
    'example.': [
      'example. 60 IN A 192.0.2.1',
      'cut.example. 60 IN NS ns.cut.example.',
      'ns.cut.example. 9 IN A 192.0.2.2',
    ],
    'sub.example.': ['sub.example. 60 IN A 192.0.2.1', 'www.sub.example. 60 IN A 192.0.2.1'],
  });
});
