import { parseAddress } from '@seamark/protocol';
import { peerOf } from './peer-record.ts';

/*
 * The header that a proxy puts before what its client sends (HAProxy's PROXY protocol, versions 1 and 2):
 *
 *   v2   0 signature (12)   12 version, command   13 family, protocol   14 length (2)   16 addresses, then TLVs
 *   v1   "PROXY TCP4 192.0.2.1 198.51.100.1 1234 53\r\n", 107 octets at most
 */
const SIGNATURE: Buffer = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED = 16;
/** Of the longest address block that is looked at: TCP over IPv6. */
const LONGEST_BLOCK = 36;
const LONGEST_LINE = 107;
const TEXT = 'PROXY ';

const COMMAND = { LOCAL: 0x20, PROXY: 0x21 } as const;
const FAMILY = { UNSPEC: 0x00, TCP4: 0x11, TCP6: 0x21, UNIX_STREAM: 0x31 } as const;

/** Reads one header, however it is cut, and no octet behind it. Holds no more than a hundred-odd octets. */
export class ProxyHeader {
  isMalformed = false;
  isComplete = false;
  /**
   * Where the client is, 20 octets as `composePeer` has them. Undefined where it is the proxy itself (LOCAL: its health
   * checks), or the proxy can't tell (UNSPEC, UNKNOWN).
   */
  peer: Uint8Array | undefined;
  private readonly octets: Buffer = Buffer.alloc(LONGEST_LINE);
  private length = 0;
  /** Octets of TLVs, and of addresses of other families, that are still to come and are of no interest. */
  private skipped = 0;
  private isBinary = false;

  /**
   * Takes what belongs to the header from the chunk's start on.
   *
   * @returns how many octets that was
   */
  take(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && !this.isComplete && !this.isMalformed) {
      if (this.skipped > 0) {
        const many = Math.min(this.skipped, chunk.length - at);
        this.skipped -= many;
        at += many;
        this.isComplete = this.skipped === 0;
        continue;
      }
      this.octets[this.length] = chunk[at] as number;
      this.length += 1;
      at += 1;
      this.look();
    }
    return at;
  }

  /** After each octet: what is not even the beginning of a header is not waited for. */
  private look(): void {
    const { octets, length } = this;
    if (length <= SIGNATURE.length) {
      const last = octets[length - 1];
      if (length === 1) this.isBinary = last === SIGNATURE[0];
      if (this.isBinary) this.isMalformed = last !== SIGNATURE[length - 1];
      else if (length <= TEXT.length) this.isMalformed = last !== TEXT.charCodeAt(length - 1);
    }
    if (this.isMalformed) return;
    if (!this.isBinary) this.lookAtLine();
    else if (length >= FIXED) this.lookAtBinary();
  }

  private lookAtBinary(): void {
    const { octets, length } = this;
    const size = octets.readUInt16BE(14);
    const block = blockOf(octets[12] as number, octets[13] as number);
    if (block < 0 || size < block) {
      this.isMalformed = true;
      return;
    }
    if (length < FIXED + block) return;
    if (block > 0) {
      const width = block === LONGEST_BLOCK ? 16 : 4;
      const port = octets.readUInt16BE(FIXED + 2 * width);
      this.peer = peerOf(octets.subarray(FIXED, FIXED + width), port);
    }
    this.skipped = size - block;
    this.isComplete = this.skipped === 0;
  }

  private lookAtLine(): void {
    const { octets, length } = this;
    if (octets[length - 1] !== 0x0a) {
      this.isMalformed = length === LONGEST_LINE;
      return;
    }
    const line = octets.toString('latin1', 0, length);
    if (/^PROXY UNKNOWN( [ -~]*)?\r\n$/.test(line)) {
      this.isComplete = true;
      return;
    }
    const parts =
      /^PROXY TCP([46]) ([0-9a-fA-F.:]+) ([0-9a-fA-F.:]+) (\d{1,5}) (\d{1,5})\r\n$/.exec(line);
    const [, family, from = '', to = '', port = ''] = parts ?? [];
    const source = parseAddress(from);
    const width = family === '4' ? 4 : 16;
    const fits = source?.length === width && parseAddress(to)?.length === width;
    if (source === undefined || !fits || Number(port) > 65_535) {
      this.isMalformed = true;
      return;
    }
    this.peer = peerOf(source, Number(port));
    this.isComplete = true;
  }
}

/** Octets of the addresses that count: 0 where none does, -1 where the header can't be meant for us. */
function blockOf(command: number, family: number): number {
  if (command === COMMAND.LOCAL) return 0;
  if (command !== COMMAND.PROXY) return -1;
  switch (family) {
    case FAMILY.TCP4:
      return 12;
    case FAMILY.TCP6:
      return LONGEST_BLOCK;
    case FAMILY.UNSPEC:
    case FAMILY.UNIX_STREAM:
      return 0;
    default:
      return -1;
  }
}
