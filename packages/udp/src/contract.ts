// What both backends promise. A handler written against this file runs on either of them unchanged.

/**
 * Answers one datagram in place.
 *
 * The datagram occupies `memory[offset, offset + length)`; the reply is written from `offset` on, over the
 * datagram if the handler likes, and may take up to `capacity` octets. `view` covers the same octets as
 * `memory`. Octets past `offset + capacity` belong to other datagrams, octets past `offset + length` are
 * left over from earlier ones. Both arrays are the socket set's: the same two objects at every call, to be
 * neither kept nor read once the handler has returned.
 *
 * @param length octets received; 0 for an empty datagram
 * @param socket index in {@link SocketSet.addresses} of the listening address that was asked
 * @returns the reply's length in octets, 0 for no reply. Anything else than an integer in 0..capacity is a
 *   bug in the handler and thrown as a RangeError.
 *
 * An exception that the handler throws is not caught: it leaves `serveBatch` (batched; the replies already
 * composed for this batch are lost) or becomes an uncaught exception of the thread (dgram).
 */
export type Handler = (
  memory: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
  capacity: number,
  socket: number,
) => number;

/** An IP address in presentation format (`fe80::1%eth0` where a scope is needed) and a UDP port. */
export interface Address {
  readonly address: string;
  /** 0 lets the system choose; the chosen port is found in {@link SocketSet.addresses}. */
  readonly port: number;
}

export interface UdpOptions {
  /** May be none: more can be added. `::` takes both families, unless `0.0.0.0` is listed with the same port. */
  readonly addresses: readonly Address[];
  /** Datagrams taken at once, 1..1024. Default 64. The dgram backend ignores it. */
  readonly batch?: number;
  /**
   * Octets that a datagram, and its reply, may have: 1..65535, default 4096. A longer datagram is dropped
   * and counted as truncated: half of it is not what the peer sent.
   */
  readonly slotSize?: number;
  /**
   * How long `serveBatch` waits for a datagram, and for room to send, in milliseconds: 1..60000, default
   * 200. It bounds how long stopping takes. The dgram backend ignores it.
   */
  readonly receiveTimeoutMs?: number;
  /** SO_RCVBUF in octets. Linux caps it at net.core.rmem_max without saying so. Default: the system's. */
  readonly receiveBufferBytes?: number;
  /** SO_SNDBUF in octets, capped at net.core.wmem_max. Default: the system's. */
  readonly sendBufferBytes?: number;
  /**
   * Which datagrams these sockets are to be given before others of their SO_REUSEPORT group: those that the
   * kernel received on the core of this number (SO_INCOMING_CPU). For a thread that is pinned to it. Kernels
   * before 6.2 spread by hash regardless. Default: by hash. The dgram backend ignores it.
   */
  readonly incomingCpu?: number;
}

/**
 * Running totals since opening. Once a batch is done,
 * `received = sent + dropped + sendErrors + truncated` (dgram: as soon as its sends have been reported).
 */
export interface UdpCounters {
  /** Datagrams taken from the kernel. */
  received: number;
  /** Replies the kernel accepted. */
  sent: number;
  /** Datagrams for which the handler returned 0, and those whose source nobody could answer, which it was not shown. */
  dropped: number;
  /** Replies the kernel refused; each was skipped, the others of its batch were sent. */
  sendErrors: number;
  /** Calls that brought at least one datagram. `received / batches` is the mean batch. */
  batches: number;
  /** Datagrams longer than `slotSize`, not shown to the handler. */
  truncated: number;
}

