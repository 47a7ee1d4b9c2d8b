// The portable backend: node:dgram, one datagram at a time, on the event loop.
//
// dgram can't say which address a datagram was sent to, nor choose the one a reply leaves from. So a wildcard
// is opened twice over: one socket for each address that the machine has now, whose replies leave from there,
// and the wildcard itself for what remains (the rest of 127.0.0.0/8, addresses that come later), whose replies
// leave from whatever routing picks. The kernel prefers the socket that is bound more closely.

import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Endpoint,
  isIpv4Mapped,
  PEER_OCTETS,
  parseEndpoint,
  writeAddress,
} from '../address.ts';
import { isAnswerable } from '../answerable.ts';
import {
  type Address,
  type DgramSocketSet,
  type Handler,
  type UdpCounters,
  type UdpOptions,
  WAY_BACK_OCTETS,
} from '../contract.ts';
import { checkReply, newCounters } from '../handling.ts';
import { checkOptions, ipv4Instead, isIpv6Only, type Settings } from '../options.ts';
import { bound } from '../probe.ts';
import { openError, UdpError } from '../udp-error.ts';
import { localAddresses } from './local-addresses.ts';

/**
 * Opens a socket for each address, and one more per interface address for a wildcard, in the SO_REUSEPORT group
 * of its port where the platform has such groups. The handler is first called after the promise has resolved.
 *
 * @throws UdpError, with nothing left open
 */
export async function openDgram(options: UdpOptions, handler: Handler): Promise<DgramSocketSet> {
  const settings = checkOptions(options);
  const opened: Opened[] = [];
  try {
    for (const endpoint of settings.endpoints) opened.push(await openEndpoint(endpoint, settings));
  } catch (error) {
    await Promise.all(opened.flatMap(({ sockets }) => sockets.map(closed)));
    throw error;
  }
  return new SocketSet(opened, settings, handler);
}

/** A socket that is to be closed is read for so many turns at the most: somebody may go on sending. */
const LAST_TURNS = 128;

interface Opened {
  readonly endpoint: Endpoint;
  readonly address: Address;
  readonly sockets: readonly Socket[];
  readonly sharesPort: boolean;
}

class SocketSet implements DgramSocketSet {
  readonly addresses: (Address | undefined)[] = [];
  readonly counters: UdpCounters = newCounters();
  readonly #settings: Settings;
  /** In the order of `addresses`. */
  readonly #opened: (Opened | undefined)[] = [];
  /** By the number that a way back calls it: another than `addresses` has, which is given anew. */
  readonly #sockets = new Map<number, Socket>();
  #nextSocket = 0;
  readonly #slot: Uint8Array;
  readonly #view: DataView;
  readonly #handler: Handler;
  readonly #peer: Uint8Array = new Uint8Array(PEER_OCTETS);
  readonly #wayBack: Uint8Array = new Uint8Array(WAY_BACK_OCTETS);
  #current: RemoteInfo | undefined;
  #currentSocket = 0;
  #closed: Promise<void> | undefined;

  constructor(opened: readonly Opened[], settings: Settings, handler: Handler) {
    this.#settings = settings;
    this.#slot = new Uint8Array(settings.slotSize);
    this.#view = new DataView(this.#slot.buffer);
    this.#handler = handler;
    for (const one of opened) this.#take(one);
  }

  get sharesPort(): boolean {
    return this.#opened.every((opened) => opened?.sharesPort !== false);
  }

  async add(address: Address): Promise<number> {
    const endpoint = parseEndpoint(address);
    const others = this.#opened.flatMap((opened) =>
      opened === undefined ? [] : [opened.endpoint],
    );
    const settings = { ...this.#settings, endpoints: [...others, endpoint] };
    return this.#take(await openEndpoint(endpoint, settings));
  }

  async remove(index: number): Promise<void> {
    const opened = this.#opened[index];
    if (opened === undefined) return;
    await this.#quiet();
    this.#opened[index] = undefined;
    this.addresses[index] = undefined;
    for (const [number, socket] of this.#sockets) {
      if (opened.sockets.includes(socket)) this.#sockets.delete(number);
    }
    await Promise.all(opened.sockets.map(closed));
  }

  #take(opened: Opened): number {
    const free = this.#opened.indexOf(undefined);
    const index = free < 0 ? this.#opened.length : free;
    this.#opened[index] = opened;
    this.addresses[index] = opened.address;
    for (const socket of opened.sockets) {
      const number = this.#nextSocket;
      this.#nextSocket = (number + 1) & 0xffff;
      this.#sockets.set(number, socket);
      socket.on('message', (message, from) => this.#answer(number, index, message, from));
    }
    return index;
  }

