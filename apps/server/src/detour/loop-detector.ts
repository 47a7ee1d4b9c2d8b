import { randomBytes } from 'node:crypto';
import { foldName, formatName, parseName, type Query, TYPE } from '@seamark/protocol';
import { composePlainQuestion } from './forward/plain-question.ts';

/** As often as a question of one's own may come in before it is a loop: a client's retry is none. */
const MOST_SEEN = 2;

/** A question that nobody else can ask, asked of oneself. */
export interface Probe {
  /** In presentation format. */
  readonly name: string;
  readonly octets: Uint8Array;
}

/**
 * Finds out whether what is forwarded comes back: a question with a random name is sent to a listener of ours, which
 * forwards it, and is counted each time it comes in.
 */
export class LoopDetector {
  private readonly onLoop: (name: string) => void;
  private readonly seen = new Map<string, number>();

  constructor(onLoop: (name: string) => void) {
    this.onLoop = onLoop;
  }

  /** Begins to look for a question below a zone. */
  probe(zone: string, id: number): Probe {
    const labels = randomBytes(16).toString('hex');
    const name = `${labels.slice(0, 16)}.${labels.slice(16)}.${zone === '.' ? '' : zone}`;
    this.seen.set(keyOf(parseName(name)), 0);
    return { name, octets: composePlainQuestion(name, TYPE.HINFO, true, id) };
  }

  /** No longer looks for it. */
  forget(probe: Probe): void {
    this.seen.delete(keyOf(parseName(probe.name)));
  }

  /** Looks at a query that goes the detour. */
  see({ type, name, nameLength }: Query): void {
    if (this.seen.size === 0 || type !== TYPE.HINFO) return;
    const key = keyOf(name.subarray(0, nameLength));
    const count = this.seen.get(key);
    if (count === undefined) return;
    this.seen.set(key, count + 1);
    if (count + 1 === MOST_SEEN + 1) this.onLoop(formatName(name.slice(0, nameLength)));
  }
}

function keyOf(name: Uint8Array): string {
  return Buffer.from(foldName(name)).toString('latin1');
}
