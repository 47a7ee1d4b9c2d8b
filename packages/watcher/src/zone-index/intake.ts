import { formatName, NameError, TYPE } from '@seamark/protocol';
import type { Claim, ClaimedName, ClaimingKind, ClaimSink } from '../projection/contract.ts';
import type { Kind, Logger } from '../sources/contract.ts';
import type { Claims } from './claims.ts';
import { contentOf } from './content.ts';
import { canBeCut } from './cuts.ts';
import type { Gateway } from './gateway.ts';
import { ELSEWHERE, ENTRY, type NameTree } from './name-tree.ts';
import { type ObjectTable, type Origin, originOf, type StoredObject } from './object-table.ts';
import { below, wireName } from './wire-name.ts';

/** What an intake works on, besides its gateway. */
export interface IntakeParts {
  readonly tree: NameTree;
  readonly claims: Claims;
  readonly log: Logger;
  /** The entry's node is no longer right. */
  readonly markDirty: (entry: number) => void;
  /** Some object has NS. */
  readonly onDelegation: () => void;
  /** The first list of an origin is complete. */
  readonly onRead: (origin: Origin) => void;
}

/** Where the list of a kind stands. */
interface Listing {
  /** `ObjectTable.nextList` counts them. */
  number: number;
  underWay: boolean;
  /** Nothing was known when it began, so there is nothing that it lacks. */
  isFirst: boolean;
}

/** A claim in the index's terms. */
interface Understood extends StoredObject {
  /** A line each. */
  readonly complaints: readonly string[];
  /** The name that they are about, where it is one. */
  readonly owner: string | undefined;
}

/** Takes what the objects of one cluster claim into a gateway's table, and tells which names that concerns. */
export class Intake implements ClaimSink {
  private readonly gateway: Gateway;
  private readonly cluster: number;
  private readonly parts: IntakeParts;
  private readonly objects: ObjectTable;
  private readonly relative: boolean;
  private readonly lists = new Map<ClaimingKind, Listing>();
  /** What was told of objects that claim nothing, in short. */
  private readonly told = new Map<string, number>();

  constructor(gateway: Gateway, cluster: number, parts: IntakeParts) {
    this.gateway = gateway;
    this.cluster = cluster;
    this.parts = parts;
    this.objects = gateway.objects;
    this.relative = gateway.options.relative ?? true;
  }

  beginList(kind: ClaimingKind): void {
    const list = this.listOf(kind);
    const origin = originOf(this.cluster, kind);
    list.number = this.objects.nextList(origin, list.number);
    list.isFirst = this.objects.countOf(origin) === 0;
    list.underWay = true;
  }

  /**
   * It counts with the next publication, or, before the first list of its kind is complete, with the one
   * that follows that (or the end of the wait for it): some names would be answered with a part of their
   * addresses.
   */
  claim(kind: ClaimingKind, key: string, claims: readonly Claim[]): void {
    const origin = originOf(this.cluster, kind);
    let known = this.objects.find(origin, key);
    const isNew = known === 0;
    let parts = 0;
    for (const claim of claims) {
      const said = this.understand(claim);
      // One that makes no name is kept nowhere: most Services of a cluster are of that sort.
      if (said.names.length === 0 && said.faults === 0) continue;
      if (parts > 0) known = isNew ? 0 : this.objects.find(origin, partKey(key, parts));
      this.put(origin, partKey(key, parts), known, said, kind);
      parts += 1;
    }
    // Those that it had before: parts are numbered without gaps, so without the first there is none.
    for (; !isNew; parts++) {
      known = this.objects.find(origin, partKey(key, parts));
      if (known === 0) break;
      this.drop(known);
    }
  }

  endList(kind: ClaimingKind): void {
    const { gateway, objects } = this;
    const origin = originOf(this.cluster, kind);
    const list = this.listOf(kind);
    if (!list.underWay) return;
    list.underWay = false;
    if (!list.isFirst) {
      for (const record of objects.recordsOf(origin)) {
        if (!objects.isSeen(record, list.number)) this.drop(record);
      }
    }
    if (gateway.isRead(origin)) return;
    gateway.setRead(origin);
    this.parts.onRead(origin);
  }

  fault(kind: Kind, key: string, faults: readonly string[]): void {
    const object = `${kind} ${key}`;
    if (faults.length === 0) {
      this.told.delete(object);
      return;
    }
    const said = fingerprint(faults);
    if (this.told.get(object) === said) return;
    this.told.set(object, said);
    this.complain(object, faults);
  }

