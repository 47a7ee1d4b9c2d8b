import { setImmediate } from 'node:timers/promises';
import { CLASS, TYPE } from '@seamark/protocol';
import {
  type MergeTask,
  mergeHere,
  type NodeSpec,
  Publisher,
  SnapshotReader,
} from '@seamark/snapshot';
import { describe, expect, it } from 'vitest';
import { presentRecord } from '../../../../test/support/dns/format.ts';
import type { Message } from '../../../../test/support/dns/message.ts';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import { ask } from '../../test-support/asking.ts';
import { absolute, compile, present, publishChange } from '../../test-support/zones.ts';
import { Responder, TRANSPORT } from '../index.ts';
import {
  ReferenceMatcher,
  type ReferenceRecord,
  type ReferenceZone,
  UNRESOLVED,
} from './reference-matcher.ts';

/*
 * Random zones that change from publication to publication, and random questions: the responder
 * has to say what the reference says. Few labels and few depths, so that wildcards, empty
 * non-terminals, zones within zones, zone cuts, aliases of aliases and names one label off are met all the
 * time.
 */

const APEXES = ['example.com.', 'a.example.com.', 'b.w.example.com.', 'example.org.', 'org.'];
const LABELS = ['a', 'b', 'w', 'ww', '*', 'x-1', 'q\\.q'];
const [TXT, CAA, UNKNOWN] = [16, 257, 65_280];
const TYPES = [
  ...[TYPE.A, TYPE.AAAA, TYPE.NS, TYPE.SOA, TYPE.CNAME, TYPE.DS, TYPE.ANY],
  ...[TYPE.HTTPS, TYPE.PTR, TYPE.AXFR, TXT, CAA, UNKNOWN],
];

/** Names that are aliases of one another most of the time, across zones, so that chains get long. */
const LINKS = Array.from({ length: 12 }, (_, i) =>
  absolute(i % 4 === 3 ? '*.l' : `l${i}`, APEXES[i % APEXES.length] ?? '.'),
);

/** Octets of replies for which not everything has room; every question has. */
const TIGHT = [70, 120, 200];

/** The objects of a zone, in a form that changes easily: owners and their records. */
type Draft = Map<string, ReferenceRecord[]>;

function randomName(random: Random, apex: string): string {
  let name = apex;
  for (let depth = random.below(5); depth > 0; depth--) name = absolute(random.pick(LABELS), name);
  return name;
}

function randomRecords(random: Random, owner: string): ReferenceRecord[] {
  // A CNAME stands alone (RFC 2181 10.1), and neither it nor a cut can be where the zone itself is.
  if (!APEXES.includes(owner)) {
    const isAlias = LINKS.includes(owner) ? !random.oneIn(6) : random.oneIn(3);
    if (isAlias) return [randomAlias(random, owner)];
    if (random.oneIn(6)) return randomCut(random, owner);
  }
  const records = [
    ...randomAddresses(random, owner),
    ...randomOthers(random, owner, [CAA, UNKNOWN]),
  ];
  if (random.oneIn(4)) records.push({ owner, ttl: 0, type: UNRESOLVED, rdata: '' });
  return records;
}

function randomAlias(random: Random, owner: string): ReferenceRecord {
  const rdata = randomCase(random, randomTarget(random, owner));
  return { owner, ttl: random.below(60), type: TYPE.CNAME, rdata };
}

function randomTarget(random: Random, owner: string): string {
  if (random.oneIn(12)) return absolute('host', random.pick(['example.net.', '.', owner]));
  if (random.oneIn(3)) return randomName(random, random.pick(APEXES));
  return random.pick(LINKS).replace('*', () => random.pick(LABELS));
}

function randomCut(random: Random, owner: string): ReferenceRecord[] {
  const servers = [absolute('a', owner), owner, 'ns.example.net.'];
  for (let i = random.below(3); i > 0; i--) servers.push(randomName(random, random.pick(APEXES)));
  const ns = [...new Set(servers)]
    .filter(() => !random.oneIn(3))
    .map((rdata) => ({ owner, ttl: 60, type: TYPE.NS, rdata }));
  const ds = randomOthers(random, owner, [TYPE.DS]);
  // What a wildcard shows of a zone cut is nobody's business (RFC 4592 4.2): there, nothing else.
  const addresses = owner.startsWith('*') ? [] : randomAddresses(random, owner);
  return ns.length === 0 ? addresses : [...ns, ...ds, ...addresses];
}

