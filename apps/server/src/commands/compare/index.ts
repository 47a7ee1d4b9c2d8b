import { isIP } from 'node:net';
import {
  foldName,
  formatName,
  NameError,
  parseName,
  TYPE,
  toALabels,
  typeMnemonic,
} from '@seamark/protocol';
import { SnapshotReader } from '@seamark/snapshot';
import { type NameExplanation, SourceError } from '@seamark/watcher';
import { formatHttpAddress } from '../../config/http-address.ts';
import type {
  GatewayConfig,
  HttpAddress,
  ListenerConfig,
  ServerConfig,
} from '../../config/index.ts';
import { nearest } from '../../corefile/nearest.ts';
import { type Question, replyOf } from '../ask.ts';
import { chooseListener, zonesBehind } from '../choose-view.ts';
import { complain, writeOut } from '../output.ts';
import { missingFrom, type Reading, readOnce } from '../read-once.ts';
import { zonesOf } from '../zone-file.ts';
import { Interview } from './interview.ts';
import { questionsOf } from './questions.ts';
import { type Reason, ROWS_OF_KIND, reasonFor } from './reasons.ts';
import { aspectsOf, type Said, saidIn, saidLine } from './said.ts';
import { Tally } from './tally.ts';

export interface CompareOptions {
  /** The other server: `ADDRESS` or `ADDRESS:PORT`. */
  readonly with: string | undefined;
  /** Whether the running Seamark is asked; else what its sources say now is compared. */
  readonly ask: boolean;
  /** `ADDRESS:PORT` of one of the configuration. */
  readonly listener?: string;
  /** Every difference is shown, not only the first few of each reason. */
  readonly all: boolean;
  readonly json: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Says why the command line can't be followed. */
  readonly refuse: (message: string) => never;
}

/** Something differs that no row explains, or could not be asked. */
const UNEXPLAINED = 1;
/** Questions on their way to each server. */
const WINDOW = 64;

/** A question that the two servers answer differently. */
export interface Difference {
  readonly name: string;
  readonly type: string;
  readonly ours: string;
  readonly theirs: string;
  readonly reasons: readonly Reason[];
  /** What no reason was found for, with what is known; absent: everything is explained. */
  readonly unexplained?: string;
}

/**
 * `seamark compare --with ADDRESS [ZONE…]`: every name of the zones is put to a running Seamark and to another
 * server, and what they answer differently is told with its reason.
 *
 * @returns the exit status
 */
export async function compare(
  config: ServerConfig,
  words: readonly string[],
  options: CompareOptions,
): Promise<number> {
  const { refuse } = options;
  const listener = chooseListener(
    config,
    zoneWords(words, refuse)[0] ?? '',
    options.listener,
    refuse,
  );
  const zones = wantedZones(zonesBehind(config, listener.view), zoneWords(words, refuse), refuse);
  const peer = readPeer(options.with, refuse);
  let reading: Reading;
  try {
    reading = await readOnce(config, { views: [listener.view], timeout: options.timeout });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    complain(error.message);
    return UNEXPLAINED;
  }
  const missing = missingFrom(reading);
  const tally = new Tally({ with: peer, listener, isAsked: options.ask, all: options.all });
  const problem = await run(config, listener, zones, peer, reading, options, tally);
  if (problem !== undefined) {
    complain(problem);
    return UNEXPLAINED;
  }
  await writeOut(options.json ? [JSON.stringify(tally.document(), undefined, 2)] : tally.lines());
  for (const { source, kind, reason } of missing) {
    complain(`${kind} of ${source} could not be read, so its names were not asked: ${reason}`);
  }
  return tally.unexplained === 0 && missing.length === 0 ? 0 : UNEXPLAINED;
}

/** @returns why nothing can be compared */
async function run(
  config: ServerConfig,
  listener: ListenerConfig,
  wanted: readonly string[],
  peer: HttpAddress,
  reading: Reading,
  options: CompareOptions,
  tally: Tally,
): Promise<string | undefined> {
  const [snapshot] = reading.snapshots;
  if (snapshot === undefined) throw new Error('a view without a snapshot');
  if (options.ask && listener.port === 0) {
    return `the port of ${formatHttpAddress(listener)} is chosen when Seamark starts: say --dns.port, or --no-ask`;
  }
  using theirs = new Interview(peer);
  using running = options.ask ? new Interview(listener) : undefined;
  const ours = (question: Question) =>
    running === undefined ? replyOf(snapshot, question) : running.ask(question);
  const reader = new SnapshotReader(snapshot, 0);
  try {
    reader.join();
    const zones = zonesOf(reader);
    const [first] = wanted;
    const probe = first === undefined ? undefined : { name: parseName(first), type: TYPE.SOA };
    if (probe !== undefined) {
      for (const [who, reply] of [
        [`Seamark at ${formatHttpAddress(listener)}`, await ours(probe)],
        [`the server at ${formatHttpAddress(peer)}`, await theirs.ask(probe)],
      ] as const) {
        if (typeof reply === 'string') return `${who} does not answer: ${reply}`;
      }
    }
    for (const apex of wanted) {
      const zone = zones.get(apex);
      const gateway = gatewayOf(config, listener, apex);
      if (zone === undefined || gateway === undefined) continue;
      const put = async (question: Question): Promise<void> => {
        const pair = async (): Promise<readonly [Said | string, Said | string]> => {
          const both = await Promise.all([ours(question), theirs.ask(question)]);
          return both.map((reply) => (typeof reply === 'string' ? reply : saidIn(reply))) as [
            Said | string,
            Said | string,
          ];
        };
        let replies = await pair();
        // A change that one of them has seen and the other not yet is no difference.
        if (differs(replies)) replies = await pair();
        tally.asked();
        if (!differs(replies)) return;
        tally.add(judge(question, replies, gateway, (name) => reading.explain(0, name)));
      };
      await inWindow(questionsOf(reader, zone), put);
    }
    return undefined;
  } finally {
    reader.close();
  }
}

