import type { Kind, Projection } from '../sources/contract.ts';

/** Told what each object said before and says now. */
export interface ObjectObserver {
  claim(kind: Kind, object: Projection): void;
  release(kind: Kind, object: Projection): void;
  /** The first list of the kind is complete. */
  kindSynced(kind: Kind): void;
}

interface Stored {
  object: Projection;
  /** The list in which it was last seen. */
  list: number;
}

interface KindState {
  readonly objects: Map<string, Stored>;
  list: number;
  listing: boolean;
  synced: boolean;
}

/**
 * The objects of one source, as they last were, and nothing of them but their projections: what
 * tells a change from a repetition, and after a list who has gone.
 *
 * Until a kind's first list is complete its objects are only kept: then they are claimed together.
 * A list of 100,000 objects arrives in thousands of chunks, and would be published as often.
 */
export class ObjectStore {
  private readonly kinds = new Map<Kind, KindState>();
  private readonly observer: ObjectObserver;

  constructor(observer: ObjectObserver) {
    this.observer = observer;
  }

  count(kind: Kind): number {
    return this.stateOf(kind).objects.size;
  }

  beginList(kind: Kind): void {
    const state = this.stateOf(kind);
    state.list += 1;
    state.listing = true;
  }

  upsert(kind: Kind, object: Projection): void {
    const state = this.stateOf(kind);
    const known = state.objects.get(object.key);
    if (known !== undefined) {
      known.list = state.list;
      if (sameProjection(known.object, object)) return;
    }
    // One that makes no name is kept nowhere: most Services of a cluster are of that sort.
    if (object.names.length === 0) {
      this.remove(kind, object.key);
      return;
    }
    if (state.synced && known !== undefined) this.observer.release(kind, known.object);
    if (known === undefined) state.objects.set(object.key, { object, list: state.list });
    else known.object = object;
    if (state.synced) this.observer.claim(kind, object);
  }

  remove(kind: Kind, key: string): void {
    const state = this.stateOf(kind);
    const known = state.objects.get(key);
    if (known === undefined) return;
    state.objects.delete(key);
    if (state.synced) this.observer.release(kind, known.object);
  }

  endList(kind: Kind): void {
    const state = this.stateOf(kind);
    if (!state.listing) return;
    state.listing = false;
    for (const [key, stored] of state.objects) {
      if (stored.list !== state.list) this.remove(kind, key);
    }
    if (state.synced) return;
    state.synced = true;
    for (const { object } of state.objects.values()) this.observer.claim(kind, object);
    this.observer.kindSynced(kind);
  }

  private stateOf(kind: Kind): KindState {
    let state = this.kinds.get(kind);
    if (state === undefined) {
      state = { objects: new Map(), list: 0, listing: false, synced: false };
      this.kinds.set(kind, state);
    }
    return state;
  }
}

function sameProjection(a: Projection, b: Projection): boolean {
  return (
    sameList(a.addresses, b.addresses, (x, y) => x === y) &&
    sameList(a.names, b.names, (x, y) => x.name === y.name && x.relative === y.relative)
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i] as T));
}