  /** Each turn of the event loop reads some 30 datagrams of a socket; the first may be half over. */
  async #quiet(): Promise<void> {
    let received = -1;
    await nextTurn();
    for (let turn = 0; turn < LAST_TURNS && this.counters.received !== received; turn++) {
      received = this.counters.received;
      await nextTurn();
    }
  }

  #answer(number: number, index: number, message: Buffer, from: RemoteInfo): void {
    const counters = this.counters;
    const slot = this.#slot;
    counters.received++;
    counters.batches++;
    if (message.length > slot.length) {
      counters.truncated++;
      return;
    }
    slot.set(message);
    this.#current = from;
    this.#currentSocket = number;
    if (!isAnswerable(this.peer(), 2, 4, 16)) {
      counters.dropped++;
      return;
    }
    const reply = this.#handler(slot, this.#view, 0, message.length, slot.length, index);
    if (reply === 0) {
      counters.dropped++;
      return;
    }
    checkReply(reply, slot.length);
    // A copy: a send that the kernel did not take at once reads its memory later, when the slot is in use again.
    const copy = Buffer.from(slot.subarray(0, reply));
    this.#sockets.get(number)?.send(copy, from.port, from.address, this.#sent);
  }

  readonly #sent = (error: Error | null): void => {
    if (error === null) this.counters.sent++;
    else this.counters.sendErrors++;
  };

  peer(): Uint8Array {
    const peer = this.#peer;
    const from = this.#current;
    if (from === undefined) return peer;
    writeAddress(from.address, peer, 4);
    peer[0] = isIpv4Mapped(peer) ? 4 : 6;
    peer[2] = from.port >> 8;
    peer[3] = from.port;
    return peer;
  }

  peerFamily(): number {
    const from = this.#current;
    if (from === undefined) return 0;
    return from.family === 'IPv4' || from.address.startsWith('::ffff:') ? 4 : 6;
  }

  /*
   *   octet  0       2        4                  5
   *          +-------+--------+------------------+-----------------------------------+
   *          | which | peer's | octets of its    | its address as dgram has it, with |
   *          | socket| port   | address          | its scope                         |
   *          +-------+--------+------------------+-----------------------------------+
   */
  wayBack(): Uint8Array {
    const from = this.#current;
    if (from === undefined) {
      throw new UdpError('EINVAL', 'wayBack() was called outside the handler');
    }
    const octets = this.#wayBack;
    const view = new DataView(octets.buffer);
    const text = new TextEncoder().encodeInto(from.address, octets.subarray(5));
    view.setUint16(0, this.#currentSocket);
    view.setUint16(2, from.port);
    view.setUint8(4, text.written);
    return octets;
  }

  reply(wayBack: Uint8Array, message: Uint8Array): void {
    const view = new DataView(wayBack.buffer, wayBack.byteOffset, WAY_BACK_OCTETS);
    const socket = this.#sockets.get(view.getUint16(0));
    if (this.#closed !== undefined || socket === undefined) return;
    const address = new TextDecoder().decode(wayBack.subarray(5, 5 + view.getUint8(4)));
    socket.send(message, view.getUint16(2), address, this.#sent);
  }

  close(): Promise<void> {
    const sockets = this.#opened.flatMap((opened) => opened?.sockets ?? []);
    this.#closed ??= Promise.all(sockets.map(closed)).then(() => undefined);
    return this.#closed;
  }
}

async function openEndpoint(endpoint: Endpoint, settings: Settings): Promise<Opened> {
  const ipv6Only = isIpv6Only(endpoint, settings.endpoints);
  let socket: Socket;
  let sharesPort = true;
  try {
    socket = await openOne(endpoint, endpoint.source, settings, { reusePort: true, ipv6Only });
  } catch (cause) {
    const code = codeOf(cause);
    const instead = code === 'EAFNOSUPPORT' ? ipv4Instead(endpoint, settings.endpoints) : undefined;
    if (instead !== undefined) return openEndpoint(instead, settings);
    if (code !== 'ENOTSUP') throw openError('bind', code, endpoint.source, { cause });
    // macOS and Windows have no such groups, and there a wildcard keeps closer sockets off its port as well.
    sharesPort = false;
    socket = await openOne(endpoint, endpoint.source, settings, { ipv6Only });
  }
  const address = { address: endpoint.source.address, port: socket.address().port };
  if (!endpoint.isWildcard || !sharesPort)
    return { endpoint, address, sockets: [socket], sharesPort };
  const sockets = [socket];
  try {
    for (const local of localAddresses(endpoint, ipv6Only)) {
      const close = await openLocal({ address: local, port: address.port }, settings);
      if (close !== undefined) sockets.push(close);
    }
  } catch (error) {
    await Promise.all(sockets.map(closed));
    throw error;
  }
  return { endpoint, address, sockets, sharesPort };
}

/** Undefined for an address that went since it was listed or isn't ready: the wildcard socket serves it. */
async function openLocal(address: Address, settings: Settings): Promise<Socket | undefined> {
  const endpoint = parseEndpoint(address);
  try {
    return await openOne(endpoint, address, settings, { reusePort: true });
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'EADDRNOTAVAIL' || code === 'ENODEV') return undefined;
    throw openError('bind', code, address, { cause });
  }
}

async function openOne(
  endpoint: Endpoint,
  address: Address,
  settings: Settings,
  more: Partial<SocketOptions>,
): Promise<Socket> {
  const socket = createSocket({
    type: endpoint.family === 4 ? 'udp4' : 'udp6',
    ...(settings.receiveBufferBytes > 0 && { recvBufferSize: settings.receiveBufferBytes }),
    ...(settings.sendBufferBytes > 0 && { sendBufferSize: settings.sendBufferBytes }),
    // Peers are addresses, never names: without this, each send would go through dns.lookup.
    lookup: (address, family, callback) => callback(null, address, family as unknown as number),
    ...more,
  });
  try {
    await bound(socket, address);
  } catch (error) {
    await closed(socket);
    throw error;
  }
  // Later errors are ICMP's view of an earlier reply (Windows: ECONNRESET). They must not end the thread.
  socket.on('error', () => {});
  return socket;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
}
