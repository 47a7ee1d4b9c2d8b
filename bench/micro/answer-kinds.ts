// Answers of each kind, after lookups that take about as long: RRsets that are rotated, apex pointers, glue,
// the SOA of negative answers, refusals. `node --conditions=seamark-source bench/micro/answer-kinds.ts`

import { Responder, TRANSPORT } from '@seamark/matcher';
import { CLASS, parseName, RCODE, TYPE } from '@seamark/protocol';
import { type Contender, compare } from './runner.ts';
import { zoneReader } from './zone.ts';

const reader = await zoneReader(1000);
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
  answering('NODATA: SOA with two apex pointers', NOERROR, 1, host, TYPE.AAAA),
  answering('NXDOMAIN: the same', NXDOMAIN, 1, 'no.example.com', TYPE.A),
  answering('NXDOMAIN of 122 labels', NXDOMAIN, 1, `${'a.'.repeat(120)}example.com`, TYPE.A),
  answering('SOA', NOERROR, 1, 'example.com', TYPE.SOA),
  answering('NS with glue', NOERROR, 2, 'example.com', TYPE.NS),
  answering('ANY', NOERROR, 1, host, TYPE.ANY),
  answering('no zone of ours', REFUSED, 0, 'www.example.org', TYPE.A),
  answering('class CH', REFUSED, 0, 'version.bind', 16, CLASS.CH),
]);
