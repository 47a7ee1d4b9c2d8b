import type { KindStatus, ObjectKind, Sink } from '../sources/contract.ts';

/**
 * Makes one kind of several lists and watches of it (one a namespace): a sink for each of them.
 *
 * The first list of the kind ends when each of them has been read once. Later on a list of one is told as what
 * it changes, so that it drops nothing of the others. The keys of each are kept for that: some 100 octets an
 * object, which a kind that is read whole does not cost.
 *
 * No two of them may deliver the same object.
 *
 * @param needed of each: whether the kind counts as read only with it, though it be failing
 */
export function mergeLists(
  kind: ObjectKind,
  needed: readonly boolean[],
  sink: Sink,
): readonly Sink[] {
  return new MergedLists(kind, needed, sink).parts;
}

class MergedLists {
  readonly parts: readonly Part[];
  readonly #kind: ObjectKind;
  readonly #sink: Sink;
  #isBegun = false;
  #isRead = false;
  #told = '';

  constructor(kind: ObjectKind, needed: readonly boolean[], sink: Sink) {
    this.#kind = kind;
    this.#sink = sink;
    this.parts = needed.map((isNeeded) => new Part(sink, this, isNeeded));
  }

  begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#sink.beginList(this.#kind);
  }

  /** @returns whether the kind has been read now */
  end(): boolean {
    if (this.#isRead || !this.parts.every((part) => part.isRead || part.isGivenUp)) return false;
    this.#isRead = true;
    this.#sink.endList(this.#kind);
    return true;
  }

  tell(): void {
    const statuses = this.parts.flatMap(({ last }) => last ?? []);
    const status = mergeStatuses(statuses, this.parts.length);
    const words = JSON.stringify(status);
    if (words === this.#told) return;
    this.#told = words;
    this.#sink.status(this.#kind, status);
  }
}

class Part implements Sink {
  isRead = false;
  last: KindStatus | undefined;
  readonly #sink: Sink;
  readonly #whole: MergedLists;
  readonly #isNeeded: boolean;
  /** Of all its objects. */
  #keys = new Set<string>();
  /** Of those that the list under way has not named yet. */
  #unseen: Set<string> | undefined;

  constructor(sink: Sink, whole: MergedLists, isNeeded: boolean) {
    this.#sink = sink;
    this.#whole = whole;
    this.#isNeeded = isNeeded;
  }

  get isGivenUp(): boolean {
    return !this.#isNeeded && this.last?.state === 'failing';
  }

  beginList(): void {
    this.#whole.begin();
    this.#unseen = new Set(this.#keys);
  }

  upsert(...[kind, key, object]: Parameters<Sink['upsert']>): void {
    this.#keys.add(key);
    this.#unseen?.delete(key);
    this.#sink.upsert(kind, key, object);
  }

  remove(kind: ObjectKind, key: string): void {
    this.#keys.delete(key);
    this.#unseen?.delete(key);
    this.#sink.remove(kind, key);
  }

  endList(kind: ObjectKind): void {
    for (const key of this.#unseen ?? []) this.remove(kind, key);
    this.#unseen = undefined;
    this.isRead = true;
    this.#whole.end();
  }

  status(_: ObjectKind, status: KindStatus): void {
    this.last = status;
    this.#whole.tell();
    // It may have been what the kind was waiting for, and is given up.
    if (this.#whole.end()) this.#sink.flush();
  }

  flush(): void {
    this.#sink.flush();
  }
}

/** As many reasons as people read. */
const mostReasons = 3;

/** How the whole stands: as the worst of its parts. Those that have said nothing yet are being listed. */
function mergeStatuses(statuses: readonly KindStatus[], count: number): KindStatus {
  const failing = statuses.filter(({ state }) => state === 'failing');
  if (failing.length === 0) {
    const isWatching =
      statuses.length === count && statuses.every(({ state }) => state === 'watching');
    return { state: isWatching ? 'watching' : 'listing' };
  }
  const reasons = failing.slice(0, mostReasons).map(({ reason = '' }) => reason);
  const others = failing.length - reasons.length;
  if (others > 0) reasons.push(`and ${others} more`);
  const rules = failing.flatMap(({ missingRules = [] }) => missingRules);
  return {
    state: 'failing',
    reason: reasons.join('; '),
    ...(failing.every(({ isForbidden }) => isForbidden) ? { isForbidden: true } : {}),
    ...(rules.length > 0 ? { missingRules: rules } : {}),
    retryInMs: Math.min(...failing.map(({ retryInMs = 0 }) => retryInMs)),
  };
}
