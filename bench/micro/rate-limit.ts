// What limits of rates add to an answer: without them, with limits that nobody reaches, with networks that are exempt,
// for clients of one network and of many, and for one that is limited; and what the table costs alone.
// `node --conditions=seamark-source bench/micro/rate-limit.ts`
//
// 2 cores, Node 26.10, others at work (load average 14), `QueryPath.answer` of 1,000 hosts with and without, in turns of
// 1 ms, fastest of 1,200, in ns: hit 165, within its rate 253, limited 275; NXDOMAIN 205, 296, 310. Of the 90 ns 15 are
// the hash, 8 the account. One account in a table that two threads share: 62 for a judgement, 60 in a table of its own.

import { Worker } from 'node:worker_threads';
import {
  allocateRateLimits,
  type Client,
  JUDGEMENT,
  RateLimiter,
  type RateLimits,
  Responder,
  TRANSPORT,
} from '@seamark/matcher';
import type { SnapshotReader } from '@seamark/snapshot';
import { hostName, type Messages, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

const HOSTS = 1000;
const clock = Int32Array.of(1_800_000_000);
const KEY = Int32Array.of(0x12345678, 0x23456789);

/** Clients of so many networks of 24 bits, another one each time. */
class Clients implements Client {
  private readonly octets = Uint8Array.of(
    ...[4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0],
  );
  private readonly networks: number;
  private turn = 1;

  constructor(networks: number) {
    this.networks = networks;
  }

  peer(): Uint8Array {
    this.turn = (Math.imul(this.turn, 1_664_525) + 1_013_904_223) | 0;
    const network = (this.turn >>> 8) % this.networks;
    this.octets[17] = network >>> 8;
    this.octets[18] = network;
    this.octets[19] = this.turn >>> 24;
    return this.octets;
  }
}

const AMPLE: RateLimits = {
  ...{ responses: 1e6, nodata: 1e6, nxdomains: 1e6, referrals: 1e6, errors: 1e6 },
  ...{ amplified: 1000, requests: 0, window: 15, slip: 2, ipv4Prefix: 24, ipv6Prefix: 56 },
  ...{ exempt: [], reportOnly: false },
};

function answering(
  name: string,
  reader: SnapshotReader,
  { octets, starts, lengths }: Messages,
  clients: Clients,
  limits: RateLimits | undefined,
): Contender {
  const responder = new Responder(reader);
  const rules = limits === undefined ? undefined : [{ zones: ['.'], limits }];
  const limiter = rules && new RateLimiter(rules, allocateRateLimits(100_000, KEY), clock);
  const memory = new Uint8Array(4096);
  const view = new DataView(memory.buffer);
  const from = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        const at = i & (QUERIES - 1);
        const start = starts[at] as number;
        const length = lengths[at] as number;
        for (let j = 0; j < length; j += 4) view.setInt32(j, from.getInt32(start + j));
        let reply = responder.answer(memory, view, 0, length, 4096, TRANSPORT.UDP, clients);
        if (limiter !== undefined && reply !== 0) {
          const judgement = limiter.judge(responder, clients, length, reply);
          if (judgement === JUDGEMENT.DROP) reply = 0;
          if (judgement === JUDGEMENT.TRUNCATE) reply = responder.shorten(memory, view, 0);
        }
        total += reply;
      }
      return total;
    },
  };
}

const reader = readerOf(HOSTS);
const hits = messagesFor(HOSTS, hostName);
const misses = messagesFor(HOSTS, (i) => `no-${hostName(i)}`);
for (const [what, messages] of [
  ['hit', hits],
  ['NXDOMAIN', misses],
] as const) {
  compare(`${what}, by limits`, [
    answering('none', reader, messages, new Clients(1), undefined),
    answering('one network', reader, messages, new Clients(1), AMPLE),
    answering('1,000 networks', reader, messages, new Clients(1000), AMPLE),
    answering('65,536 networks', reader, messages, new Clients(65_536), AMPLE),
    answering('exempt', reader, messages, new Clients(1), { ...AMPLE, exempt: ['10.0.0.0/8'] }),
    answering('one network, limited', reader, messages, new Clients(1), {
      ...{ ...AMPLE, responses: 0.001, nxdomains: 0.001 },
    }),
  ]);
}

/*
 * One table for two threads, or one each, both busy with one account (the worst there is: the line goes to and fro), or
 * each with answers to 1,000 networks.
 */
const busyThread = `
  const { workerData } = require('node:worker_threads');
  Promise.all([import(workerData.matcher), import(workerData.fixture)]).then(
    ([{ RateLimiter, Responder }, { readerOf, composeQuery }]) => {
      const clock = Int32Array.of(1800000000);
      const rules = [{ zones: ['.'], limits: workerData.limits }];
      const limiter = new RateLimiter(rules, workerData.memory, clock);
      const responder = new Responder(readerOf(10));
      const memory = new Uint8Array(4096);
      const query = composeQuery('app-0.team-0.example.com');
      memory.set(query);
      const peer = Uint8Array.of(4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 0);
      const client = { peer: () => peer };
      const view = new DataView(memory.buffer);
      const length = responder.answer(memory, view, 0, query.length, 4096, 0, client);
      const stop = new Int32Array(workerData.stop);
      let turn = 1;
      while (Atomics.load(stop, 0) === 0) {
        for (let i = 0; i < 1000; i++) {
          turn = (Math.imul(turn, 1664525) + 1013904223) | 0;
          const network = (turn >>> 8) % workerData.networks;
          peer[17] = network >>> 8;
          peer[18] = network;
          limiter.judge(responder, client, query.length, length);
        }
        Atomics.add(stop, 1, 1);
      }
    },
  );
`;

async function beside(
  memory: SharedArrayBuffer,
  networks: number,
  measure: () => void,
): Promise<void> {
  const stop = new SharedArrayBuffer(8);
  const words = new Int32Array(stop);
  const worker = new Worker(busyThread, {
    eval: true,
    execArgv: ['--conditions=seamark-source'],
    workerData: {
      ...{ memory, networks, stop, limits: AMPLE },
      matcher: import.meta.resolve('@seamark/matcher'),
      fixture: new URL('./fixture.ts', import.meta.url).href,
    },
  });
  while (Atomics.load(words, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  measure();
  Atomics.store(words, 0, 1);
  await new Promise((resolve) => worker.once('exit', resolve));
}

function judging(name: string, memory: SharedArrayBuffer, networks: number): Contender {
  const limiter = new RateLimiter([{ zones: ['.'], limits: AMPLE }], memory, clock);
  const responder = new Responder(reader);
  const clients = new Clients(networks);
  const octets = new Uint8Array(4096);
  const view = new DataView(octets.buffer);
  const { octets: from, lengths } = hits;
  const length = lengths[0] as number;
  octets.set(from.subarray(0, length));
  const reply = responder.answer(octets, view, 0, length, 4096, TRANSPORT.UDP, clients);
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += limiter.judge(responder, clients, length, reply);
      return total;
    },
  };
}

for (const networks of [1, 1000]) {
  const [own, shared] = [allocateRateLimits(100_000, KEY), allocateRateLimits(100_000, KEY)];
  await beside(shared, networks, () => {
    compare(`judging beside another thread, ${networks} networks`, [
      judging('a table of its own', own, networks),
      judging('a table for both', shared, networks),
    ]);
  });
}
