import { type FoldedName, formatName } from '@seamark/protocol';
import type { Logger } from '../sources/contract.ts';
import type { TargetListener, TargetSource } from '../targets/contract.ts';
import { type AddressSet, mergeAddresses } from './address-set.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Answer } from './precedence.ts';

/** Names of our own between the one that is flattened and its addresses, at the most; as with CNAMEs in a reply. */
export const MAX_ALIASES = 8;

/** What a flattening works on. */
export interface FlatteningParts {
  readonly tree: NameTree;
  readonly log: Logger;
  /** What a name owns, host names unresolved. */
  readonly answerOf: (entry: number) => Answer;
  /** Whether a name is, or lies below, a zone cut: another's to answer for. */
  readonly isAway: (entry: number) => boolean;
  /** Whether what is missing in a zone may yet turn up. */
  readonly isPartial: (zone: number) => boolean;
  /** Who resolves the host names that names of a zone lead to. */
  readonly targetsOf: (zone: number) => TargetSource;
  /** The entry's node is no longer right. */
  readonly markDirty: (entry: number) => void;
  /** The same, at a moment when nothing else has changed: a publication is due. */
  readonly onResolved: () => void;
}

/** A name's own addresses and those of its targets. */
export interface Flattened {
  readonly addresses: AddressSet;
  readonly ttl: number;
  readonly ttl6: number;
  /** Addresses are missing that there may be: the lack of them is not to be told as NODATA. */
  readonly isUnresolved: boolean;
}

/** A target that has no entry of its own in our zones, and what spoke for it when it was looked at. */
interface Loose {
  readonly name: FoldedName;
  readonly entry: number;
}

/** What the node of a name was made of, besides the name's own. */
interface Uses {
  /** Entries of our zones. */
  readonly entries: Set<number>;
  readonly loose: Map<string, Loose>;
  /** Names elsewhere, of each source. */
  readonly outside: Map<TargetSource, Map<string, FoldedName>>;
}

/** Why there are no addresses where a name leads: back to where it was before, or on for too long. */
export type DeadEnd = 'circle' | 'too long';

/** One name being flattened. */
interface Walk {
  readonly start: number;
  readonly uses: Uses;
  readonly found: AddressSet[];
  /** From one entry of our zones to another, pairs of them. */
  readonly leads: number[];
  ttl: number;
  isAsking: boolean;
  isUnknown: boolean;
  /** An entry was come to by more than one way. */
  isRevisited: boolean;
  isTooLong: boolean;
}

/** An entry that was come to, and where it leads. */
interface Step {
  readonly entry: number;
  readonly targets: readonly FoldedName[];
  /** Entries on the way to here, the one that is flattened not counted. */
  readonly depth: number;
}

/**
 * Answers for names with what their targets have, and remembers what that came from, so that a change there is
 * one here. A target in a zone of the view is looked up in the index: asked outside, the question might come back
 * to us. Where no name is flattened, nothing here costs anything.
 */
export class Flattening {
  private readonly parts: FlatteningParts;
  private readonly uses = new Map<number, Uses>();
  /** Names with targets that have no entry of their own, and the tree's version that these were looked up in. */
  private readonly looseUsers = new Set<number>();
  private looseVersion = 0;
  /** Of each entry that some name was flattened with, those names' entries. */
  private readonly byEntry = new Map<number, Set<number>>();
  private readonly byTarget = new Map<TargetSource, Map<string, Set<number>>>();
  private readonly listeners = new Map<TargetSource, TargetListener>();
  /** Names of whose targets not even the first answer has come. */
  private readonly asking = new Set<number>();
  /** Entries of which was told that they lead in a circle, or too far. */
  private readonly told = new Map<number, DeadEnd>();

  constructor(parts: FlatteningParts) {
    this.parts = parts;
  }

  /** Names that are flattened. */
  get size(): number {
    return this.uses.size;
  }

  /** Whether some name waits for the first answer about a target. */
  get isAsking(): boolean {
    return this.asking.size > 0;
  }

