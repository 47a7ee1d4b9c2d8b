// The memory of one socket's batches, laid out once as the kernel wants it. Struct layouts of 64-bit Linux.
//
//   struct mmsghdr, 64 octets; offsets in 32-bit words
//     0  msg_name ──────> names[slot]           8  msg_control ──────> control[slot]
//     2  msg_namelen                           10  msg_controllen (64 bits)
//     4  msg_iov ───────> iovecs[slot]         12  msg_flags
//     6  msg_iovlen = 1                        14  msg_len
//   struct iovec, 16 octets
//     0  iov_base ──────> payload[slot]         2  iov_len (64 bits)
//
// Two header arrays over the same names, control data and payloads. Those for receiving point at their slot
// for good, with the full capacity, so that between batches nothing needs to be put back. Those for sending
// are filled from the front: the k-th reply takes over the pointers of the slot it was composed in, so a slot
// without a reply costs nothing and no payload moves.

import { isAnswerable } from '../answerable.ts';
import type { Libc } from './libc.ts';
import type { WayBackWriter } from './way-back.ts';

const HEADER_OCTETS = 64;
const IOVEC_OCTETS = 16;
const HEADER_WORDS: number = HEADER_OCTETS / 4;
const IOVEC_WORDS: number = IOVEC_OCTETS / 4;
/** sockaddr_in6 has 28; the rest keeps slots aligned. */
export const NAME_OCTETS = 32;

const NAME = 0;
const NAME_LENGTH = 2;
const IOV = 4;
const IOV_COUNT = 6;
const CONTROL = 8;
const CONTROL_LENGTH = 10;
const FLAGS = 12;
const LENGTH = 14;

/** Payload slots, shared by the sockets of a set: one thread has one batch in hand at a time. */
export class PayloadMemory {
  readonly octets: Uint8Array;
  readonly view: DataView;
  readonly address: number;
  readonly stride: number;

  constructor(libc: Libc, batch: number, slotSize: number) {
    // One cache line more than the slot: with a stride of exactly 4096 the first lines of all slots, the
    // only ones that small datagrams touch, would share the same few places in the L1 cache.
    this.stride = Math.ceil(slotSize / 64) * 64 + 64;
    const buffer = new ArrayBuffer(batch * this.stride);
    this.octets = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.address = libc.addressOf(buffer);
  }
}

/** Headers, addresses and control data of one socket. */
export class MessageMemory {
  /** Source addresses as the kernel writes them, one sockaddr every {@link NAME_OCTETS} from `namesAt`. */
  readonly octets: Uint8Array;
  readonly namesAt: number;
  /** Slots that the last batch filled. */
  used = 0;
  readonly #words: Uint32Array;
  readonly #nameOctets: number;
  /** Of the headers for receiving, then of each reply's. */
  readonly #addresses: Boxes;
  /** Word indices. */
  readonly #sendAt: number;
  readonly #sendIovecsAt: number;
  readonly #receiveIovecsAt: number;
  readonly #controlAt: number;
  readonly #controlOctets: number;

  /**
   * @param nameOctets 16 for an AF_INET socket, 28 for AF_INET6. The kernel then reports the same length, so
   *   the field, which it overwrites, is right for the next batch and for the reply.
   * @param controlOctets 0, or the CMSG_SPACE of the one message expected: 32 or 40
   */
  constructor(
    libc: Libc,
    payload: PayloadMemory,
    batch: number,
    slotSize: number,
    nameOctets: number,
    controlOctets: number,
  ) {
    const sendAt = batch * HEADER_OCTETS;
    const receiveIovecsAt = sendAt + batch * HEADER_OCTETS;
    const sendIovecsAt = receiveIovecsAt + batch * IOVEC_OCTETS;
    const namesAt = sendIovecsAt + batch * IOVEC_OCTETS;
    const controlAt = namesAt + batch * NAME_OCTETS;
    const buffer = new ArrayBuffer(controlAt + batch * controlOctets);
    const base = libc.addressOf(buffer);

    this.octets = new Uint8Array(buffer);
    this.namesAt = namesAt;
    this.#addresses = boxes(base, base + sendAt, batch);
    this.#words = new Uint32Array(buffer);
    this.#nameOctets = nameOctets;
    this.#sendAt = sendAt / 4;
    this.#receiveIovecsAt = receiveIovecsAt / 4;
    this.#sendIovecsAt = sendIovecsAt / 4;
    this.#controlAt = controlAt / 4;
    this.#controlOctets = controlOctets;

    for (let slot = 0; slot < batch; slot++) {
      const receive = slot * HEADER_WORDS;
      const receiveIovec = receiveIovecsAt + slot * IOVEC_OCTETS;
      this.#pointer(receive + NAME, base + namesAt + slot * NAME_OCTETS);
      this.#words[receive + NAME_LENGTH] = nameOctets;
      this.#pointer(receive + IOV, base + receiveIovec);
      this.#words[receive + IOV_COUNT] = 1;
      if (controlOctets > 0) {
        this.#pointer(receive + CONTROL, base + controlAt + slot * controlOctets);
        this.#words[receive + CONTROL_LENGTH] = controlOctets;
      }
      this.#pointer(receiveIovec / 4, payload.address + slot * payload.stride);
      this.#words[receiveIovec / 4 + 2] = slotSize;

      const send = sendAt / 4 + receive;
      this.#words[send + NAME_LENGTH] = nameOctets;
      this.#pointer(send + IOV, base + sendIovecsAt + slot * IOVEC_OCTETS);
      this.#words[send + IOV_COUNT] = 1;
    }
  }