/** RRsets of other types, whose records differ in length. */
function randomOthers(random: Random, owner: string, types: number[]): ReferenceRecord[] {
  return types.flatMap((type) =>
    Array.from({ length: Math.max(0, random.below(6) - 2) }, (_, i) => {
      const octets = random.octets(i === 0 ? 0 : 1 + random.below(20));
      const rdata = `\\# ${octets.length} ${Buffer.from(octets).toString('hex')}`.trimEnd();
      return { owner, ttl: 60, type, rdata };
    }),
  );
}

function randomAddresses(random: Random, owner: string): ReferenceRecord[] {
  const v4 = Array.from(
    { length: random.below(4) },
    (_, i) => `192.0.2.${16 * i + random.below(16)}`,
  );
  const v6 = Array.from({ length: random.below(3) }, (_, i) => `2001:db8::${i + 1}`);
  const ttl = random.below(3600);
  return [
    ...v4.map((rdata) => ({ owner, ttl, type: TYPE.A, rdata })),
    ...v6.map((rdata) => ({ owner, ttl, type: TYPE.AAAA, rdata })),
  ];
}

function change(random: Random, drafts: Map<string, Draft>): void {
  for (let changes = random.below(12); changes >= 0; changes--) {
    const owner = random.oneIn(2) ? random.pick(LINKS) : randomName(random, random.pick(APEXES));
    // The longest apex that the name lies under has it.
    const apex = APEXES.filter((other) => owner === other || owner.endsWith(`.${other}`)).sort(
      (a, b) => b.length - a.length,
    )[0];
    const draft = apex === undefined ? undefined : drafts.get(apex);
    if (draft === undefined || random.oneIn(LINKS.includes(owner) ? 8 : 2)) draft?.delete(owner);
    else draft.set(owner, randomRecords(random, owner));
  }
}

function zonesOf(drafts: ReadonlyMap<string, Draft>, serial: number): ReferenceZone[] {
  return [...drafts].map(([apex, draft], i) => {
    const servers = [absolute('a', apex), absolute('ww', absolute('b', apex)), 'ns.example.net.'];
    const soa = `${servers[0]} hostmaster.example.net. ${serial} 7200 1800 86400 30`;
    const records = [
      { owner: apex, ttl: 60, type: TYPE.SOA, rdata: soa },
      ...servers.map((rdata) => ({ owner: apex, ttl: 60, type: TYPE.NS, rdata })),
      ...[...draft.values()].flat(),
    ];
    return { apex, records, state: i === 4 ? stateAt(serial) : 'synced' };
  });
}

function stateAt(publication: number): ReferenceZone['state'] {
  if (publication < 4) return 'unsynced';
  if (publication < 7) return 'partial';
  return publication < 10 ? 'partial ptr' : 'synced';
}

function randomCase(random: Random, name: string): string {
  return name.replace(/[a-z]/g, (letter) => (random.oneIn(2) ? letter.toUpperCase() : letter));
}

function randomQuestion(random: Random, drafts: ReadonlyMap<string, Draft>): string {
  const known = [...random.pick([...drafts.values()]).keys()];
  let name =
    known.length > 0 && random.oneIn(2)
      ? random.pick(known)
      : randomName(random, random.pick(APEXES));
  if (random.oneIn(4)) name = absolute(random.pick(LABELS), name);
  if (random.oneIn(4)) name = random.pick(LINKS);
  if (random.oneIn(6)) name = name.replace(/^(\\.|[^.\\])+\./, '') || '.';
  return randomCase(random, name);
}

/** Aliases in the order in which they lead on; others in any. */
function ordered<T extends { type: number }>(records: readonly T[], text: (record: T) => string) {
  const isAlias = ({ type }: T) => type === TYPE.CNAME;
  return [
    ...records.filter(isAlias).map(text),
    ...records
      .filter((record) => !isAlias(record))
      .map(text)
      .sort(),
  ];
}

const texts = (section: Message['answer']) =>
  ordered(section, (record) => presentRecord(record).toLowerCase());
const expected = (records: readonly ReferenceRecord[]) => ordered(records, (one) => present(one));

function compare(
  reply: Message,
  reference: ReferenceMatcher,
  name: string,
  type: number,
  qclass: number,
) {
  const said = reference.answer(name, type, qclass);
  // RFC 8482 4.1: any one of the RRsets.
  const chosen = reply.answer[0]?.type;
  const any = type === TYPE.ANY && said.answer.some((record) => record.type === chosen);
  const answer = any ? said.answer.filter((record) => record.type === chosen) : said.answer;
  expect({
    rcode: reply.rcode,
    aa: reply.flags.includes('aa'),
    tc: reply.flags.includes('tc'),
    answer: texts(reply.answer),
    authority: texts(reply.authority),
    additional: texts(reply.additional),
    ede: reply.edns?.errors[0]?.code ?? -1,
  }).toEqual({
    rcode: said.rcode,
    aa: said.authoritative,
    tc: false,
    answer: expected(answer),
    authority: expected(said.authority),
    additional: expected(said.additional),
    ede: said.ede,
  });
}

