import { type FoldedName, NameError } from '@seamark/protocol';
import type { Logger, Sink, Source } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import { isWithin, wireName } from '../../zone-index/wire-name.ts';
import { followFiles } from '../follow-files.ts';
import { type ReadText, readText } from '../read-text.ts';
import { type HostsLine, readHosts } from './hosts-file.ts';
import { reverseNameOf } from './reverse-name.ts';

/** What a `hosts` directive says; a plain value that can be posted to another thread. */
export interface HostsOptions {
  /** Absolute; absent: the inline lines are all there is. */
  readonly file?: string;
  /** Lines of the Corefile, each where it stands. */
  readonly inline: readonly PlacedLine[];
  /** Folded zones in which names count. Addresses lead back to these wherever they have a name, as in CoreDNS. */
  readonly zones: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** Whether addresses lead back to names. */
  readonly reverse: boolean;
  /** Milliseconds between two looks where no change is noticed; 0: it is read once. */
  readonly reloadMs: number;
}

/** A line of a Corefile. */
export interface PlacedLine {
  readonly text: string;
  /** `FILE line N` */
  readonly place: string;
}

/** What is delivered for a line of a hosts file. */
export interface HostsObject extends Shape {
  readonly address: string;
  /** Folded, with the final dot; those of the directive's zones alone. */
  readonly names: readonly string[];
  readonly ttl: number;
  /** The name of the address, where it leads back to its names. */
  readonly back?: string;
}

export interface HostsSourceOptions {
  readonly logger: Logger;
  /** Milliseconds that a changed file stands still before it is read. Default 1,000. */
  readonly stillMs?: number;
}

/** A path of more than this is told by its end, so that it fits the index. */
const MOST_OF_PATH = 500;

/**
 * A hosts file and the lines that a Corefile adds, as objects of the kind `hosts`, one for each line. A file that is not
 * there has no lines, as in CoreDNS: what the Corefile says counts, and it is looked for again.
 */
export class HostsSource implements Source {
  readonly #hosts: HostsOptions;
  readonly #options: HostsSourceOptions;
  readonly #zones: readonly FoldedName[];
  #told = '';
  /** What the file said last. */
  #known: readonly HostsLine[] = [];

  constructor(hosts: HostsOptions, options: HostsSourceOptions) {
    this.#hosts = hosts;
    this.#options = options;
    this.#zones = hosts.zones.map(wireName);
  }

  async start(sink: Sink, signal: AbortSignal): Promise<void> {
    const { reloadMs, file } = this.#hosts;
    const options = { ...this.#options, reloadMs: file === undefined ? 0 : reloadMs };
    await followFiles(() => this.#read(sink), options, signal);
  }

  /** There is nothing else in it. */
  read(): void {}

  keep(): void {}

  #read(sink: Sink): readonly ReadText[] {
    const { file, inline, reloadMs } = this.#hosts;
    const read = file === undefined ? undefined : readText(file);
    const lines: string[] = [];
    if (read?.text !== undefined) {
      const found = readHosts(read.text);
      this.#known = found.lines;
      for (const { line, column, reason } of found.faults) {
        lines.push(`${file}:${line}:${column}: the line is left out: ${reason}`);
      }
    } else if (read?.print === 'ENOENT') this.#known = [];
    const why = read !== undefined && read.text === undefined ? whyNot(read, reloadMs) : undefined;
    if (why !== undefined) lines.push(why);
    this.#tell(lines);
    sink.status('hosts', { state: 'listing' });
    sink.beginList('hosts');
    for (const known of this.#known) {
      this.#offer(sink, `${(file ?? '').slice(-MOST_OF_PATH)} line ${known.line}`, known);
    }
    for (const { text, place } of inline) {
      const [line] = readHosts(text).lines;
      if (line !== undefined) this.#offer(sink, place.slice(-MOST_OF_PATH), line);
    }
    sink.endList('hosts');
    sink.status(
      'hosts',
      why === undefined
        ? { state: 'watching' }
        : { ...{ state: 'failing', reason: why }, ...(reloadMs > 0 && { retryInMs: reloadMs }) },
    );
    sink.flush();
    return read === undefined ? [] : [read];
  }

  #offer(sink: Sink, key: string, { address, names }: HostsLine): void {
    const { ttl, reverse } = this.#hosts;
    const counting = names.flatMap((name) => {
      const full = name.endsWith('.') ? name : `${name}.`;
      return this.#isOurs(full) ? [full] : [];
    });
    if (counting.length === 0) return;
    const back = reverse ? reverseNameOf(address) : undefined;
    const object: HostsObject = {
      ...{ address, ttl, names: [...new Set(counting.map((name) => name.toLowerCase()))] },
      ...(back !== undefined && { back }),
    };
    sink.upsert('hosts', key, object);
  }

  #isOurs(name: string): boolean {
    try {
      const wire = wireName(name);
      return this.#zones.some((zone) => isWithin(wire, zone));
    } catch (error) {
      // A host name for other programs than ours.
      if (error instanceof NameError) return false;
      throw error;
    }
  }

  #tell(lines: readonly string[]): void {
    const told = lines.join('\n');
    if (told === this.#told) return;
    const path = this.#hosts.file;
    for (const line of lines)
      this.#options.logger.warn({ event: 'hosts-line-ignored', path }, line);
    if (told === '') this.#options.logger.info({ path }, `${path}: every line can be used again`);
    this.#told = told;
  }
}

function whyNot({ path, reason }: ReadText, reloadMs: number): string {
  const again = reloadMs === 0 ? 'it is not looked for again (reload 0)' : 'it is looked for again';
  return `can't read the hosts file ${path}: ${reason}; the lines in the Corefile count, and ${again}`;
}
