// Hot path: serveBatch and what it calls allocate nothing per datagram. Bench: bench/micro/udp/echo.ts.

import { isIpv4Mapped, PEER_OCTETS, parseEndpoint } from '../address.ts';
import type { Address, BatchedSocketSet, Handler, UdpCounters, UdpOptions } from '../contract.ts';
import { checkReply, newCounters } from '../handling.ts';
import { checkOptions, type Settings } from '../options.ts';
import { errnoName, formatEndpoint, UdpError } from '../udp-error.ts';
import { type Libc, loadLibc } from './libc.ts';
import { AF_INET, MSG_DONTWAIT, MSG_TRUNC, MSG_WAITFORONE, POLLIN } from './linux.ts';
import {
  CONTROL_OCTETS_IPV4,
  CONTROL_OCTETS_IPV6,
  MessageMemory,
  NAME_OCTETS,
  PayloadMemory,
} from './message-memory.ts';
import {
  allowFragments,
  closeSocket,
  type OpenSocket,
  openSocket,
  withdrawSocket,
} from './socket.ts';
import { WayBackWriter } from './way-back.ts';

/** Whether `openBatched` can work here, and if not, why: then `openDgram` is the one to use. */
export function batchedSupport(): { ok: true } | { ok: false; reason: string } {
  const loaded = loadLibc();
  return loaded.ok ? { ok: true } : loaded;
}

/**
 * Opens a socket for each address, in the SO_REUSEPORT group of its port: every thread or process of the same
 * user that opens the same address gets a share of its datagrams, by a hash over the addresses and ports of
 * both sides. Belongs to the calling thread, meant to be a worker. Where that worker is terminated Node
 * closes the sockets, provided that `trackUnmanagedFds` is on, as it is by default.
 *
 * @throws UdpError, with nothing left open; ENOTSUP where `batchedSupport` says no
 */
export function openBatched(options: UdpOptions): BatchedSocketSet {
  const settings = checkOptions(options);
  const loaded = loadLibc();
  if (!loaded.ok) {
    throw new UdpError('ENOTSUP', `no batched UDP: ${loaded.reason}; use openDgram instead`);
  }
  const sockets: OpenSocket[] = [];
  try {
    for (const endpoint of settings.endpoints) {
      sockets.push(openSocket(loaded.libc, endpoint, settings));
    }
    return new SocketSet(loaded.libc, sockets, settings);
  } catch (error) {
    for (const socket of sockets) closeSocket(socket.fd);
    throw error;
  }
}

interface Listener {
  readonly fd: number;
  readonly index: number;
  readonly socket: OpenSocket;
  readonly memory: MessageMemory;
  readonly wayBack: WayBackWriter;
}

/** A socket that is to be closed is read so many times at the most: somebody may go on sending. */
const LAST_BATCHES = 64;

class SocketSet implements BatchedSocketSet {
  readonly addresses: (Address | undefined)[] = [];
  readonly counters: UdpCounters = newCounters();
  readonly #libc: Libc;
  readonly #settings: Settings;
  readonly #batch: number;
  readonly #slotSize: number;
  readonly #timeoutMs: number;
  readonly #payload: PayloadMemory;
  readonly #listeners: Listener[] = [];
  /** struct pollfd each: fd (32 bits), events (16), revents (16). */
  #pollFds: Int32Array = new Int32Array(0);
  #pollAddress = 0;
  readonly #peer: Uint8Array = new Uint8Array(PEER_OCTETS);
  /** Where the datagram in the handler's hands lies. */
  #current: MessageMemory | undefined;
  #currentWayBack: WayBackWriter | undefined;
  #currentSlot = 0;
  #isClosed = false;

  constructor(libc: Libc, sockets: readonly OpenSocket[], settings: Settings) {
    const { batch, slotSize } = settings;
    this.#libc = libc;
    this.#settings = settings;
    this.#batch = batch;
    this.#slotSize = slotSize;
    this.#timeoutMs = settings.receiveTimeoutMs;
    this.#payload = new PayloadMemory(libc, batch, slotSize);
    for (const socket of sockets) this.#take(socket);
    this.#layOutPoll();
  }

