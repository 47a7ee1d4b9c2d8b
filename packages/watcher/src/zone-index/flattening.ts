import { type FoldedName, formatName } from '@seamark/protocol';
import type { Logger } from '../sources/contract.ts';
import type { TargetListener, TargetSource } from '../targets/contract.ts';
import { type AddressSet, mergeAddresses } from './address-set.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Answer } from './precedence.ts';

/** Names of our own between the one that is flattened and its addresses, at the most; as with CNAMEs in a reply. */
const MAX_ALIASES = 8;

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

/** One name being flattened. */
interface Walk {
  readonly uses: Uses;
  readonly found: AddressSet[];
  ttl: number;
  isAsking: boolean;
  isUnknown: boolean;
  isLoop: boolean;
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
  private readonly told = new Set<number>();

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
      uses: { entries: new Set(), loose: new Map(), outside: new Map() },
      found: [answer.addresses],
      ttl: answer.ttl,
      ...{ isAsking: false, isUnknown: false, isLoop: false },
    };
    const way = new Set([entry]);
    for (const target of answer.targets) this.follow(target, entry, way, walk);
    this.replace(entry, walk.uses);
    if (walk.isAsking) this.asking.add(entry);
    else this.asking.delete(entry);
    this.tell(entry, walk.isLoop);
    const addresses = mergeAddresses(walk.found.filter(({ v4, v6 }) => v4.length + v6.length > 0));
    const isReached = addresses.v4.length + addresses.v6.length > 0;
    const isUnresolved = walk.isAsking || (!isReached && (walk.isUnknown || walk.isLoop));
    return { addresses, ttl: walk.ttl, isUnresolved };
  }

  /** The name is not flattened any more, or is gone. */
  forget(entry: number): void {
    if (this.uses.size === 0 || !this.uses.has(entry)) return;
    this.replace(entry, undefined);
    this.asking.delete(entry);
    this.tell(entry, false);
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

  /**
   * @param from the entry that leads to the target.
   * @param way the entries from the one that is flattened to here.
   */
  private follow(target: FoldedName, from: number, way: Set<number>, walk: Walk): void {
    const { tree, answerOf, isPartial } = this.parts;
    const { entry, zone, encloser } = tree.lookUp(target);
    if (zone < 0 || this.parts.isAway(encloser)) {
      this.ask(target, this.parts.targetsOf(tree.zoneOf(from)), walk);
      return;
    }
    // A wildcard's name may yet get an entry of its own.
    if (entry === 0 || tree.isWildcard(entry))
      walk.uses.loose.set(keyOf(target), { name: target, entry });
    if (entry === 0) {
      walk.isAsking ||= isPartial(zone);
      return;
    }
    if (way.has(entry) || way.size > MAX_ALIASES) {
      walk.isLoop = true;
      return;
    }
    // By another way it was here before.
    if (walk.uses.entries.has(entry)) return;
    walk.uses.entries.add(entry);
    const { addresses, targets, ttl } = answerOf(entry);
    const isReached = addresses.v4.length + addresses.v6.length > 0;
    if (!isReached && targets.length === 0) {
      walk.isAsking ||= isPartial(zone);
      return;
    }
    walk.ttl = Math.min(walk.ttl, ttl);
    walk.found.push(addresses);
    way.add(entry);
    for (const next of targets) this.follow(next, entry, way, walk);
    way.delete(entry);
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

  private tell(entry: number, isLoop: boolean): void {
    if (!isLoop) {
      this.told.delete(entry);
      return;
    }
    if (this.told.has(entry)) return;
    this.told.add(entry);
    const name = formatName(this.parts.tree.nameOf(entry));
    this.parts.log.warn(
      { event: 'target-loop', name },
      `${name} leads to a host name in our zones that leads back to it, or on and on: it has no address from there; mend the target, or the wildcard that speaks for it`,
    );
  }
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
