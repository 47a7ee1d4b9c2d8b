// RDATA made up at random: of a type's layout, so that both forms of everything that it can say are seen.

import { TYPE } from '../src/index.ts';
import type { Random } from './random.ts';

type Make = (random: Random) => Uint8Array;

const octet = (value: number): Uint8Array => Uint8Array.of(value);
const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);

const number =
  (octets: number): Make =>
  (random) =>
    random.octets(octets);

/** Rather characters that have to be escaped than any octets. */
const text = (random: Random, length: number): Uint8Array =>
  random.oneIn(3)
    ? random.octets(length)
    : Buffer.from(Array.from({ length }, () => random.pick([...'ab0 "\\,;@()$.=\t'])).join(''));

const string: Make = (random) => {
  const octets = text(random, random.oneIn(20) ? 255 : random.below(12));
  return Buffer.concat([octet(octets.length), octets]);
};

const name: Make = (random) => {
  const labels = Array.from({ length: random.below(5) }, () => {
    const label = text(random, 1 + random.below(12));
    return Buffer.concat([octet(label.length), label]);
  });
  return Buffer.concat([...labels, octet(0)]);
};

const strings: Make = (random) =>
  Buffer.concat(Array.from({ length: 1 + random.below(4) }, () => string(random)));

const tag: Make = (random) => {
  const letters = Array.from({ length: 1 + random.below(9) }, () => random.pick([...'aZ09']));
  return Buffer.concat([octet(letters.length), Buffer.from(letters.join(''))]);
};

/** Kinds of digest that are known, and one that isn't. */
const digest =
  (lengths: Readonly<Record<number, number>>): Make =>
  (random) => {
    const kind = random.pick([...Object.keys(lengths).map(Number), 200]);
    return Buffer.concat([octet(kind), random.octets(lengths[kind] ?? 1 + random.below(9))]);
  };

const several = (random: Random, make: Make): Uint8Array =>
  Buffer.concat(Array.from({ length: 1 + random.below(3) }, () => make(random)));

const id: Make = (random) => {
  const octets = text(random, 1 + random.below(6));
  return Buffer.concat([octet(octets.length), octets]);
};

const values: Readonly<Record<number, Make>> = {
  1: (random) => several(random, id),
  3: number(2),
  4: (random) => several(random, number(4)),
  5: (random) => random.octets(1 + random.below(9)),
  6: (random) => several(random, number(16)),
  7: (random) => text(random, 1 + random.below(9)),
  8: () => new Uint8Array(0),
  667: (random) => text(random, random.below(9)),
  65534: (random) => text(random, random.below(9)),
};

const params: Make = (random) => {
  const keys = Object.keys(values)
    .map(Number)
    .filter(() => random.oneIn(2));
  const all = keys.map((key): [number, Uint8Array] => [key, values[key]?.(random) ?? octet(0)]);
  if (keys.includes(1) && random.oneIn(2)) all.push([2, new Uint8Array(0)]);
  const wanted = keys.filter(() => random.oneIn(3));
  if (wanted.length > 0) all.push([0, Buffer.concat(wanted.map(u16))]);
  all.sort(([one], [other]) => one - other);
  return Buffer.concat(all.flatMap(([key, value]) => [u16(key), u16(value.length), value]));
};

/** A digit and a power of ten; an angle from 2^31 on. */
const place: Make = (random) => {
  const sizes = Array.from({ length: 3 }, () => {
    const digit = random.below(10);
    return 16 * digit + (digit === 0 ? 0 : random.below(10));
  });
  const octets = Buffer.from([0, ...sizes, ...random.octets(12)]);
  const angle = (most: number): number => 2 ** 31 + random.below(2 * most + 1) - most;
  octets.writeUInt32BE(angle(90 * 3_600_000), 4);
  octets.writeUInt32BE(angle(180 * 3_600_000), 8);
  return octets;
};

const digits: Make = (random) => {
  const length = 4 + random.below(12);
  return Buffer.from([length, ...Array.from({ length }, () => 0x30 + random.below(10))]);
};