  /** @param answer the entry's own, which has targets. */
  flatten(entry: number, answer: Answer): Flattened {
    const walk: Walk = {
      start: entry,
      uses: { entries: new Set(), loose: new Map(), outside: new Map() },
      found: [answer.addresses],
      leads: [],
      ttl: Math.min(answer.ttl, answer.ttl6),
      ...{ isAsking: false, isUnknown: false, isRevisited: false, isTooLong: false },
    };
    // Nearest first: what two ways lead to is come to by the shorter one, which may be the only one that is not too long.
    const steps: Step[] = [{ entry, targets: answer.targets, depth: 0 }];
    for (const step of steps) {
      for (const target of step.targets) {
        const next = this.follow(target, step, walk);
        if (next !== undefined) steps.push(next);
      }
    }
    this.replace(entry, walk.uses);
    if (walk.isAsking) this.asking.add(entry);
    else this.asking.delete(entry);
    this.tell(entry, deadEndOf(walk));
    const addresses = mergeAddresses(walk.found.filter(({ v4, v6 }) => v4.length + v6.length > 0));
    const isReached = addresses.v4.length + addresses.v6.length > 0;
    const isUnresolved = walk.isAsking || (!isReached && walk.isUnknown);
    return { addresses, ttl: walk.ttl, ttl6: walk.ttl, isUnresolved };
  }

  /** The name is not flattened any more, or is gone. */
  forget(entry: number): void {
    if (this.uses.size === 0 || !this.uses.has(entry)) return;
    this.replace(entry, undefined);
    this.asking.delete(entry);
    this.tell(entry, undefined);
  }

  /** Why an entry that was flattened has no addresses of some name of ours. */
  deadEndOf(entry: number): DeadEnd | undefined {
    return this.told.get(entry);
  }

  /** Nothing is flattened any more: host names that nobody else wants are asked for no longer. */
  close(): void {
    for (const entry of [...this.uses.keys()]) this.replace(entry, undefined);
  }

  /** Names whose targets have an entry that is dirty are so too. */
  markDependents(): void {
    const { tree } = this.parts;
    for (const entry of this.byEntry.keys()) {
      if (tree.hasFlags(entry, ENTRY.DIRTY)) this.markUsersOf(entry);
    }
  }

  /** The entry is about to be taken out of the tree. */
  gone(entry: number): void {
    if (this.uses.size === 0) return;
    this.forget(entry);
    this.markUsersOf(entry);
  }

  /** Names whose targets have come to be, or have another wildcard to speak for them, are dirty. */
  markLoose(): void {
    const { tree, markDirty } = this.parts;
    if (this.looseVersion === tree.version) return;
    this.looseVersion = tree.version;
    for (const user of this.looseUsers) {
      for (const { name, entry } of this.uses.get(user)?.loose.values() ?? []) {
        if (tree.lookUp(name).entry !== entry) markDirty(user);
      }
    }
  }

  /** What a zone lacks counts as missing from now on, or does so no longer. */
  markAll(): void {
    for (const entry of this.uses.keys()) this.parts.markDirty(entry);
  }

  /** @returns the entry of the target, unless it leads nowhere, or was come to before. */
  private follow(target: FoldedName, from: Step, walk: Walk): Step | undefined {
    const { tree, answerOf, isPartial } = this.parts;
    const { entry, zone, encloser } = tree.lookUp(target);
    if (zone < 0 || this.parts.isAway(encloser)) {
      this.ask(target, this.parts.targetsOf(tree.zoneOf(from.entry)), walk);
      return undefined;
    }
    // A wildcard's name may yet get an entry of its own.
    if (entry === 0 || tree.isWildcard(entry))
      walk.uses.loose.set(keyOf(target), { name: target, entry });
    if (entry === 0) {
      walk.isAsking ||= isPartial(zone);
      return undefined;
    }
    walk.leads.push(from.entry, entry);
    if (entry === walk.start || walk.uses.entries.has(entry)) {
      walk.isRevisited = true;
      return undefined;
    }
    if (from.depth === MAX_ALIASES) {
      walk.isTooLong = true;
      return undefined;
    }
    walk.uses.entries.add(entry);
    const { addresses, targets, ttl, ttl6 } = answerOf(entry);
    const isReached = addresses.v4.length + addresses.v6.length > 0;
    if (!isReached && targets.length === 0) {
      walk.isAsking ||= isPartial(zone);
      return undefined;
    }
    walk.ttl = Math.min(walk.ttl, ttl, ttl6);
    walk.found.push(addresses);
    return { entry, targets, depth: from.depth + 1 };
  }

