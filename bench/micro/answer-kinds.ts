// Answers of each kind, after lookups that take about as long: RRsets that are rotated, pointers, glue,
// the SOA of negative answers, refusals; CNAMEs and what they lead to, referrals.
// `node --conditions=seamark-source bench/micro/answer-kinds.ts`

import { Responder, TRANSPORT } from '@seamark/matcher';
import { CLASS, foldName, parseName, RCODE, TYPE } from '@seamark/protocol';
import {
  type ComposedRRset,
  composeRecords,
  composeRRset,
  GLUE,
  mergeHere,
  NODE,
  Publisher,
  SnapshotReader,
  WrittenNames,
} from '@seamark/snapshot';
import { type Contender, compare } from './runner.ts';
import { zoneReader } from './zone.ts';

const zone = await zoneReader(1000);
const memory = new Uint8Array(4096);
const view = new DataView(memory.buffer);

/** What is copied in before each answer is part of the figure, some 10 ns. */
function answering(
  name: string,
  rcode: number,
  records: number,
  owner: string,
  type: number,
  klass: number = CLASS.IN,
  reader: SnapshotReader = zone,
): Contender {
  const responder = new Responder(reader);
  const header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const message = Uint8Array.of(...header, ...parseName(owner), 0, type, 0, klass, 0, 0, 0, 0);
  const from = new DataView(message.buffer);
  const length = message.length - 4;
  const answer = (): number => {
    for (let i = 0; i < length; i += 4) view.setInt32(i, from.getInt32(i));
    return responder.answer(memory, view, 0, length, 4096, TRANSPORT.UDP);
  };
  answer();
  const given = view.getUint16(6) + view.getUint16(8) + view.getUint16(10);
  if (responder.rcode !== rcode || given !== records) {
    throw new Error(`${name}: RCODE ${responder.rcode}, ${given} records`);
  }
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += answer();
      return total | 0;
    },
  };
}

const { NOERROR, NXDOMAIN, REFUSED } = RCODE;
const host = 'app-500.team-15.example.com';
compare('answers of one name each', [
  answering('A of one address', NOERROR, 1, host, TYPE.A),
  answering('A of 8 addresses, rotated', NOERROR, 8, 'multi.example.com', TYPE.A),
  answering('A of a wildcard', NOERROR, 1, 'any.apps.example.com', TYPE.A),
  answering('NODATA: SOA with three pointers', NOERROR, 1, host, TYPE.AAAA),
  answering('NXDOMAIN: the same', NXDOMAIN, 1, 'no.example.com', TYPE.A),
  answering('NXDOMAIN of 122 labels', NXDOMAIN, 1, `${'a.'.repeat(120)}example.com`, TYPE.A),
  answering('SOA', NOERROR, 1, 'example.com', TYPE.SOA),
  answering('NS with glue', NOERROR, 2, 'example.com', TYPE.NS),
  answering('ANY', NOERROR, 1, host, TYPE.ANY),
  answering('no zone of ours', REFUSED, 0, 'www.example.org', TYPE.A),
  answering('class CH', REFUSED, 0, 'version.bind', 16, CLASS.CH),
]);

function namesOf(name: string): WrittenNames {
  return new WrittenNames(foldName(parseName(name)));
}

/** Chains of one and of eight CNAMEs to one address, and a zone cut with an address of its server. */
function aliases(): SnapshotReader {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  const add = (name: string, flags: number, ...rrsets: ComposedRRset[]): void =>
    publisher.add({ name: foldName(parseName(name)), zone: 0, apexLabels: 2, flags, rrsets });
  const naming = (type: number, target: string, names: WrittenNames): ComposedRRset =>
    composeRRset(type, 60, [parseName(target)], names);
  const address = Uint8Array.of(192, 0, 2, 1);
  add('example.com', NODE.APEX);
  add('c8.example.com', 0, composeRRset(TYPE.A, 60, [address]));
  for (let i = 0; i < 8; i++) {
    const names = namesOf(`c${i}.example.com`);
    add(`c${i}.example.com`, 0, naming(TYPE.CNAME, `c${i + 1}.example.com`, names));
  }
  const owner = parseName('ns.cut.example.com');
  const names = namesOf('cut.example.com');
  const ns = naming(TYPE.NS, 'ns.cut.example.com', names);
  const record = { owner, type: TYPE.A, ttl: 60, rdata: address };
  add('cut.example.com', NODE.CUT, ns, composeRecords([record], GLUE, names));
  publisher.publish();
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.refresh();
  return reader;
}

const aliased = aliases();
const there = (name: string, records: number, owner: string, type: number): Contender =>
  answering(name, NOERROR, records, owner, type, CLASS.IN, aliased);
compare('answers from several nodes, and from above', [
  there('A of one address', 1, 'c8.example.com', TYPE.A),
  there('a CNAME, asked for', 1, 'c7.example.com', TYPE.CNAME),
  there('a CNAME and A', 2, 'c7.example.com', TYPE.A),
  there('eight CNAMEs and A', 9, 'c0.example.com', TYPE.A),
  there('a referral with glue', 2, 'www.cut.example.com', TYPE.A),
]);