  /** @param known the record that `find` gives for the key. */
  private put(
    origin: Origin,
    key: string,
    known: number,
    said: Understood,
    kind: ClaimingKind,
  ): void {
    const { objects } = this;
    const { claims, markDirty } = this.parts;
    const list = this.listOf(kind).number;
    if (known !== 0 && objects.says(known, said)) {
      objects.see(known, list);
      return;
    }
    if (said.complaints.length > 0) {
      this.complain(`${kind} ${wholeKey(key)}`, said.complaints, said.owner);
    }
    if (known !== 0) this.drop(known);
    const record = objects.add(origin, key, said, list);
    const counts = this.gateway.counts(origin);
    for (const entry of said.names) {
      claims.add(entry, record);
      if (counts) markDirty(entry);
    }
  }

  private drop(record: number): void {
    const { claims, markDirty } = this.parts;
    for (const entry of this.objects.namesOf(record)) {
      claims.remove(entry, record);
      markDirty(entry);
    }
    this.objects.remove(record);
  }

  /** Reads a claim in the index's terms: its names become entries of the tree. */
  private understand(claim: Claim): Understood {
    const names: number[] = [];
    const complaints: string[] = [];
    for (const name of claim.names) this.entriesOf(name, names, complaints);
    const content = contentOf(claim, complaints);
    if (claim.faults !== undefined) complaints.push(...claim.faults);
    if (content.rrsets.some(({ type }) => type === TYPE.NS)) this.delegate(names, complaints);
    return {
      // Two are told apart at a glance; a set for each object costs 2 us.
      names: names.length > 1 ? [...new Set(names)] : names,
      content,
      faults: fingerprint(complaints),
      complaints,
      owner: claim.names.length === 1 ? claim.names[0]?.name : undefined,
    };
  }

  private delegate(names: readonly number[], complaints: string[]): void {
    const { tree, onDelegation } = this.parts;
    onDelegation();
    for (const entry of names) {
      if (canBeCut(tree, entry)) continue;
      // Those of a zone that a file has are the zone's own.
      if (tree.hasFlags(entry, ENTRY.APEX) && this.gateway.options.authority === 'file') continue;
      complaints.push(
        `NS has no effect at ${formatName(tree.nameOf(entry))}: a zone's apex and the way to its name servers are settled by the Corefile (\`apex\`), and a wildcard is no zone cut`,
      );
    }
  }

  /** Those in a zone of another gateway are nobody's business here. */
  private entriesOf(claimed: ClaimedName, entries: number[], complaints: string[]): void {
    const { name } = claimed;
    if (!claimed.relative) {
      try {
        const entry = this.parts.tree.ensure(wireName(name), this.gateway.numbers);
        if (entry > 0) entries.push(entry);
        if (entry === ELSEWHERE || entry > 0) return;
      } catch (error) {
        complaints.push(messageOf(error));
        return;
      }
      if (!this.relative || name.endsWith('.')) return;
    }
    // A name that is too long below one zone may yet do below another.
    let tooLong: NameError | undefined;
    let isTaken = false;
    for (const { apexName } of this.gateway.zones) {
      try {
        const entry = this.parts.tree.ensure(below(name, apexName), this.gateway.numbers);
        if (entry > 0) entries.push(entry);
        isTaken = true;
      } catch (error) {
        if (!(error instanceof NameError)) throw error;
        if (claimed.relative) complaints.push(error.message);
        else tooLong = error;
      }
    }
    // A host that lies in no zone: one of those that it was meant for is enough.
    if (tooLong !== undefined && !isTaken) complaints.push(tooLong.message);
  }

  private complain(object: string, complaints: readonly string[], name?: string): void {
    const fields = { event: 'claim-ignored', object, ...(name !== undefined && { name }) };
    for (const complaint of complaints) this.parts.log.warn(fields, `${object}: ${complaint}`);
  }

  private listOf(kind: ClaimingKind): Listing {
    let list = this.lists.get(kind);
    if (list === undefined) {
      list = { number: 0, underWay: false, isFirst: false };
      this.lists.set(kind, list);
    }
    return list;
  }
}

/** What the several claims of an object are kept under: no name in Kubernetes has a `#`, and no line of a file ends in one. */
function partKey(key: string, part: number): string {
  return part === 0 ? key : `${key}#${part}`;
}

/** The object's own key, of any of its parts. */
export function wholeKey(key: string): string {
  return key.replace(PART, '');
}

/** What `partKey` adds, which is nobody's but ours. */
const PART = /#\d+$/;

function messageOf(error: unknown): string {
  if (error instanceof NameError) return error.message;
  throw error;
}

/** FNV-1a of the lines: tells one set of complaints from another, so that none is logged twice. */
function fingerprint(lines: readonly string[]): number {
  if (lines.length === 0) return 0;
  let hash = 0x811c9dc5;
  for (const line of lines) {
    for (let i = 0; i < line.length; i++) {
      hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    }
  }
  return hash | 1;
}