  private ask(target: FoldedName, source: TargetSource, walk: Walk): void {
    const { addresses, ttl, state } = source.want(target, this.listenerFor(source));
    const { outside } = walk.uses;
    const asked = outside.get(source) ?? new Map<string, FoldedName>();
    outside.set(source, asked.set(keyOf(target), target));
    if (state === 'asking') walk.isAsking = true;
    else if (state === 'unknown') walk.isUnknown = true;
    if (addresses.v4.length + addresses.v6.length === 0) return;
    walk.found.push(addresses);
    walk.ttl = Math.min(walk.ttl, ttl);
  }

  /** New uses first: a target that stays in use must not be forgotten in between. */
  private replace(user: number, uses: Uses | undefined): void {
    const before = this.uses.get(user);
    if (uses === undefined || uses.loose.size === 0) this.looseUsers.delete(user);
    else this.looseUsers.add(user);
    if (uses === undefined) this.uses.delete(user);
    else {
      this.uses.set(user, uses);
      for (const entry of uses.entries) addTo(this.byEntry, entry, user);
      for (const [source, names] of uses.outside) {
        const users = this.byTarget.get(source) ?? new Map<string, Set<number>>();
        this.byTarget.set(source, users);
        for (const key of names.keys()) addTo(users, key, user);
      }
    }
    for (const entry of before?.entries ?? []) {
      if (uses?.entries.has(entry) !== true) removeFrom(this.byEntry, entry, user);
    }
    for (const [source, names] of before?.outside ?? []) {
      const users = this.byTarget.get(source) as Map<string, Set<number>>;
      for (const [key, name] of names) {
        if (uses?.outside.get(source)?.has(key) === true) continue;
        removeFrom(users, key, user);
        if (!users.has(key)) source.release(name, this.listenerFor(source));
      }
    }
  }

  private listenerFor(source: TargetSource): TargetListener {
    let listener = this.listeners.get(source);
    if (listener === undefined) {
      listener = (target) => {
        const users = this.byTarget.get(source)?.get(keyOf(target)) ?? [];
        for (const user of users) this.parts.markDirty(user);
        this.parts.onResolved();
      };
      this.listeners.set(source, listener);
    }
    return listener;
  }

  private markUsersOf(entry: number): void {
    for (const user of this.byEntry.get(entry) ?? []) this.parts.markDirty(user);
  }

  private tell(entry: number, deadEnd: DeadEnd | undefined): void {
    if (deadEnd === undefined) {
      this.told.delete(entry);
      return;
    }
    if (this.told.get(entry) === deadEnd) return;
    this.told.set(entry, deadEnd);
    const name = formatName(this.parts.tree.nameOf(entry));
    const { log } = this.parts;
    if (deadEnd === 'circle') {
      log.warn(
        { event: 'target-loop', name },
        `${name} leads to host names in our zones that lead in a circle: it has no address from there; mend the target, or the wildcard that speaks for it`,
      );
      return;
    }
    log.warn(
      { event: 'target-too-far', name },
      `${name} leads on through more than ${MAX_ALIASES} names of our zones: it has no address from beyond them; have it lead closer to the name that has the addresses`,
    );
  }
}

function deadEndOf(walk: Walk): DeadEnd | undefined {
  if (walk.isRevisited && isCircular(walk.leads)) return 'circle';
  return walk.isTooLong ? 'too long' : undefined;
}

/** Whether some way leads back to where it began: what is left once all is taken away that nothing leads to. */
function isCircular(leads: readonly number[]): boolean {
  const next = new Map<number, number[]>();
  const waysTo = new Map<number, number>();
  for (let i = 0; i < leads.length; i += 2) {
    const [from, to] = [leads[i] as number, leads[i + 1] as number];
    const known = next.get(from);
    if (known === undefined) next.set(from, [to]);
    else known.push(to);
    waysTo.set(to, (waysTo.get(to) ?? 0) + 1);
  }
  const free = [...next.keys()].filter((entry) => !waysTo.has(entry));
  for (const entry of free) {
    for (const to of next.get(entry) ?? []) {
      const ways = (waysTo.get(to) ?? 0) - 1;
      waysTo.set(to, ways);
      if (ways === 0) free.push(to);
    }
  }
  return [...waysTo.values()].some((ways) => ways > 0);
}

function addTo<Key>(sets: Map<Key, Set<number>>, key: Key, member: number): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([member]));
  else set.add(member);
}

function removeFrom<Key>(sets: Map<Key, Set<number>>, key: Key, member: number): void {
  const set = sets.get(key);
  if (set?.delete(member) === true && set.size === 0) sets.delete(key);
}

function keyOf(name: FoldedName): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
}
