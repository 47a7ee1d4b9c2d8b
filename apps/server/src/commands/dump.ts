import { foldName, formatName, NameError, parseName, toALabels } from '@seamark/protocol';
import { SnapshotReader } from '@seamark/snapshot';
import { SourceError } from '@seamark/watcher';
import { formatHttpAddress } from '../config/http-address.ts';
import type { ServerConfig } from '../config/index.ts';
import { zonesBehind } from '../config/zones-behind.ts';
import { nearest } from '../corefile/nearest.ts';
import { complain, writeOut } from './output.ts';
import { type Missing, missingFrom, type Reading, readOnce } from './read-once.ts';
import { zoneFile, zonesOf } from './zone-file.ts';

export interface DumpOptions {
  readonly version: string;
  /** Seconds. */
  readonly timeout: number;
  readonly refuse: (message: string) => never;
}

/** The zones are incomplete, or none could be read. */
const INCOMPLETE = 1;

/** `seamark dump [ZONE…]`. @returns the exit status */
export async function dump(
  config: ServerConfig,
  words: readonly string[],
  { version, timeout, refuse }: DumpOptions,
): Promise<number> {
  const all = [...new Set(config.views.flatMap((_, view) => zonesBehind(config, view)))];
  if (all.length === 0) return refuse(`${config.file} has no zones: nothing to dump`);
  const wanted = new Set(
    words.length === 0 ? all : words.map((word) => zoneNamed(word, all, refuse)),
  );
  const views = config.views
    .map((_, view) => view)
    .filter((view) => zonesBehind(config, view).some((zone) => wanted.has(zone)));
  let reading: Reading;
  try {
    reading = await readOnce(config, { views, timeout });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    complain(error.message);
    return INCOMPLETE;
  }
  const missing = missingFrom(reading);
  await writeOut(files(config, views, wanted, reading, missing, version));
  for (const { text } of reading.complaints) complain(text);
  for (const { source, kind, reason } of missing) {
    complain(`incomplete without ${kind} of ${source}: ${reason}`);
  }
  return missing.length === 0 ? 0 : INCOMPLETE;
}

function* files(
  config: ServerConfig,
  views: readonly number[],
  wanted: ReadonlySet<string>,
  reading: Reading,
  missing: readonly Missing[],
  version: string,
): Generator<string> {
  // What answers behind several listeners says the same there.
  const written = new Set<object>();
  for (const [place, view] of views.entries()) {
    const snapshot = reading.snapshots[place];
    if (snapshot === undefined) throw new Error('a view without a snapshot');
    const reader = new SnapshotReader(snapshot, 0);
    try {
      reader.join();
      const zones = zonesOf(reader);
      const listeners = config.listeners.filter((listener) => listener.view === view);
      for (const { of, zones: apexes } of zonesOfView(config, view)) {
        if (written.has(of)) continue;
        written.add(of);
        for (const apex of apexes) {
          const zone = zones.get(apex);
          if (zone === undefined || !wanted.has(apex)) continue;
          yield `; ${apex} behind ${listeners.map(formatHttpAddress).join(', ')}`;
          yield `; read by seamark ${version} at ${reading.startedAt.toISOString()}`;
          for (const { source, kind } of missing) yield `; INCOMPLETE without ${kind} of ${source}`;
          yield* zoneFile(reader, zone);
        }
      }
    } finally {
      reader.close();
    }
  }
}

function zonesOfView(
  { views, gateways, fileZones }: ServerConfig,
  view: number,
): { readonly of: object; readonly zones: readonly string[] }[] {
  const { gateways: answering = [], fileZones: files = [] } = views[view] ?? {};
  return [
    ...answering.flatMap((index) => gateways[index] ?? []).map((of) => ({ of, zones: of.zones })),
    ...files.flatMap((index) => fileZones[index] ?? []).map((of) => ({ of, zones: [of.zone] })),
  ];
}

function zoneNamed(
  word: string,
  zones: readonly string[],
  refuse: (message: string) => never,
): string {
  try {
    const zone = formatName(foldName(parseName(toALabels(word))));
    if (zones.includes(zone)) return zone;
    const meant = nearest(zone, zones);
    const hint = meant === undefined ? `there are ${zones.join(', ')}` : `did you mean ${meant}?`;
    return refuse(`no zone is ${zone}; ${hint}`);
  } catch (error) {
    if (error instanceof NameError) return refuse(error.message);
    throw error;
  }
}
