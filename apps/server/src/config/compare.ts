import { isDeepStrictEqual } from 'node:util';
import type { ListenerConfig, ServerConfig } from './server-config.ts';

/**
 * What is another in a configuration than in the one before it. By meaning: where something stands in which file
 * doesn't count, nor in which order. Nothing here lists the settings of a listener or a view, so none can be
 * forgotten: whatever is another makes another of it.
 */
export interface ConfigChange {
  /** Indices into `next.listeners`, but for `removed`: into those of the old configuration. */
  readonly listeners: {
    readonly added: readonly number[];
    readonly removed: readonly number[];
    /** Same address and port, with other settings or another view. */
    readonly changed: readonly number[];
  };
  readonly views: {
    /** For each view of `next` the index of the old one that means the same. */
    readonly kept: readonly (number | undefined)[];
    /** Old ones that nothing means any more. */
    readonly removed: readonly number[];
  };
  /** Members that concern the whole process, by name: `ready`, `workers` … */
  readonly process: readonly string[];
}

/** What the comparison takes apart, or what says nothing about how queries are answered. */
const TAKEN_APART: ReadonlySet<string> = new Set(['listeners', 'views', 'file', 'notices']);

export function compareConfigs(old: ServerConfig, next: ServerConfig): ConfigChange {
  const kept = matchViews(old, next);
  const oldOf = new Map(old.listeners.map((listener, i) => [nameOf(listener), i]));
  const added: number[] = [];
  const changed: number[] = [];
  const present = new Set<number>();
  for (const [i, listener] of next.listeners.entries()) {
    const before = oldOf.get(nameOf(listener));
    if (before === undefined) {
      added.push(i);
      continue;
    }
    present.add(before);
    const was = old.listeners[before];
    const { view, ...settings } = listener;
    const { view: viewBefore, ...settingsBefore } = was ?? listener;
    const isSame = kept[view] === viewBefore && means(settings, settingsBefore);
    if (!isSame) changed.push(i);
  }
  return {
    listeners: { added, removed: without(old.listeners, present), changed },
    views: { kept, removed: without(old.views, new Set(kept)) },
    process: processMembers(old, next),
  };
}

/** Whether anything has to be done about it. */
export function isEmpty({ listeners, views, process }: ConfigChange): boolean {
  const { added, removed, changed } = listeners;
  const lists = [added, removed, changed, views.removed, process];
  return lists.every((list) => list.length === 0) && !views.kept.includes(undefined);
}

/** Each old view is kept for one new view at the most: two may mean the same behind different listeners. */
function matchViews(old: ServerConfig, next: ServerConfig): (number | undefined)[] {
  const left = new Set(old.views.keys());
  const meanings = old.views.map((view) => resolve(view, old));
  const taken: (number | undefined)[] = next.views.map(() => undefined);
  const take = (view: number, candidates: Iterable<number>): void => {
    const meaning = resolve(next.views[view] ?? {}, next);
    for (const candidate of candidates) {
      if (!left.has(candidate) || !isDeepStrictEqual(meaning, meanings[candidate])) continue;
      left.delete(candidate);
      taken[view] = candidate;
      return;
    }
  };
  // First those behind the same listener: then nothing at all changes there.
  for (const listener of next.listeners) {
    if (taken[listener.view] !== undefined) continue;
    const before = old.listeners.find((other) => nameOf(other) === nameOf(listener));
    if (before !== undefined) take(listener.view, [before.view]);
  }
  for (const view of taken.keys()) if (taken[view] === undefined) take(view, left);
  return taken;
}

/** A view, with what its members are indices of: `gateways: [1]` is index 1 of the configuration's `gateways`. */
function resolve(view: object, config: ServerConfig): unknown {
  const lists = new Map<string, unknown>(Object.entries(config));
  return Object.fromEntries(
    Object.entries(view).map(([name, value]) => {
      const list = lists.get(name);
      const isIndices = Array.isArray(list) && Array.isArray(value);
      return [name, meaningOf(isIndices ? value.map((index) => list[index]) : value, lists)];
    }),
  );
}

function processMembers(old: ServerConfig, next: ServerConfig): string[] {
  const before = new Map<string, unknown>(Object.entries(old));
  const now = new Map<string, unknown>(Object.entries(next));
  const names = new Set([...before.keys(), ...now.keys()]);
  const ofViews = new Set([...old.views, ...next.views].flatMap((view) => Object.keys(view)));
  return [...names].filter(
    (name) =>
      !TAKEN_APART.has(name) && !ofViews.has(name) && !means(before.get(name), now.get(name)),
  );
}

function means(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(meaningOf(a), meaningOf(b));
}

/** Without the positions, wherever they are; what a lone index is one of in its place: `hosts: 0` of a gateway. */
function meaningOf(value: unknown, lists?: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one) => meaningOf(one, lists));
  if (value === null || typeof value !== 'object' || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'position')
      .map(([name, member]) => {
        const list = lists?.get(name);
        const isIndex = typeof member === 'number' && Array.isArray(list);
        return [name, meaningOf(isIndex ? list[member] : member, lists)];
      }),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** As configured: where the system chose the port, it stays the one it chose. Another transport takes other sockets. */
export function nameOf({
  address,
  port,
  transport,
}: Pick<ListenerConfig, 'address' | 'port' | 'transport'>): string {
  return `${transport ?? 'dns'} ${address} ${port}`;
}

function without(list: readonly unknown[], present: ReadonlySet<number | undefined>): number[] {
  return [...list.keys()].filter((index) => !present.has(index));
}
