// Where a reply has to go, as octets that another thread can be handed: made by the thread that received.
//
//   octet  0     4              8        16          44                48          88
//          +-----+--------------+--------+-----------+-----------------+-----------+
//          | fd  | octets of    | inode  | sockaddr  | octets of the   | control   |
//          |     | the sockaddr | of fd  |           | control message | message   |
//          +-----+--------------+--------+-----------+-----------------+-----------+
//
// A descriptor belongs to the process, so that any of its threads can send by it. By the time it does, the
// socket may be closed and its number somebody else's, a TCP connection's for one; the inode tells.

import { fstatSync } from 'node:fs';
import { WAY_BACK_OCTETS } from '../contract.ts';

export const WAY_BACK = {
  FD: 0,
  NAME_LENGTH: 4,
  INODE: 8,
  NAME: 16,
  CONTROL_LENGTH: 44,
  CONTROL: 48,
} as const;

/** The way back from one socket; its octets are written anew for each datagram. */
export class WayBackWriter {
  readonly octets: Uint8Array = new Uint8Array(WAY_BACK_OCTETS);
  readonly #view: DataView = new DataView(this.octets.buffer);

  constructor(fd: number) {
    this.#view.setInt32(WAY_BACK.FD, fd, true);
    this.#view.setFloat64(WAY_BACK.INODE, fstatSync(fd).ino, true);
  }

  /** Takes the two structures out of `from`, where they begin at `name` and `control`. */
  write(
    from: Uint8Array,
    name: number,
    nameLength: number,
    control: number,
    controlLength: number,
  ): void {
    const { octets } = this;
    this.#view.setInt32(WAY_BACK.NAME_LENGTH, nameLength, true);
    for (let i = 0; i < nameLength; i++) octets[WAY_BACK.NAME + i] = from[name + i] as number;
    this.#view.setInt32(WAY_BACK.CONTROL_LENGTH, controlLength, true);
    for (let i = 0; i < controlLength; i++) {
      octets[WAY_BACK.CONTROL + i] = from[control + i] as number;
    }
  }
}