export interface SocketSet {
  /**
   * As bound, ports filled in: in the order of {@link UdpOptions.addresses}, then those that were added. Where one
   * was removed there is undefined, until another is given its place.
   */
  readonly addresses: readonly (Address | undefined)[];
  /** Live: the same object throughout. */
  readonly counters: Readonly<UdpCounters>;
  /**
   * Where the datagram in the handler's hands came from. Valid inside the handler only; always the same
   * array, so copy what must outlive the call. Costs nothing unless asked for.
   *
   * ```
   *  octet   0        1        2        4                          20
   *          +--------+--------+--------+--------------------------+
   *          | family |   0    |  port  |  IPv6 address            |
   *          | 4 or 6 |        |  (BE)  |  (IPv4: ::ffff:a.b.c.d)  |
   *          +--------+--------+--------+--------------------------+
   * ```
   *
   * An IPv4 peer of a dual-stack socket has family 4. `formatPeer` makes text of it.
   */
  peer(): Uint8Array;
  /**
   * The family of {@link peer} alone, 4 or 6, for counters: a load or two instead of a copy. Valid inside the
   * handler only.
   */
  peerFamily(): number;
  /**
   * Where a reply to the datagram in the handler's hands has to go, for a handler that returns 0 and leaves
   * the reply to be sent later: by `openReplySender` in any thread of the process (batched), by
   * {@link DgramSocketSet.reply} in this one (dgram). {@link WAY_BACK_OCTETS} octets, to be understood by no one
   * else. Valid inside the handler only; always the same array, so copy it.
   */
  wayBack(): Uint8Array;
}

/** Size of what {@link SocketSet.wayBack} returns. */
export const WAY_BACK_OCTETS = 88;

/** Sends replies that another thread's handler left to be made. Belongs to the thread that opened it. */
export interface ReplySender {
  /**
   * Sends by the socket that the datagram came in by, without waiting.
   *
   * @param wayBack what `wayBack` of that thread's socket set returned
   * @param by the way back of another datagram, whose socket has the same address and port: sends by that one
   * @returns whether the kernel took it; no where the socket has been closed meanwhile
   */
  send(wayBack: Uint8Array, message: Uint8Array, by?: Uint8Array): boolean;
}

/** Sockets of one thread, which it gives its whole time: {@link serveBatch} blocks. Not shareable. */
export interface BatchedSocketSet extends SocketSet {
  /**
   * Waits until a datagram comes or `receiveTimeoutMs` has passed, answers what is there (at most `batch`
   * datagrams of each socket), sends the replies, and returns how many datagrams there were, 0 after a
   * timeout or a signal. Allocates nothing, unless the kernel reports an error.
   *
   * @throws UdpError after `close`, and for errors of the receiving socket that waiting does not cure
   */
  serveBatch(handler: Handler): number;
  /**
   * Opens one more socket, as `openBatched` does; the others are served on. Not inside the handler.
   *
   * @returns its index in {@link SocketSet.addresses}, the lowest that is free
   * @throws UdpError, with the set as it was
   */
  add(address: Address): number;
  /**
   * Answers what the kernel holds for a socket, and closes it. For an address that nobody is to be served at any
   * more: where others share it, {@link withdraw} comes first. Not inside the handler.
   */
  remove(index: number, handler: Handler): void;
  /**
   * Whether replies of a socket may be fragmented. As it is opened they may not: DF is set, and one that the network
   * interface has no room for is a send error. For a socket whose replies are larger than 1232 octets (RFC 9715).
   */
  allowFragments(index: number, isAllowed: boolean): void;
  /**
   * Has the kernel give new datagrams to the other sockets of each SO_REUSEPORT group, as if these were closed, with
   * the difference that what they have been given already is still to be served: until `serveBatch` returns 0 twice
   * on end. Then `close` loses nothing. Linux before 5.3 goes on giving them datagrams, and the last ones may be lost.
   */
  withdraw(): void;
  /** Closes the sockets. Datagrams the kernel still holds for them are lost. May be called again. */
  close(): void;
}

/** Sockets served from the event loop of the thread that opened them. */
export interface DgramSocketSet extends SocketSet {
  /** False where the platform has no SO_REUSEPORT that balances: then one thread only can have the port. */
  readonly sharesPort: boolean;
  /**
   * Opens one more socket, as `openDgram` does; the others are served on.
   *
   * @returns its index in {@link SocketSet.addresses}, the lowest that is free
   * @throws UdpError, with the set as it was
   */
  add(address: Address): Promise<number>;
  /** Resolves when what the kernel held for a socket has been answered, and it is closed. */
  remove(index: number): Promise<void>;
  /** Sends a reply that the handler left to be made later. Of a set that has been closed, nothing. */
  reply(wayBack: Uint8Array, message: Uint8Array): void;
  /** Resolves when all sockets are closed. May be called again. */
  close(): Promise<void>;
}
