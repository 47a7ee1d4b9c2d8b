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

/** The datagram that a reply is to: the worker that received it, the listener by its number, and where it came from. */
export interface Received {
  readonly slot: number;
  readonly listener: number;
  readonly wayBack: Uint8Array;
}

/** Sends replies to datagrams that UDP workers received. */
export interface WaysBack {
  send(received: Received, message: Uint8Array): void;
  close(): void;
}

/**
 * Sockets by which datagrams have come in, by listener: those of several workers have the same address and port. What
 * a worker leaves behind that ends can be sent by another's. With dgram nobody could.
 */
export class KnownSockets {
  /** By listener and slot, the way back of the last datagram. */
  private readonly known = new Map<number, Map<number, Uint8Array>>();

  note({ slot, listener, wayBack }: Received): void {
    const slots = this.known.get(listener) ?? new Map<number, Uint8Array>();
    this.known.set(listener, slots.set(slot, wayBack));
  }

  /** Of the same listener: the latest of each worker. */
  beside({ listener, slot }: Received): Uint8Array[] {
    const slots = this.known.get(listener) ?? [];
    return Array.from(slots).flatMap(([other, wayBack]) => (other === slot ? [] : [wayBack]));
  }
}

/** @param slots how many UDP workers there are. */
export function openWaysBack(backend: UdpBackend, slots: number, sockets: KnownSockets): WaysBack {
  if (backend === 'batched') {
    const sender = openReplySender();
    return {
      send: (received, message) => {
        const { wayBack } = received;
        if (sender.send(wayBack, message)) return;
        sockets.beside(received).some((by) => sender.send(wayBack, message, by));
      },
      close: () => {},
    };
  }
  const channels = Array.from(
    { length: slots },
    (_, slot) => new BroadcastChannel(channelOf(slot)),
  );
  return {
    send: ({ slot, wayBack }, message) =>
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
