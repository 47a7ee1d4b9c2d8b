import { parseName, type Reply, TYPE } from '@seamark/protocol';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import { formatHttpAddress } from '../../config/http-address.ts';
import type { HttpAddress } from '../../config/index.ts';
import { type Question, replyOf } from '../ask.ts';
import { zonesOf } from '../zone-file.ts';
import { Interview } from './interview.ts';
import { type Case, differ, type Replies, type ZoneSettings } from './judge.ts';
import { questionsOf } from './questions.ts';
import { saidIn } from './said.ts';

/** Questions on their way to each server. */
const WINDOW = 64;

export interface Sides {
  /** Of the sources: what the names are taken from, and who answers where no Seamark is asked. */
  readonly snapshot: SnapshotHandle;
  /** A running Seamark. */
  readonly seamark?: HttpAddress;
  readonly other: HttpAddress;
}

/** Zones in presentation format, each with what the configuration says of it. */
export type Zones = ReadonlyMap<string, ZoneSettings>;

/** Someone who was to be asked does not answer at all. */
export class NoAnswer extends Error {}

/**
 * Puts every question about the zones to both sides.
 *
 * @param each is called for each question that has been put, with the replies if they differ.
 * @throws NoAnswer before the first question, if one side does not answer
 */
export async function putQuestions(
  { snapshot, seamark, other }: Sides,
  wanted: Zones,
  each: (found: Case | undefined) => void,
): Promise<void> {
  using theirs = new Interview(other);
  using running = seamark === undefined ? undefined : new Interview(seamark);
  const ours = async (question: Question): Promise<Reply | string> =>
    running === undefined ? replyOf(snapshot, question) : await running.ask(question);
  const pair = async (question: Question): Promise<Replies> => {
    const [own, peer] = await Promise.all([ours(question), theirs.ask(question)]);
    return { ours: saidOr(own), theirs: saidOr(peer) };
  };
  const reader = new SnapshotReader(snapshot, 0);
  try {
    reader.join();
    const zones = zonesOf(reader);
    for (const [zone, settings] of wanted) {
      const nodes = zones.get(zone);
      if (nodes === undefined) continue;
      checkBoth(await pair({ name: parseName(zone), type: TYPE.SOA }), seamark, other);
      await inWindow(questionsOf(reader, nodes), async (question) => {
        let replies = await pair(question);
        // A change that one of them has seen and the other not yet is no difference.
        if (differ(replies)) replies = await pair(question);
        if (!differ(replies)) return each(undefined);
        const isKnown = await hasAddress(theirs, question);
        each({ ...replies, question, settings, zone, isKnownThere: isKnown });
      });
    }
  } finally {
    reader.close();
  }
}

const saidOr = (reply: Reply | string): Replies['ours'] =>
  typeof reply === 'string' ? reply : saidIn(reply);

function checkBoth(
  { ours, theirs }: Replies,
  seamark: HttpAddress | undefined,
  other: HttpAddress,
) {
  if (typeof ours === 'string') {
    const at = seamark === undefined ? '' : ` at ${formatHttpAddress(seamark)}`;
    throw new NoAnswer(
      `Seamark${at} does not answer: ${ours}; start it, or compare what its sources say with --no-ask`,
    );
  }
  if (typeof theirs === 'string') {
    throw new NoAnswer(`the server at ${formatHttpAddress(other)} does not answer: ${theirs}`);
  }
}

/** Whether a server has an address for a name: then it denies another type of it by the type, not by the name. */
async function hasAddress(server: Interview, { name }: Question): Promise<boolean> {
  const replies = await Promise.all([TYPE.A, TYPE.AAAA].map((type) => server.ask({ name, type })));
  return replies.some((reply) => typeof reply !== 'string' && reply.answer.length > 0);
}

async function inWindow(
  questions: Iterable<Question>,
  put: (question: Question) => Promise<void>,
): Promise<void> {
  const iterator = questions[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await put(next.value);
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
}