/**
 * With little room a reply says the same or, with TC, a part of it: whole RRsets, and no answer without the
 * aliases that lead to it.
 */
function compareTight(tight: Message, whole: Message) {
  const [answer, all] = [texts(tight.answer), texts(whole.answer)];
  expect(answer).toEqual(all.slice(0, answer.length));
  const isTruncated = tight.flags.includes('tc');
  if (answer.length < all.length) {
    expect(isTruncated).toBe(true);
    expect(tight.answer.every(({ type }) => type === TYPE.CNAME)).toBe(true);
  }
  const left = [tight.authority, tight.additional].map(texts);
  if (!isTruncated) {
    expect([tight.rcode, tight.flags, left[0]]).toEqual([
      ...[whole.rcode, whole.flags],
      texts(whole.authority),
    ]);
    // An apex's name servers are answered without their addresses if need be; a referral is not.
    if (left[1]?.length === 0 && whole.answer.at(-1)?.type === TYPE.NS) return;
  }
  for (const [i, section] of [whole.authority, whole.additional].entries()) {
    if (left[i]?.length !== 0 || !isTruncated) expect(left[i]).toEqual(texts(section));
  }
}

interface Size {
  readonly publications: number;
  readonly questions: number;
  /** Names that change together. */
  readonly ballast: number;
}

async function compareThrough(random: Random, size: Size): Promise<{ merges: number }> {
  // A merge ends some publications after it began.
  const waiting: (() => void)[] = [];
  let merges = 0;
  const merge = async (task: MergeTask): Promise<number> => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    merges += 1;
    return mergeHere(task);
  };
  const publisher = new Publisher({ readers: 1, merge });
  const reader = new SnapshotReader(publisher.handle, 0);
  const responder = new Responder(reader);
  const tight = TIGHT.map((udpLimit) => new Responder(reader, { udpLimit }));
  const drafts = new Map<string, Draft>(APEXES.map((apex) => [apex, new Map()]));
  const last = drafts.get('example.org.') as Draft;
  let before = new Map<string, NodeSpec>();
  for (let serial = 1; serial <= size.publications; serial++) {
    if (serial > 1) change(random, drafts);
    // Now and then most of a large zone changes at once, and a merge comes due.
    const many = serial === 1 ? 1.5 * size.ballast : serial % 8 === 2 ? size.ballast : 0;
    for (let i = 0; i < many; i++) {
      const owner = `h${i}.example.org.`;
      last.set(owner, [{ owner, ttl: serial, type: TYPE.A, rdata: '192.0.2.1' }]);
    }
    const zones = zonesOf(drafts, serial);
    const after = compile(zones);
    publishChange(publisher, before, after);
    before = after;
    if (waiting.length > 0 && random.oneIn(3)) {
      waiting.shift()?.();
      await setImmediate();
    }
    expect(publisher.shape.length).toBeLessThanOrEqual(8);
    expect(reader.refresh()).toBe(true);
    const reference = new ReferenceMatcher(zones);
    for (let i = 0; i < size.questions; i++) {
      const name = randomQuestion(random, drafts);
      const type = random.oneIn(2) ? TYPE.A : random.pick(TYPES);
      const qclass = random.oneIn(20) ? random.pick([CLASS.ANY, CLASS.CH]) : CLASS.IN;
      const reply = ask(responder, name, type, {
        class: qclass,
        transport: TRANSPORT.STREAM,
        edns: {},
      });
      const note = `SEED=${random.seed}, publication ${serial}: ${name} class ${qclass} type ${type}`;
      try {
        compare(reply, reference, name, type, qclass);
        const i = random.below(TIGHT.length);
        const part = ask(tight[i] as Responder, name, type, { class: qclass });
        expect(part.size).toBeLessThanOrEqual(TIGHT[i] as number);
        compareTight(part, reply);
      } catch (cause) {
        throw new Error(`${note}\n${cause instanceof Error ? cause.message : cause}`, { cause });
      }
    }
  }
  return { merges };
}

describe('responder and reference agree', () => {
  it.each(seeds(20))('on small zones, seed %i', async (seed) => {
    await compareThrough(new Random(seed), { publications: 30, questions: 60, ballast: 0 });
  });

  it.each(seeds(1))('while merges come and go, seed %i', async (seed) => {
    const size = { publications: 24, questions: 40, ballast: 4200 };
    const { merges } = await compareThrough(new Random(seed), size);
    expect(merges).toBeGreaterThan(1);
  });
});