  add(address: Address): number {
    const endpoint = parseEndpoint(address);
    const others = this.#listeners.map(({ socket }) => socket.endpoint);
    const settings = { ...this.#settings, endpoints: [...others, endpoint] };
    const index = this.#take(openSocket(this.#libc, endpoint, settings));
    this.#layOutPoll();
    return index;
  }

  remove(index: number, handler: Handler): void {
    const at = this.#listeners.findIndex((listener) => listener.index === index);
    const listener = this.#listeners[at];
    if (listener === undefined) return;
    for (let i = 0; i < LAST_BATCHES && this.#serve(listener, MSG_DONTWAIT, handler) > 0; i++);
    this.#listeners.splice(at, 1);
    this.addresses[index] = undefined;
    this.#current = undefined;
    this.#layOutPoll();
    closeSocket(listener.fd);
  }

  allowFragments(index: number, isAllowed: boolean): void {
    const listener = this.#listeners.find((one) => one.index === index);
    if (listener !== undefined) allowFragments(this.#libc, listener.socket, isAllowed);
  }

  withdraw(): void {
    for (const { socket } of this.#listeners) withdrawSocket(this.#libc, socket);
  }

  #take(socket: OpenSocket): number {
    const { fd, family, isWildcard } = socket;
    const free = this.addresses.indexOf(undefined);
    const index = free < 0 ? this.addresses.length : free;
    this.addresses[index] = socket.address;
    const name = family === 4 ? 16 : 28;
    const control = family === 4 ? CONTROL_OCTETS_IPV4 : CONTROL_OCTETS_IPV6;
    const controlOctets = isWildcard ? control : 0;
    const { batch, slotSize } = this.#settings;
    const memory = new MessageMemory(
      ...([this.#libc, this.#payload, batch, slotSize, name, controlOctets] as const),
    );
    this.#listeners.push({ fd, index, socket, memory, wayBack: new WayBackWriter(fd) });
    return index;
  }

  #layOutPoll(): void {
    const buffer = new ArrayBuffer(Math.max(1, this.#listeners.length) * 8);
    this.#pollFds = new Int32Array(buffer);
    this.#pollAddress = this.#libc.addressOf(buffer);
    for (const [place, { fd }] of this.#listeners.entries()) {
      this.#pollFds[place * 2] = fd;
      this.#pollFds[place * 2 + 1] = POLLIN;
    }
  }

  serveBatch(handler: Handler): number {
    const listeners = this.#listeners;
    const first = listeners[0];
    if (first === undefined && this.#isClosed) {
      throw new UdpError('EBADF', 'the socket set is closed');
    }
    // A lone socket needs no poll: the wait is the SO_RCVTIMEO of its recvmmsg. Without any, poll waits as long.
    if (first !== undefined && listeners.length === 1) {
      return this.#serve(first, MSG_WAITFORONE, handler);
    }
    const ready = this.#libc.poll(this.#pollAddress, listeners.length, this.#timeoutMs);
    if (ready <= 0) return 0;
    let received = 0;
    for (let i = 0; i < listeners.length; i++) {
      const revents = (this.#pollFds[i * 2 + 1] as number) >>> 16;
      // A handler may close the set; the list is empty then.
      const listener = listeners[i];
      if (revents !== 0 && listener !== undefined) {
        received += this.#serve(listener, MSG_DONTWAIT, handler);
      }
    }
    return received;
  }

  #serve(listener: Listener, flags: number, handler: Handler): number {
    const { fd, index, memory } = listener;
    const { octets, view, stride } = this.#payload;
    const counters = this.counters;
    const capacity = this.#slotSize;
    memory.restore();
    const received = this.#libc.recvmmsg(fd, memory.receiveAddress, this.#batch, flags, 0);
    if (received <= 0) {
      this.#checkReceiveError(index);
      return 0;
    }
    counters.received += received;
    counters.batches++;
    memory.used = received;
    this.#current = memory;
    this.#currentWayBack = listener.wayBack;
    let replies = 0;
    for (let slot = 0; slot < received; slot++) {
      if ((memory.flagsOf(slot) & MSG_TRUNC) !== 0) {
        counters.truncated++;
        continue;
      }
      if (!memory.hasAnswerablePeer(slot)) {
        counters.dropped++;
        continue;
      }
      this.#currentSlot = slot;
      const length = memory.lengthOf(slot);
      const reply = handler(octets, view, slot * stride, length, capacity, index);
      if (reply === 0) {
        counters.dropped++;
        continue;
      }
      checkReply(reply, capacity);
      memory.reply(replies, slot, reply);
      replies++;
    }
    // Closed by the handler: the descriptor may be somebody else's by now.
    if (this.#listeners.length === 0) return received;
    if (replies > 0) this.#send(fd, memory, replies);
    return received;
  }

  /** One call as a rule; more only where the kernel stops at a message, which is then skipped. */
  #send(fd: number, memory: MessageMemory, replies: number): void {
    const counters = this.counters;
    let done = 0;
    while (done < replies) {
      const sent = this.#libc.sendmmsg(fd, memory.sendAddressOf(done), replies - done, 0);
      if (sent > 0) {
        counters.sent += sent;
        done += sent;
        continue;
      }
      const code = errnoName(this.#libc.errno());
      if (code === 'EINTR') continue;
      // No room within the timeout (SO_SNDTIMEO): there'll be none for the rest of the batch either.
      const lost = code === 'EAGAIN' ? replies - done : 1;
      counters.sendErrors += lost;
      done += lost;
    }
  }

  #checkReceiveError(index: number): void {
    const code = errnoName(this.#libc.errno());
    if (TRANSIENT.has(code)) return;
    const where = this.addresses[index];
    const place = where === undefined ? '' : ` on ${formatEndpoint(where)}`;
    throw new UdpError(code, `cannot receive${place}: recvmmsg: ${code}`, where);
  }

  peer(): Uint8Array {
    const peer = this.#peer;
    if (this.#current === undefined) return peer;
    const octets = this.#current.octets;
    const at = this.#current.namesAt + this.#currentSlot * NAME_OCTETS;
    peer[2] = octets[at + 2] as number;
    peer[3] = octets[at + 3] as number;
    if (octets[at] === AF_INET) {
      peer[0] = 4;
      // Not by `fill`, which is a call of its own, longer than all of this.
      for (let i = 4; i < 14; i++) peer[i] = 0;
      peer[14] = 0xff;
      peer[15] = 0xff;
      for (let i = 0; i < 4; i++) peer[16 + i] = octets[at + 4 + i] as number;
      return peer;
    }
    for (let i = 0; i < 16; i++) peer[4 + i] = octets[at + 8 + i] as number;
    peer[0] = isIpv4Mapped(peer) ? 4 : 6;
    return peer;
  }

  peerFamily(): number {
    if (this.#current === undefined) return 0;
    const octets = this.#current.octets;
    const at = this.#current.namesAt + this.#currentSlot * NAME_OCTETS;
    if (octets[at] === AF_INET) return 4;
    // sin6_addr is 8 octets in. ::ffff:a.b.c.d is how a dual-stack socket shows an IPv4 peer.
    if (octets[at + 18] !== 0xff || octets[at + 19] !== 0xff) return 6;
    for (let i = 8; i < 18; i++) if (octets[at + i] !== 0) return 6;
    return 4;
  }

  wayBack(): Uint8Array {
    if (this.#current === undefined || this.#currentWayBack === undefined) {
      throw new UdpError('EINVAL', 'wayBack() was called outside the handler');
    }
    this.#current.writeWayBack(this.#currentWayBack, this.#currentSlot);
    return this.#currentWayBack.octets;
  }

  close(): void {
    this.#isClosed = true;
    for (const { fd } of this.#listeners.splice(0)) closeSocket(fd);
  }
}

/** Errors of receiving that say nothing about the socket itself: the next call may well succeed. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EINTR',
  'ENOMEM',
  'ENOBUFS',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
]);