const key: Make = (random) => random.octets(1 + random.below(20));

/** Windows of a bitmap, in order, the last octet of each not zero. */
const types: Make = (random) =>
  Buffer.concat(
    [0, 1, 127, 255]
      .filter(() => random.oneIn(2))
      .map((window) => {
        const bits = random.octets(1 + random.below(32));
        bits[bits.length - 1] = 1 + random.below(255);
        return Buffer.from([window, bits.length, ...bits]);
      }),
  );

const layouts: readonly (readonly [type: number, ...fields: Make[]])[] = [
  [TYPE.A, number(4)],
  [TYPE.AAAA, (random) => (random.oneIn(2) ? sparse(random) : random.octets(16))],
  [TYPE.NS, name],
  [TYPE.CNAME, name],
  [TYPE.PTR, name],
  [TYPE.DNAME, name],
  [TYPE.SOA, name, name, number(20)],
  [TYPE.HINFO, string, string],
  [TYPE.MX, number(2), name],
  [TYPE.TXT, strings],
  [TYPE.LOC, place],
  [TYPE.SRV, number(6), name],
  [TYPE.NAPTR, number(4), string, string, string, name],
  [TYPE.DS, number(3), digest({ 1: 20, 2: 32, 4: 48 })],
  [TYPE.SSHFP, number(1), digest({ 1: 20, 2: 32 })],
  [TYPE.TLSA, number(2), digest({ 1: 32, 2: 64 })],
  [TYPE.SMIMEA, number(2), digest({ 1: 32, 2: 64 })],
  [TYPE.SVCB, number(2), name, params],
  [TYPE.HTTPS, number(2), name, params],
  [TYPE.URI, number(4), (random) => text(random, 1 + random.below(20))],
  [TYPE.CAA, number(1), tag, (random) => text(random, random.below(20))],
  [TYPE.X25, digits],
  [TYPE.ISDN, string, (random) => (random.oneIn(2) ? string(random) : new Uint8Array(0))],
  [TYPE.RT, number(2), name],
  [TYPE.PX, number(2), name, name],
  [TYPE.KX, number(2), name],
  [TYPE.DHCID, key],
  [TYPE.NINFO, strings],
  [TYPE.TALINK, name, name],
  [TYPE.OPENPGPKEY, key],
  [TYPE.CSYNC, number(6), types],
  [TYPE.ZONEMD, number(5), digest({ 1: 48, 2: 64 })],
  [TYPE.NID, number(10)],
  [TYPE.L32, number(6)],
  [TYPE.L64, number(10)],
  [TYPE.LP, number(2), name],
  [TYPE.EUI48, number(6)],
  [TYPE.EUI64, number(8)],
  [TYPE.AVC, strings],
  [TYPE.RESINFO, strings],
  [65_280, (random) => random.octets(random.below(20))],
];

/** An address with runs of zero groups. */
const sparse: Make = (random) =>
  Buffer.concat(Array.from({ length: 8 }, () => u16(random.oneIn(3) ? random.below(65_536) : 0)));

/** RDATA that is right, of a type that is known or of one that isn't. */
export const randomRdata = (random: Random): { type: number; octets: Uint8Array } => {
  const [type, ...fields] = random.pick(layouts);
  return { type, octets: Buffer.concat(fields.map((make) => make(random))) };
};

/** The same with a few octets changed, cut off or added: mostly wrong, though not always. */
export const damage = (random: Random, octets: Uint8Array): Uint8Array => {
  const damaged = Uint8Array.from(octets);
  for (let i = random.below(3); i >= 0 && damaged.length > 0; i--) {
    damaged[random.below(damaged.length)] = random.below(256);
  }
  if (random.oneIn(3)) return damaged.subarray(0, random.below(damaged.length + 1));
  return random.oneIn(3) ? Buffer.concat([damaged, random.octets(1 + random.below(4))]) : damaged;
};
