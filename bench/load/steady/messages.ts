// Messages of every kind that the query path tells apart, for dnsperf to send as they are (`-B`).

import { composeQuery, query, question } from '../../../test/support/dns/index.ts';
import { type Dataset, Random, randomName, ZONE } from '../names.ts';

/** dnsperf starts over when it has sent them all. */
export const MESSAGES = 100_000;

type Compose = (data: Dataset, random: Random) => Buffer;

const edns = { dnssecOk: true };
const host: Compose = (data, random) => query(`${random.pick(data.hosts).name}. A`);
const below = (suffix: string, random: Random): string => `${random.label(8)}.${suffix}.`;

/** Out of a hundred, so many of each, in the order of a message's way. */
const KINDS: readonly (readonly [number, Compose])[] = [
  [30, host],
  [15, (data, random) => query(`${random.pick(data.hosts).name}. A`, { edns })],
  [5, (data, random) => query(`${random.pick(data.hosts).name.toUpperCase()}. A`, { edns })],
  [10, (data, random) => query(`${random.pick(data.multis).name}. A`)],
  [10, (_, random) => query(`${below(`w${random.below(100)}.${ZONE}`, random)} A`)],
  [10, (data, random) => query(`${random.pick(data.hosts).name}. AAAA`, { edns })],
  // Longer than the hosts' names by a letter, so that none of them is met.
  [8, (_, random) => query(`${randomName(random, 9)}. A`, { edns })],
  [2, (_, random) => query(`${'a.'.repeat(100)}${below(ZONE, random)} A`)],
  [1, () => query(`${ZONE}. SOA`)],
  [1, () => query(`${ZONE}. NS`, { edns })],
  [1, (data, random) => query(`${random.pick(data.hosts).name}. ANY`)],
  [1, (_, random) => query(`${below('example.org', random)} A`, { edns })],
  [1, () => query(`${ZONE}. AXFR`)],
  [1, () => query('version.bind. CH TXT')],
  [1, (data, random) => query(`${random.pick(data.hosts).name}. A`, { edns: { version: 1 } })],
  [1, () => composeQuery({ opcode: 4, questions: [question(`${ZONE}. SOA`)] })],
  [1, () => composeQuery({ edns })],
  [1, () => query(`${ZONE}. A`, { edns: { rdata: Uint8Array.of(0, 10, 0) } })],
];

/** What a server that is right makes of them, in percent; of BADVERS the header has four bits, zero. */
export const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 84,
  NXDOMAIN: 10,
  REFUSED: 3,
  FORMERR: 2,
  NOTIMP: 1,
};

/** Those that are answered with NOERROR or NXDOMAIN: what resolvers ask. */
const ORDINARY = KINDS.slice(0, 7);

/** Messages of all kinds. */
export function messages(data: Dataset): Buffer {
  return draw(KINDS, data);
}

/** Hits, wildcards, NODATA and NXDOMAIN. */
export function mixedMessages(data: Dataset): Buffer {
  return draw(ORDINARY, data);
}

/** The same on every run, in the form that dnsperf reads: each behind its length. */
function draw(kinds: typeof KINDS, data: Dataset): Buffer {
  const random = new Random(MESSAGES);
  const drawer = kinds.flatMap(([share, compose]) => Array.from({ length: share }, () => compose));
  const parts: Buffer[] = [];
  for (let i = 0; i < MESSAGES; i++) {
    const message = random.pick(drawer)(data, random);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    parts.push(length, message);
  }
  return Buffer.concat(parts);
}
