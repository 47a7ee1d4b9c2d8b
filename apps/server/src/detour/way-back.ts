import { BroadcastChannel } from 'node:worker_threads';
import { type DgramSocketSet, openReplySender } from '@seamark/udp';
import type { UdpBackend } from '../workers/tasks.ts';

/** A reply on its way to the thread that has the socket, where no other can send by it. */
interface Parcel {
  readonly wayBack: Uint8Array;
  readonly message: Uint8Array;
}

/** Named, because either end may be replaced by another thread at any time. */
const channelOf = (slot: number): string => `seamark-replies-${slot}`;

/** Sends replies to datagrams that UDP workers received. */
export interface WaysBack {
  send(slot: number, wayBack: Uint8Array, message: Uint8Array): void;
  close(): void;
}

/** @param slots how many UDP workers there are. */
export function openWaysBack(backend: UdpBackend, slots: number): WaysBack {
  if (backend === 'batched') {
    const sender = openReplySender();
    return {
      send: (_, wayBack, message) => {
        sender.send(wayBack, message);
      },
      close: () => {},
    };
  }
  const channels = Array.from(
    { length: slots },
    (_, slot) => new BroadcastChannel(channelOf(slot)),
  );
  return {
    send: (slot, wayBack, message) =>
      channels[slot]?.postMessage({ wayBack, message } satisfies Parcel),
    close: () => {
      for (const channel of channels) channel.close();
    },
  };
}

/** The end of a worker with a dgram socket set. @returns what ends it */
export function deliverParcels(slot: number, sockets: DgramSocketSet): () => void {
  const channel = new BroadcastChannel(channelOf(slot));
  channel.onmessage = (event: unknown) => {
    const { wayBack, message } = (event as { data: Parcel }).data;
    sockets.reply(wayBack, message);
  };
  return () => channel.close();
}