const differs = ([ours, theirs]: readonly [Said | string, Said | string]): boolean =>
  typeof ours === 'string' || typeof theirs === 'string' || aspectsOf(ours, theirs).length > 0;

function judge(
  question: Question,
  [ours, theirs]: readonly [Said | string, Said | string],
  gateway: GatewayConfig,
  explain: (name: string) => NameExplanation,
): Difference {
  const name = formatName(question.name);
  const type = typeMnemonic(question.type);
  const texts = {
    ...{ name, type },
    ours: typeof ours === 'string' ? ours : saidLine(ours),
    theirs: typeof theirs === 'string' ? theirs : saidLine(theirs),
  };
  if (typeof ours === 'string' || typeof theirs === 'string') {
    return { ...texts, reasons: [], unexplained: 'one of them did not answer' };
  }
  const known = explain(name);
  const { ttl, negativeTtl } = gateway;
  const facts = { ...{ type, ours, theirs, known, ttl, negativeTtl } };
  const reasons: Reason[] = [];
  const open: string[] = [];
  for (const aspect of aspectsOf(ours, theirs)) {
    const reason = reasonFor(aspect, facts);
    if (reason === undefined) open.push(aspect);
    else if (!reasons.includes(reason)) reasons.push(reason);
  }
  return { ...texts, reasons, ...(open.length > 0 && { unexplained: hint(known, name, type) }) };
}

/** What helps to find out why. */
function hint({ objects }: NameExplanation, name: string, type: string): string {
  const speaking = objects.filter(({ loss }) => loss === undefined);
  const command = `seamark explain ${name} ${type}`;
  if (speaking.length === 0) return `no object speaks for the name here; ${command} says more`;
  const from = speaking.slice(0, 3).map(({ kind, object }) => `${kind} ${object}`);
  const rows = [...new Set(speaking.flatMap(({ kind }) => ROWS_OF_KIND[kind] ?? []))];
  const may = rows.length === 0 ? '' : `; it may be one of ${rows.join(', ')}`;
  return `here it is from ${from.join(', ')}${may}; ${command} says more`;
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

function gatewayOf(
  config: ServerConfig,
  { view }: ListenerConfig,
  apex: string,
): GatewayConfig | undefined {
  return config.views[view]?.gateways
    .map((index) => config.gateways[index])
    .find((gateway) => gateway?.zones.includes(apex));
}

function zoneWords(words: readonly string[], refuse: (message: string) => never): string[] {
  return words.map((word) => {
    try {
      return formatName(foldName(parseName(toALabels(word))));
    } catch (error) {
      if (error instanceof NameError) return refuse(error.message);
      throw error;
    }
  });
}

function wantedZones(
  served: readonly string[],
  words: readonly string[],
  refuse: (message: string) => never,
): readonly string[] {
  if (served.length === 0) return refuse('no zone is served there: nothing to compare');
  const unknown = words.find((word) => !served.includes(word));
  if (unknown === undefined) return words.length === 0 ? served : words;
  const meant = nearest(unknown, served);
  const there = meant === undefined ? `there are ${served.join(', ')}` : `did you mean ${meant}?`;
  return refuse(`no zone is ${unknown}; ${there}`);
}

function readPeer(text: string | undefined, refuse: (message: string) => never): HttpAddress {
  if (text === undefined) {
    return refuse('compare takes the other server: seamark compare --with 192.0.2.53:53');
  }
  const bracketed = /^\[(?<six>[^\]]+)\](?::(?<port>\d+))?$/.exec(text)?.groups;
  const plain = /^(?<host>[^:]+)(?::(?<port>\d+))?$/.exec(text)?.groups;
  // Colons alone are an IPv6 address without a port.
  const address = bracketed?.['six'] ?? plain?.['host'] ?? text;
  const port = Number(bracketed?.['port'] ?? plain?.['port'] ?? 53);
  if (isIP(address) === 0 || port < 1 || port > 65_535) {
    return refuse(`--with takes an IP address, with a port where it is not 53; not "${text}"`);
  }
  return { address, port };
}
