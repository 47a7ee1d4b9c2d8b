// Which names of a reply could have been shorter.

import { TYPE } from '../../support/dns/index.ts';

/** Types of RFC 1035 whose RDATA hold names, by how many octets stand before the first and how many names there are. */
const NAMES: Readonly<Record<number, readonly [before: number, count: number]>> = {
  [TYPE.NS]: [0, 1],
  [TYPE.CNAME]: [0, 1],
  [TYPE.SOA]: [0, 2],
  [TYPE.PTR]: [0, 1],
  [TYPE.MX]: [2, 1],
};

/** Further than that no pointer leads. */
const REACH = 0x4000;

/**
 * Names of a well-formed message that are written out in part though a name before them ends in the same labels: as
 * far as RFC 1035 4.1.4 and RFC 3597 4 let names be compressed, whatever the case of letters.
 */
export const writtenTwice = (octets: Buffer): string[] => {
  const known = new Set<string>();
  const repeated: string[] = [];
  const takeName = (start: number): number => {
    let at = start;
    const written: string[] = [];
    for (; (octets[at] ?? 0) !== 0 && (octets[at] ?? 0) < 0xc0; at += (octets[at] ?? 0) + 1) {
      if (at < REACH) written.push(textAt(octets, at));
    }
    repeated.push(...written.filter((text) => known.has(text)));
    for (const text of written) known.add(text);
    return octets[at] === 0 ? at + 1 : at + 2;
  };
  let at = 12;
  for (let i = octets.readUInt16BE(4); i > 0; i--) at = takeName(at) + 4;
  const records = octets.readUInt16BE(6) + octets.readUInt16BE(8) + octets.readUInt16BE(10);
  for (let i = 0; i < records; i++) {
    at = takeName(at);
    const [before, count] = NAMES[octets.readUInt16BE(at)] ?? [0, 0];
    const rdata = at + 10;
    let name = rdata + before;
    for (let j = 0; j < count; j++) name = takeName(name);
    at = rdata + octets.readUInt16BE(at + 8);
  }
  return repeated;
};

/** The name at an offset, pointers followed, in a form that compares. */
const textAt = (octets: Buffer, start: number): string => {
  const labels: string[] = [];
  for (let at = start; ; ) {
    const length = octets[at] ?? 0;
    if (length === 0) return labels.join('.').toLowerCase();
    if (length >= 0xc0) at = octets.readUInt16BE(at) & 0x3fff;
    else {
      labels.push(octets.toString('latin1', at + 1, at + 1 + length).replaceAll('.', '\\.'));
      at += length + 1;
    }
  }
};
