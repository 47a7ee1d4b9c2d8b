// A zone of many hosts in one base segment, and questions for it, as every benchmark here uses them.

import { CLASS, foldName, parseAddress, parseName, TYPE } from '@seamark/protocol';
import {
  composeRRset,
  mergeHere,
  NODE,
  type NodeSpec,
  Publisher,
  SnapshotReader,
} from '@seamark/snapshot';

/** Questions are asked in turns, so many that no branch predictor learns them by heart. */
export const QUERIES = 4096;

export const hostName = (i: number): string => `app-${i}.team-${i % 97}.example.com`;

const APEX = foldName(parseName('example.com'));

function node(name: string, address: string): NodeSpec {
  return {
    name: foldName(parseName(name)),
    zone: 0,
    apexLabels: 2,
    flags: 0,
    rrsets: [composeRRset(TYPE.A, 60, [parseAddress(address) ?? new Uint8Array(4)])],
  };
}

/** A reader of `hosts` hosts, one A record each, and of as many overlays as asked for. */
export function readerOf(hosts: number, overlays = 0): SnapshotReader {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  publisher.add({ name: APEX, zone: 0, apexLabels: 2, flags: NODE.APEX, rrsets: [] });
  for (let i = 0; i < 97; i++) {
    publisher.add({ ...node(`team-${i}.example.com`, '192.0.2.1'), rrsets: [] });
  }
  for (let i = 0; i < hosts; i++) {
    publisher.add(node(hostName(i), `198.51.${(i >> 8) & 255}.${i & 255}`));
  }
  publisher.publish();
  // Each is less than a fourth of the one below it, and so stays by itself.
  for (let i = 0; i < overlays; i++) {
    for (let j = 0; j < 80 * 6 ** (overlays - 1 - i); j++)
      publisher.add(node(`o${i}-${j}.example.com`, '192.0.2.9'));
    publisher.publish();
  }
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.refresh();
  return reader;
}

/** A message that asks for A of `name`, with these options if it is to speak EDNS. */
export function composeQuery(name: string, options?: Uint8Array): Uint8Array {
  const header = [0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, options === undefined ? 0 : 1];
  const question = [...parseName(name), 0, TYPE.A, 0, CLASS.IN];
  if (options === undefined) return Uint8Array.of(...header, ...question);
  const opt = [0, 0, TYPE.OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, options.length];
  return Uint8Array.of(...header, ...question, ...opt, ...options);
}

/** Messages that lie one behind another, as they come from a socket. */
export interface Messages {
  readonly octets: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** QUERIES messages for names that `name` gives for random numbers below `below`. */
export function messagesFor(
  below: number,
  name: (i: number) => string,
  options?: Uint8Array,
): Messages {
  const starts = new Int32Array(QUERIES);
  const lengths = new Int32Array(QUERIES);
  const parts: Uint8Array[] = [];
  let at = 0;
  let state = 1;
  for (let i = 0; i < QUERIES; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const message = composeQuery(name(Math.floor((state / 2 ** 32) * below)), options);
    parts.push(message);
    starts[i] = at;
    lengths[i] = message.length;
    at += message.length;
  }
  // A word may be read at the end.
  return { octets: Buffer.concat([...parts, new Uint8Array(4)]), starts, lengths };
}
