// What zone files can be asked, and how two servers' replies are compared.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Served } from '../../conformance/harness/rival.ts';
import {
  composeName,
  type Message,
  parseMessage,
  presentRecord,
  query,
  type ResourceRecord,
  rcodeName,
  type UdpClient,
} from '../../support/dns/index.ts';

const TYPES = [
  ...['A', 'AAAA', 'NS', 'SOA', 'MX', 'TXT', 'CNAME', 'SRV', 'DS', 'CAA', 'PTR', 'NAPTR'],
  ...['HTTPS', 'TYPE65400'],
];

/**
 * Questions for the names that zone files have, for those around them, and for some beside and below: found by
 * reading owners off the lines, so that no reader of ours has a say.
 */
export const questionsOf = async ({ folder, zones }: Served): Promise<readonly string[]> => {
  const names = new Set<string>();
  for (const zone of zones) {
    const text = await readFile(join(folder, `${zone}.zone`), 'utf8');
    let origin = `${zone}.`;
    const add = (owner: string): void => {
      const whole = owner === '@' ? origin : owner.endsWith('.') ? owner : `${owner}.${origin}`;
      for (let name = whole; name.length >= zone.length + 1; name = withoutFirst(name)) {
        names.add(name);
        names.add(`nobody.${name}`);
        if (name.startsWith('*.')) {
          names.add(`any${name.slice(1)}`);
          names.add(`any.any${name.slice(1)}`);
        }
        if (!name.endsWith(`.${zone}.`)) break;
      }
    };
    for (const line of text.split('\n')) {
      const [, directive] = /^\$ORIGIN\s+(\S+)/.exec(line) ?? [];
      if (directive !== undefined) {
        origin = directive.endsWith('.') ? directive : `${directive}.${origin}`;
      }
      const [, owner] = /^([^\s;$]\S*)/.exec(line) ?? [];
      if (owner !== undefined) add(owner);
    }
  }
  const short = [...names].filter((name) => composeName(name).length <= 255);
  return short.flatMap((name) => TYPES.map((type) => `${name} ${type}`));
};

const withoutFirst = (name: string): string => name.replace(/^(?:[^.\\]|\\.)+\./s, '');

/** What a reply says, in lines that can be compared: the order within a section is nobody's promise. */
const saidBy = (octets: Uint8Array): Message => parseMessage(octets);

/** Of differences, when there are many: they are of a kind then. */
const MOST_TOLD = 12;

/** Asks both, and says of each question that they answer differently for no known reason what they said. */
export const differencesBetween = async (
  ours: UdpClient,
  theirs: UdpClient,
  questions: readonly string[],
  rival: 'nsd' | 'knot',
): Promise<readonly string[]> => {
  const differences: string[] = [];
  for (const question of questions) {
    if (differences.length === MOST_TOLD) break;
    const [one, other] = await Promise.all(
      [ours, theirs].map(async (client) =>
        saidBy(await client.exchange(query(question, { edns: {} }))),
      ),
    );
    if (one === undefined || other === undefined) continue;
    const [we, they] = [comparable(one), comparable(other)];
    if (JSON.stringify(we) === JSON.stringify(they)) continue;
    if (rival === 'knot' && isStoppedShort(they, we)) continue;
    if (we.answer.length === MOST_ALIASES && isStoppedShort(we, they)) continue;
    differences.push(`${question}: ours ${JSON.stringify(we)}, ${rival} ${JSON.stringify(they)}`);
  }
  return differences;
};

/** Known: a SOA has one TTL with us, which negative answers have too (docs/static-records.md). */
const withNegativeTtl = (record: ResourceRecord): ResourceRecord =>
  record.rdata.kind === 'SOA'
    ? { ...record, ttl: Math.min(record.ttl, record.rdata.minimum) }
    : record;

/**
 * Known: only what nobody could do without is compared, addresses of name servers below the cut of a referral (RFC 9471
 * 3). Others are found like any name; each server has its own mind about which of them it sends along.
 */
const needed = ({ authority, additional }: Message): Message['additional'] => {
  const [first] = authority;
  if (first?.rdata.kind !== 'name') return [];
  const cut = first.name.toLowerCase();
  return additional.filter(({ name }) => name.toLowerCase().endsWith(`.${cut}`));
};

/** Known: so many CNAMEs are followed, and the rest is left to the resolver; NSD follows any number. */
const MOST_ALIASES = 8;

/** Known: Knot DNS follows CNAMEs within a zone, and leaves what lies in another of its zones to the resolver. */
const isStoppedShort = (theirs: Comparable, ours: Comparable): boolean =>
  theirs.rcode === 'NOERROR' &&
  theirs.answer.length > 0 &&
  theirs.answer.length <= ours.answer.length &&
  theirs.answer.every((line) => line.includes(' in cname ') && ours.answer.includes(line));

interface Comparable {
  readonly rcode: string;
  readonly flags: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

const comparable = (message: Message): Comparable => {
  const texts = (section: Message['answer']): readonly string[] =>
    section.map((record) => presentRecord(withNegativeTtl(record)).toLowerCase()).sort();
  return {
    rcode: rcodeName(message.rcode),
    flags: message.flags,
    answer: texts(message.answer),
    authority: texts(message.authority),
    additional: texts(needed(message)),
  };
};
