// What the directives beside `k8s_gateway` add to an answer (packages/matcher/src/settings): rules of access with
// few networks and with many, several blocks, NSID, and the search for a client alone.
// `node --conditions=seamark-source bench/micro/access.ts`

import { type AnswerSettings, type Client, Responder, TRANSPORT } from '@seamark/matcher';
import type { SnapshotReader } from '@seamark/snapshot';
import { Networks, readPeer } from '../../packages/matcher/src/settings/networks.ts';
import { hostName, type Messages, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

const HOSTS = 1000;

/** Clients of 10.0.0.0/8, another one each time. */
class Clients implements Client {
  private readonly octets = Uint8Array.of(
    ...[4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0],
  );
  private turn = 1;

  peer(): Uint8Array {
    this.turn = (Math.imul(this.turn, 1_664_525) + 1_013_904_223) | 0;
    this.octets[17] = this.turn >>> 24;
    this.octets[18] = this.turn >>> 16;
    this.octets[19] = this.turn >>> 8;
    return this.octets;
  }
}
const clients = new Clients();

function answering(
  name: string,
  reader: SnapshotReader,
  messages: Messages,
  settings: AnswerSettings,
): Contender {
  const responder = new Responder(reader, settings);
  const memory = new Uint8Array(4096);
  const view = new DataView(memory.buffer);
  const { octets, starts, lengths } = messages;
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
        total += responder.answer(memory, view, 0, length, 4096, TRANSPORT.UDP, clients);
      }
      return total;
    },
  };
}

const blocks = (...networks: readonly string[][]): AnswerSettings => ({
  blocks: [
    {
      zones: ['.'],
      minimalAny: false,
      access: networks.map((list) => ({ action: 'block', networks: list })),
    },
  ],
});
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${(i >> 8) & 255}.${i & 255}.7/32`);
const zones = Array.from({ length: 10 }, (_, i) => `zone-${i}.example.com.`);

const reader = readerOf(HOSTS);
const plain = messagesFor(HOSTS, hostName);
const asking = messagesFor(HOSTS, hostName, Uint8Array.of(0, 3, 0, 0));
compare('answer, by what is set', [
  answering('nothing', reader, plain, {}),
  answering('one block, no rule', reader, plain, blocks()),
  answering('eleven blocks, no rule', reader, plain, {
    blocks: [...zones, '.'].map((zone) => ({ zones: [zone], minimalAny: false, access: [] })),
  }),
  answering('a rule of one network', reader, plain, blocks(['192.0.2.0/24'])),
  answering('five rules', reader, plain, blocks(...many(5).map((network) => [network]))),
  answering('a rule of 10,000 networks', reader, plain, blocks(many(10_000))),
  answering('asked for NSID, without one', reader, asking, {}),
  answering('asked for NSID', reader, asking, { nsid: 'edge-1.example.net' }),
]);

function searching(name: string, networks: Networks): Contender {
  const address = new Int32Array(4);
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        readPeer(address, clients.peer());
        total += networks.holds(address) ? 1 : 0;
      }
      return total;
    },
  };
}

compare('a client among networks', [
  ...[1, 100, 10_000, 65_536].map((count) => searching(`${count}`, new Networks(many(count)))),
]);