  /** Octets received into a slot. */
  lengthOf(slot: number): number {
    return this.#words[slot * HEADER_WORDS + LENGTH] as number;
  }

  flagsOf(slot: number): number {
    return this.#words[slot * HEADER_WORDS + FLAGS] as number;
  }

  /** See {@link isAnswerable}. */
  hasAnswerablePeer(slot: number): boolean {
    const at = this.namesAt + slot * NAME_OCTETS;
    return this.#nameOctets === 16
      ? isAnswerable(this.octets, at + 2, at + 4, 4)
      : isAnswerable(this.octets, at + 2, at + 8, 16);
  }

  /** Address of the first header for receiving. */
  get receiveAddress(): number {
    return this.#addresses[1] as number;
  }

  /** Address of the header of the k-th reply. */
  sendAddressOf(k: number): number {
    return this.#addresses[2 + k] as number;
  }

  /** Makes the k-th reply of what lies in `slot`: same payload memory, peer, and local address. */
  reply(k: number, slot: number, length: number): void {
    const words = this.#words;
    const from = slot * HEADER_WORDS;
    const to = this.#sendAt + k * HEADER_WORDS;
    words[to + NAME] = words[from + NAME] as number;
    words[to + NAME + 1] = words[from + NAME + 1] as number;
    const fromIovec = this.#receiveIovecsAt + slot * IOVEC_WORDS;
    const toIovec = this.#sendIovecsAt + k * IOVEC_WORDS;
    words[toIovec] = words[fromIovec] as number;
    words[toIovec + 1] = words[fromIovec + 1] as number;
    words[toIovec + 2] = length;
    if (this.#controlOctets > 0) this.#replyControl(from, to, slot);
  }

  /**
   * Turns the received IP_PKTINFO or IPV6_PKTINFO, in place, into the one that sends from the address asked.
   *
   *   word  0           2      3          4             5          6           8
   *   IPv4  cmsg_len=28 level  type=8     ipi_ifindex   spec_dst   ipi_addr
   *   IPv6  cmsg_len=36 level  type=50    ipi6_addr (16 octets) ──────────────  ipi6_ifindex
   *
   * The interface is given up, so that routing chooses the way back; a link-local address means nothing
   * without it and keeps it. For IPv4 the kernel has put the address to answer from in ipi_spec_dst (ip(7)):
   * for a unicast datagram the one that was asked.
   */
  #replyControl(from: number, to: number, slot: number): void {
    const words = this.#words;
    words[to + CONTROL] = words[from + CONTROL] as number;
    words[to + CONTROL + 1] = words[from + CONTROL + 1] as number;
    // What the kernel filled in: all of it, unless a datagram came without; such a one is sent without.
    words[to + CONTROL_LENGTH] = words[from + CONTROL_LENGTH] as number;
    this.#giveUpInterface(slot);
  }

  #giveUpInterface(slot: number): void {
    const words = this.#words;
    const control = this.#controlAt + (slot * this.#controlOctets) / 4;
    if (this.#controlOctets === CONTROL_OCTETS_IPV4) {
      words[control + 4] = 0;
    } else {
      // fe80::/10, read as a little-endian word.
      const isLinkLocal = ((words[control + 4] as number) & 0xc0ff) === 0x80fe;
      if (!isLinkLocal) words[control + 8] = 0;
    }
  }

  /** Writes down where a reply to what lies in `slot` has to go; see way-back.ts. No reply may follow from here. */
  writeWayBack(to: WayBackWriter, slot: number): void {
    const from = slot * HEADER_WORDS;
    const length = this.#controlOctets > 0 ? (this.#words[from + CONTROL_LENGTH] as number) : 0;
    if (length > 0) this.#giveUpInterface(slot);
    const name = this.namesAt + slot * NAME_OCTETS;
    const control = 4 * this.#controlAt + slot * this.#controlOctets;
    to.write(this.octets, name, this.#nameOctets, control, length);
  }

  /** Before receiving: puts back the control lengths that the kernel wrote over in the last batch. */
  restore(): void {
    if (this.#controlOctets === 0) return;
    for (let slot = 0; slot < this.used; slot++) {
      this.#words[slot * HEADER_WORDS + CONTROL_LENGTH] = this.#controlOctets;
    }
  }

  #pointer(word: number, address: number): void {
    this.#words[word] = address % 2 ** 32;
    this.#words[word + 1] = Math.floor(address / 2 ** 32);
  }
}

/**
 * Numbers that don't fit 31 bits, as objects made once: computed for the call, or read from an array of
 * doubles, one would be allocated for each batch, 16 octets. The null keeps V8 from making this such an array.
 */
type Boxes = readonly (number | null)[];

function boxes(receiveAddress: number, sendAddress: number, batch: number): Boxes {
  const made: (number | null)[] = [null, receiveAddress];
  for (let k = 0; k < batch; k++) made.push(sendAddress + k * HEADER_OCTETS);
  return made;
}

/** CMSG_SPACE(sizeof(struct in_pktinfo)). */
export const CONTROL_OCTETS_IPV4 = 32;
/** CMSG_SPACE(sizeof(struct in6_pktinfo)). */
export const CONTROL_OCTETS_IPV6 = 40;
