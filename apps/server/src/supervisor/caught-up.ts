import type { Kind, WatcherStatus } from '@seamark/watcher';

/** How far views that are to take the place of others have come. */
export interface Progress {
  /** Everything has been read, and host names have been asked for. */
  readonly isComplete: boolean;
  /** What the others had read has been read, and no answer is held back that they gave. */
  readonly isCaughtUp: boolean;
  /** What the others had read, and these have not. */
  readonly behind: readonly Lack[];
  /** What else is missing where an answer is held back for it that the others gave. */
  readonly heldBack: readonly Lack[];
}

export interface Lack {
  readonly kind: Kind;
  readonly source: string;
  readonly zones: readonly string[];
}

/**
 * Compares by zones and kinds, since nothing else need be the same: of the zone of a new view what counts is whether
 * a kind had been read for that zone, from wherever. A zone that nobody answered has nothing to lose.
 */
export function progressOf(old: WatcherStatus | undefined, next: WatcherStatus): Progress {
  const gateways = next.views.flatMap((view) => view.gateways);
  const before = new Map(
    (old?.views ?? []).flatMap((view) =>
      view.gateways.flatMap((gateway) => gateway.zones.map((zone) => [zone, gateway] as const)),
    ),
  );
  const lacks = gateways.flatMap(({ zones, unread, ready }) =>
    unread.map(({ kind, source }) => ({ kind, source, zones, ready })),
  );
  const behind = lacks.filter(({ kind, zones }) =>
    zones.some((zone) => before.get(zone)?.read.includes(kind)),
  );
  const heldBack = lacks.filter(
    ({ zones, ready }) => !ready && zones.some((zone) => before.get(zone)?.ready),
  );
  const isResolving = next.views.some(({ resolving }) => resolving);
  return {
    isComplete: !isResolving && gateways.every(({ unread }) => unread.length === 0),
    isCaughtUp: behind.length === 0 && heldBack.length === 0 && !isResolving,
    behind,
    heldBack,
  };
}
