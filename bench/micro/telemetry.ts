// What counting a message costs, and noting it in the query log.
// `node --conditions=seamark-source bench/micro/telemetry.ts`

import { CLASS, FLAG, parseName, TYPE } from '@seamark/protocol';
import { Counters, PATH } from '../../apps/server/src/telemetry/counters.ts';
import { allocateQueryLog, QueryLogWriter } from '../../apps/server/src/telemetry/query-log.ts';
import { type Contender, compare } from './runner.ts';

function doing(name: string, step: (i: number) => number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += step(i);
      return total | 0;
    },
  };
}

const counters = new Counters();
const shared = new BigInt64Array(new SharedArrayBuffer(512));
const words = new Int32Array(new SharedArrayBuffer(512));
compare('count a reply', [
  doing('Counters.countReply', (i) => {
    counters.countReply(PATH.UDP4, i & 1 ? TYPE.A : TYPE.AAAA, i & 3, 61, false, (i & 1) !== 0);
    return i;
  }),
  doing('Counters.countDrop', (i) => {
    counters.countDrop();
    return i;
  }),
  doing('loser: Atomics.add on three of 32 bits, which wrap', (i) => {
    Atomics.add(words, i & 1, 1);
    Atomics.add(words, 8 + (i & 3), 1);
    return Atomics.add(words, 16, 61);
  }),
  doing('loser: Atomics.add on three of 64 bits', (i) => {
    Atomics.add(shared, i & 1, 1n);
    Atomics.add(shared, 8 + (i & 3), 1n);
    Atomics.add(shared, 16, 61n);
    return i;
  }),
]);

const memory = allocateQueryLog(4096);
const writer = new QueryLogWriter(memory);
const log = new Int32Array(memory);
/** Where the reader says how far it has come: here it has read everything at once. */
const READ = 16;
const name = new Uint8Array(260);
const owner = parseName('app-1234.team-56.example.com');
name.set(owner);
const peer = new Uint8Array(20);
const flags = FLAG.QR | FLAG.AA;
const write = (i: number): void => {
  writer.write(
    ...([peer, false, i & 0xffff, TYPE.A, CLASS.IN, name, owner.length, false, 1232] as const),
    ...([45, 61, flags, 0, -1] as const),
  );
};
const clock = new Float64Array(1);
compare('note a query', [
  doing('QueryLogWriter.write', (i) => {
    write(i);
    log[READ] = log[0] as number;
    return i;
  }),
  doing('the same, the ring full', (i) => {
    log[READ] = (log[0] as number) - 4096;
    write(i);
    return i;
  }),
  doing('loser: with the time, by Date.now, which allocates', (i) => {
    clock[0] = Date.now();
    write(i);
    log[READ] = log[0] as number;
    return i;
  }),
  doing('loser: with the time, by performance.now', (i) => {
    clock[0] = performance.now();
    write(i);
    log[READ] = log[0] as number;
    return i;
  }),
]);
