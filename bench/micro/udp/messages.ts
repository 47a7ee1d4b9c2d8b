// What lies between recvmmsg and sendmmsg for each datagram, the handler left out.
// `node --conditions=seamark-source bench/micro/udp/messages.ts`

import { loadLibc } from '../../../packages/udp/src/batched/libc.ts';
import {
  CONTROL_OCTETS_IPV4,
  MessageMemory,
  NAME_OCTETS,
  PayloadMemory,
} from '../../../packages/udp/src/batched/message-memory.ts';
import { checkReply } from '../../../packages/udp/src/handling.ts';
import { type Contender, compare } from '../runner.ts';

const BATCH = 64;
const SLOT = 4096;
const loaded = loadLibc();
if (!loaded.ok) throw new Error(loaded.reason);
const { libc } = loaded;
const payload = new PayloadMemory(libc, BATCH, SLOT);
const plain = new MessageMemory(libc, payload, BATCH, SLOT, 16, 0);
const wildcard = new MessageMemory(libc, payload, BATCH, SLOT, 16, CONTROL_OCTETS_IPV4);

function doing(name: string, step: (slot: number) => number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += step(i & (BATCH - 1));
      return total | 0;
    },
  };
}

compare('make a reply of a slot', [
  doing('MessageMemory.reply', (slot) => {
    plain.reply(slot, slot, 61);
    return slot;
  }),
  doing('the same with IP_PKTINFO (replyControl)', (slot) => {
    wildcard.reply(slot, slot, 61);
    return slot;
  }),
  doing('loser: its payload moved to the front', (slot) => {
    payload.octets.copyWithin(0, slot * payload.stride, slot * payload.stride + 61);
    return slot;
  }),
]);

compare('what is read of a slot', [
  doing('lengthOf and flagsOf', (slot) => plain.lengthOf(slot) + plain.flagsOf(slot)),
  doing('sendAddressOf', (slot) => plain.sendAddressOf(slot) % 3),
  doing('checkReply', (slot) => {
    checkReply(slot + 1, SLOT);
    return slot;
  }),
]);

const peer = new Uint8Array(20);
const { octets, namesAt } = plain;
const fill = (slot: number): void => {
  const at = namesAt + slot * NAME_OCTETS;
  for (let i = 0; i < 4; i++) peer[16 + i] = octets[at + 4 + i] as number;
};
compare('the peer of a slot, for the query log', [
  doing('octet by octet, as SocketSet.peer', (slot) => {
    for (let i = 4; i < 14; i++) peer[i] = 0;
    peer[14] = 0xff;
    peer[15] = 0xff;
    fill(slot);
    return peer[16] as number;
  }),
  doing('loser: fill', (slot) => {
    peer.fill(0, 4, 14).fill(0xff, 14, 16);
    fill(slot);
    return peer[16] as number;
  }),
]);

compare('the end of a batch of 64', [
  doing('restore, with IP_PKTINFO', (slot) => {
    wildcard.used = BATCH;
    wildcard.restore();
    return slot;
  }),
]);
