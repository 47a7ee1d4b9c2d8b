// Sends replies by the sockets of other threads, one at a time.

import { fstatSync } from 'node:fs';
import { type ReplySender, WAY_BACK_OCTETS } from '../contract.ts';
import { UdpError } from '../udp-error.ts';
import { type Libc, loadLibc } from './libc.ts';
import { MSG_DONTWAIT } from './linux.ts';
import { WAY_BACK } from './way-back.ts';

//   one struct mmsghdr   its struct iovec   the way back          the message
//   0                    64                 80                    168
const IOVEC = 64;
const WAY = 80;
const MESSAGE: number = WAY + WAY_BACK_OCTETS;
const MOST_OCTETS = 65_535;

/** @throws UdpError ENOTSUP where `batchedSupport` says no */
export function openReplySender(): ReplySender {
  const loaded = loadLibc();
  if (!loaded.ok) throw new UdpError('ENOTSUP', `no batched UDP: ${loaded.reason}`);
  return new Sender(loaded.libc);
}

class Sender implements ReplySender {
  readonly #libc: Libc;
  readonly #octets: Uint8Array;
  readonly #view: DataView;
  readonly #address: number;

  constructor(libc: Libc) {
    this.#libc = libc;
    const buffer = new ArrayBuffer(MESSAGE + MOST_OCTETS);
    this.#octets = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#address = libc.addressOf(buffer);
    this.#pointer(0, this.#address + WAY + WAY_BACK.NAME);
    this.#pointer(16, this.#address + IOVEC);
    this.#view.setUint32(24, 1, true);
    this.#pointer(IOVEC, this.#address + MESSAGE);
  }

  send(wayBack: Uint8Array, message: Uint8Array, by: Uint8Array = wayBack): boolean {
    if (message.length > MOST_OCTETS) return false;
    const view = this.#view;
    const socket = new DataView(by.buffer, by.byteOffset, by.length);
    const fd = socket.getInt32(WAY_BACK.FD, true);
    if (!isSocket(fd, socket.getFloat64(WAY_BACK.INODE, true))) return false;
    this.#octets.set(wayBack, WAY);
    this.#octets.set(message, MESSAGE);
    view.setUint32(8, view.getUint32(WAY + WAY_BACK.NAME_LENGTH, true), true);
    view.setUint32(IOVEC + 8, message.length, true);
    const controlLength = view.getUint32(WAY + WAY_BACK.CONTROL_LENGTH, true);
    this.#pointer(32, controlLength === 0 ? 0 : this.#address + WAY + WAY_BACK.CONTROL);
    view.setUint32(40, controlLength, true);
    return this.#libc.sendmmsg(fd, this.#address, 1, MSG_DONTWAIT) === 1;
  }

  #pointer(at: number, address: number): void {
    this.#view.setUint32(at, address % 2 ** 32, true);
    this.#view.setUint32(at + 4, Math.floor(address / 2 ** 32), true);
  }
}

function isSocket(fd: number, inode: number): boolean {
  try {
    const found = fstatSync(fd);
    return found.isSocket() && found.ino === inode;
  } catch {
    return false;
  }
}
