import { dirname, resolve } from 'node:path';
import {
  type FoldedName,
  formatName,
  formatPlace,
  readZoneFile,
  TYPE,
  type ZoneFault,
} from '@seamark/protocol';
import type { Logger, Sink, Source } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import { wireName } from '../../zone-index/wire-name.ts';
import { serialOf } from '../../zone-index/zone-records.ts';
import { followFiles } from '../follow-files.ts';
import { type ReadText, readText } from '../read-text.ts';
import { type FileRRset, type ZoneContent, zoneContentOf } from './zone-content.ts';

export interface ZoneFileSourceOptions {
  /** Milliseconds between two looks where no change is noticed; 0: it is read once. */
  readonly reloadMs: number;
  readonly logger: Logger;
  /** Milliseconds that a changed file stands still before it is read. Default 1,000. */
  readonly stillMs?: number;
}

/** What is delivered for a line of a zone file: the RRsets of which that is the first record. */
export interface FileObject extends Shape {
  readonly rrsets: readonly FileRRset[];
}

/** A path of more than this is told by its end, so that it fits the index. */
const MOST_OF_PATH = 500;

/**
 * A zone file and those that it includes, as objects of the kind `file`, one for each line that begins an RRset:
 * `db.example.org line 12`. A file that is no zone is told of, fault by fault, and the last good one goes on; one that
 * can't be read is looked for again.
 */
export class ZoneFileSource implements Source {
  readonly #file: string;
  readonly #apex: FoldedName;
  readonly #options: ZoneFileSourceOptions;
  /** As told last, so that nothing is told twice. */
  #told = '';
  #known: Known | undefined;
  #isFailing = false;

  /**
   * @param file absolute.
   * @param zone presentation format.
   */
  constructor(file: string, zone: string, options: ZoneFileSourceOptions) {
    this.#file = file;
    this.#apex = wireName(zone);
    this.#options = options;
  }

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    await followFiles(() => this.#read(sink), this.#options, signal);
  }

  /** There is nothing else in it. */
  read(): void {}

  keep(): void {}

  #read(sink: Sink): readonly ReadText[] {
    const main = readText(this.#file);
    const read = [main];
    if (main.text === undefined) {
      this.#fail(sink, `${this.#file}: ${main.reason}`, []);
      return read;
    }
    const file = readZoneFile(main.text, {
      ...{ file: this.#file, origin: this.#apex },
      include(name, from) {
        const included = readText(resolve(dirname(from), name));
        read.push(included);
        if (included.text === undefined)
          return `can't include ${included.path}: ${included.reason}`;
        return { file: included.path, text: included.text };
      },
    });
    const content = zoneContentOf(file, this.#apex);
    if (content.faults.length > 0) {
      const lines = content.faults.map(lineOf);
      this.#fail(sink, lines[0] ?? '', lines);
    } else if (file.records.length === 0) {
      this.#fail(sink, `${this.#file}:1:1: the file says nothing`, []);
    } else this.#deliver(sink, content, read);
    return read;
  }

  #deliver(sink: Sink, content: ZoneContent, read: readonly ReadText[]): void {
    const { logger } = this.#options;
    const path = this.#file;
    const doubts = content.doubts.map(lineOf);
    if (doubts.join('\n') !== this.#told) for (const line of doubts) logger.warn({ path }, line);
    this.#told = doubts.join('\n');
    const last = this.#known;
    const known = knownOf(content, read);
    this.#known = known;
    const wasFailing = this.#isFailing;
    this.#isFailing = false;
    if (last?.texts === known.texts && !wasFailing) {
      // Written, or touched, with what it said before.
      sink.status('file', { state: 'watching' });
      return;
    }
    this.#tellSerial(last, known);
    sink.status('file', { state: 'listing' });
    sink.beginList('file');
    for (const [key, object] of objectsOf(content)) sink.upsert('file', key, object);
    sink.endList('file');
    sink.status('file', { state: 'watching' });
    sink.flush();
    const zone = formatName(this.#apex);
    const { serial } = known;
    logger.info(
      { event: 'zone-file-read', path, zone, serial },
      `${zone} of ${path} was read${last === undefined ? '' : ' again'}: ${content.rrsets.length} RRsets, serial ${serial}`,
    );
  }

  /** Whoever compares serials, as secondaries do, would miss the change. */
  #tellSerial(last: Known | undefined, { serial, records }: Known): void {
    if (last === undefined || last.serial !== serial || last.records === records) return;
    const { logger } = this.#options;
    const text = `${this.#file}: the zone has changed and its serial ${serial} has not; the change counts all the same`;
    logger.warn({ event: 'zone-serial-unchanged', path: this.#file }, text);
  }

  #fail(sink: Sink, reason: string, lines: readonly string[]): void {
    const { logger, reloadMs } = this.#options;
    const zone = formatName(this.#apex);
    const effect =
      this.#known === undefined
        ? `nothing of ${zone} is known from it`
        : `what was read of ${zone} before stays`;
    const again =
      reloadMs === 0 ? 'it is not read again (reload 0)' : 'it is read again when it changes';
    const more = lines.length > 1 ? ` (and ${lines.length - 1} more faults)` : '';
    this.#isFailing = true;
    const whole = `${reason}${more}; ${effect}, ${again}`;
    const told = [...lines, whole].join('\n');
    if (told !== this.#told) {
      this.#told = told;
      const fields = { event: 'zone-file-unusable', path: this.#file, zone };
      for (const line of lines.slice(1)) logger.error(fields, line);
      logger.error(fields, whole);
    }
    sink.status('file', {
      ...{ state: 'failing', reason: whole },
      ...(reloadMs > 0 && { retryInMs: reloadMs }),
    });
  }
}

function lineOf({ place, reason }: ZoneFault): string {
  return `${formatPlace(place)}: ${reason}`;
}

function objectsOf({ rrsets }: ZoneContent): ReadonlyMap<string, FileObject> {
  const objects = new Map<string, { rrsets: FileRRset[] } & FileObject>();
  for (const rrset of rrsets) {
    const { file, line } = rrset.place;
    const key = `${file.slice(-MOST_OF_PATH)} line ${line}`;
    const object = objects.get(key);
    if (object === undefined) objects.set(key, { rrsets: [rrset] });
    else object.rrsets.push(rrset);
  }
  return objects;
}

function soaSerial({ rrsets }: ZoneContent): number {
  const [rdata] = rrsets.find(({ type }) => type === TYPE.SOA)?.rdata ?? [];
  return rdata === undefined ? 0 : serialOf(rdata);
}

/** What was delivered last, as far as a next one is compared with it: the zone itself would be kept twice. */
interface Known {
  readonly serial: number;
  /** Of all texts, their length and a fingerprint. */
  readonly texts: string;
  /** A fingerprint of what they say, in whatever order. */
  readonly records: number;
}

function knownOf(content: ZoneContent, read: readonly ReadText[]): Known {
  let records = 0;
  for (const { owner, type, ttl, rdata } of content.rrsets) {
    const head = fingerprint(`${owner} ${type} ${ttl}`, SEED);
    for (const octets of rdata) {
      let hash = head;
      for (const octet of octets) hash = Math.imul(hash ^ octet, PRIME);
      records = (records + hash) | 0;
    }
  }
  let length = 0;
  let hash = SEED;
  for (const { text = '' } of read) {
    length += text.length;
    hash = fingerprint(text, hash);
  }
  return { serial: soaSerial(content), texts: `${length} ${hash}`, records };
}

/** FNV-1a. */
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

function fingerprint(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}
