// A whole answer, from the octets of a query to those of the reply, the copy of the query into the
// receive buffer included. `node --conditions=seamark-source bench/micro/answer.ts [HOSTS]`

import { type Client, Responder, TRANSPORT } from '@seamark/matcher';
import { COOKIE_LENGTH, OPT_LENGTH, ServerCookies } from '@seamark/protocol';
import type { SnapshotReader } from '@seamark/snapshot';
import { hostName, type Messages, messagesFor, QUERIES, readerOf } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

const clock = Int32Array.of(1_800_000_000);
const cookies = new ServerCookies(new Uint8Array(16), clock);
const peer = Uint8Array.of(4, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7);
const client: Client = { peer: () => peer };

/** The COOKIE option that a client at 192.0.2.7 sends from its second query on. */
function goodCookie(): Uint8Array {
  const opt = new DataView(new ArrayBuffer(OPT_LENGTH + COOKIE_LENGTH));
  cookies.receive(new DataView(new ArrayBuffer(8)), 0, 8, peer);
  cookies.append(opt, 0, OPT_LENGTH);
  return new Uint8Array(opt.buffer, OPT_LENGTH);
}

function answering(name: string, reader: SnapshotReader, messages: Messages): Contender {
  const responder = new Responder(reader, { cookies });
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
        // To whole words, which takes in some of the next message: as cheap as a kernel would do it.
        for (let j = 0; j < length; j += 4) view.setInt32(j, from.getInt32(start + j));
        total += responder.answer(memory, view, 0, length, 4096, TRANSPORT.UDP, client);
      }
      return total;
    },
  };
}

const given = process.argv[2];
for (const hosts of given === undefined ? [1000, 1_000_000] : [Number(given)]) {
  const reader = readerOf(hosts);
  compare(`answer, ${hosts.toLocaleString('en')} hosts in one segment`, [
    answering('hit', reader, messagesFor(hosts, hostName)),
    answering('hit with EDNS', reader, messagesFor(hosts, hostName, new Uint8Array(0))),
    answering('hit with a good cookie', reader, messagesFor(hosts, hostName, goodCookie())),
    answering(
      'hit with a client cookie',
      reader,
      messagesFor(hosts, hostName, Uint8Array.of(0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8)),
    ),
    answering(
      'NXDOMAIN',
      reader,
      messagesFor(hosts, (i) => `no-${hostName(i)}`),
    ),
    answering(
      'no zone of ours',
      reader,
      messagesFor(hosts, (i) => `app-${i}.example.org`),
    ),
  ]);
}
const overlaid = readerOf(100_000, 4);
compare('answer, 100,000 hosts under 4 overlays', [
  answering('hit', overlaid, messagesFor(100_000, hostName)),
]);
