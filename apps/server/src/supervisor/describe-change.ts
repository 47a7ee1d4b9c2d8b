import { isEmpty } from '../config/compare.ts';
import { formatHttpAddress } from '../config/http-address.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { Reloaded } from './supervisor.ts';

/** What a reload has changed: for people, and for machines. */
export function describeChange(
  old: ServerConfig,
  next: ServerConfig,
  { change, listeners }: Reloaded,
): { readonly text: string; readonly fields: Readonly<Record<string, unknown>> } {
  if (isEmpty(change)) {
    return { text: 'the Corefile means what it meant before', fields: {} };
  }
  const { added, removed, changed } = change.listeners;
  const bound = (indices: readonly number[]): string[] =>
    indices.flatMap((index) => {
      const listener = listeners[index];
      return listener === undefined ? [] : [formatHttpAddress(listener)];
    });
  const fields = {
    added: bound(added),
    changed: bound(changed),
    removed: removed.flatMap((index) => {
      const listener = old.listeners[index];
      return listener === undefined ? [] : [formatHttpAddress(listener)];
    }),
    zones: zonesOf(
      next,
      [...next.views.keys()].filter((view) => change.views.kept[view] === undefined),
    ),
    settings: change.process,
  };
  const parts = Object.entries({
    'listening on': fields.added,
    'no longer on': fields.removed,
    'serving otherwise on': fields.changed,
    'read anew': fields.zones,
    changed: fields.settings,
  })
    .filter(([, words]) => words.length > 0)
    .map(([what, words]) => `${what} ${words.join(', ')}`);
  return { text: `the Corefile was read again: ${parts.join('; ')}`, fields };
}

function zonesOf({ views, gateways }: ServerConfig, indices: Iterable<number>): string[] {
  const zones = [...indices].flatMap((index) =>
    (views[index]?.gateways ?? []).flatMap((gateway) => gateways[gateway]?.zones ?? []),
  );
  return [...new Set(zones)];
}
