import {
  foldName,
  formatName,
  NameError,
  parseName,
  toALabels,
  typeMnemonic,
  typeNumber,
} from '@seamark/protocol';
import { SourceError } from '@seamark/watcher';
import { statusDocument } from '../admin/status.ts';
import { formatHttpAddress } from '../config/http-address.ts';
import { type ListenerConfig, type ServerConfig, statusAddresses } from '../config/index.ts';
import {
  askServer,
  askSnapshot,
  askStatus,
  isSameAnswer,
  type Outcome,
  type Served,
} from './ask.ts';
import { chooseListener, otherListeners } from './choose-view.ts';
import type { Explanation, ServerExplanation } from './explanation.ts';
import { explanationLines } from './explanation-lines.ts';
import { findNear } from './near-names.ts';
import { complain, writeOut } from './output.ts';
import { type Complaint, type Reading, readOnce } from './read-once.ts';
import { findWayOut } from './way-out.ts';

export interface ExplainOptions {
  readonly version: string;
  readonly json: boolean;
  /** Whether a server that runs is asked as well. */
  readonly ask: boolean;
  /** `ADDRESS:PORT` of one of the configuration. */
  readonly listener?: string;
  /** Seconds. */
  readonly timeout: number;
  /** Says why the command line can't be followed. */
  readonly refuse: (message: string) => never;
}

/** Exit statuses beyond those of all commands. */
const EXIT: Readonly<Record<Outcome, number>> = {
  data: 0,
  unknown: 1,
  nodata: 3,
  nxdomain: 4,
  refused: 5,
};

/** `seamark explain NAME [TYPE]`. @returns the exit status */
export async function explain(
  config: ServerConfig,
  words: readonly string[],
  options: ExplainOptions,
): Promise<number> {
  const { json, refuse } = options;
  const { name, type } = readQuestion(words, refuse);
  const text = formatName(name);
  const listener = chooseListener(config, text, options.listener, refuse);
  let reading: Reading;
  try {
    const read = { views: [listener.view], timeout: options.timeout, explain: [text] };
    reading = await readOnce(config, read);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    complain(error.message);
    return EXIT.unknown;
  }
  const explanation = await compose(config, listener, { name, type }, reading, options);
  await writeOut(
    json ? [JSON.stringify(explanation, undefined, 2)] : explanationLines(explanation),
  );
  for (const { object, text } of reading.complaints) if (object === undefined) complain(text);
  const { wayOut, answerFrom, answer } = explanation;
  // Only who answers in their place could tell.
  return wayOut !== null && answerFrom === 'sources' ? EXIT.unknown : EXIT[answer.outcome];
}

async function compose(
  config: ServerConfig,
  listener: ListenerConfig,
  question: { readonly name: Uint8Array; readonly type: number },
  reading: Reading,
  options: ExplainOptions,
): Promise<Explanation> {
  const [snapshot] = reading.snapshots;
  if (snapshot === undefined) throw new Error('a view without a snapshot');
  const { zone = null, cut = null, pointsTo = null, objects, ...known } = reading.explain(0);
  const sourcesAnswer = askSnapshot(snapshot, question);
  const wayOut = await findWayOut(config, listener, question, zone, snapshot);
  const isForwarded = wayOut !== null && wayOut.by !== 'template';
  const [served, server] = await askRunning(config, listener, question, options.ask, isForwarded);
  const near = zone === null ? { similar: [], below: [] } : findNear(snapshot, known.name, zone);
  // An object of several claims has its complaints once.
  const left = new Set(reading.complaints);
  const told = (title: string, name: string): string[] => {
    const own = [...left].filter((one) => one.object === title && concerns(one, name));
    for (const one of own) left.delete(one);
    return own.map(({ text }) => text);
  };
  return {
    ...{
      name: known.name,
      type: typeMnemonic(question.type),
      listener: formatHttpAddress(listener),
    },
    otherListeners: otherListeners(config, known.name, listener),
    ...{ answer: served?.answer ?? sourcesAnswer, answerFrom: served ? 'server' : 'sources' },
    ...{ sourcesAnswer, wayOut },
    agrees:
      served === undefined || wayOut !== null ? null : isSameAnswer(served.answer, sourcesAnswer),
    ...{ zone, cut, pointsTo, ...known },
    objects: objects.map((object) => ({
      ...object,
      complaints: [
        `${object.kind} ${object.object}`,
        ...(object.ways ?? []).flatMap(({ parent, gateway = '' }) => [parent, gateway]),
      ].flatMap((title) => told(title, object.name)),
    })),
    similar: known.exists || known.wildcard?.speaks ? [] : near.similar,
    below: near.below,
    read: {
      at: reading.startedAt.toISOString(),
      sources: statusDocument(options.version, [], reading.status, []).sources,
    },
    server,
  };
}

/** Whether a complaint is about an object's name: about all of them, or this one, in full or below a zone. */
function concerns({ name }: Complaint, owner: string): boolean {
  if (name === undefined) return true;
  const own = toALabels(name.toLowerCase()).replace(/\.?$/, '.');
  return owner.replace(/\.?$/, '.').toLowerCase().startsWith(own);
}

async function askRunning(
  config: ServerConfig,
  listener: ListenerConfig,
  question: { readonly name: Uint8Array; readonly type: number },
  isAsked: boolean,
  wishesRecursion: boolean,
): Promise<[Served | undefined, ServerExplanation]> {
  // Each says the same; one whose port is known can be asked.
  const places = statusAddresses(config);
  const place = places.find(({ port }) => port !== 0) ?? places[0];
  const statusAt = place === undefined ? null : `http://${formatHttpAddress(place)}/status`;
  const whyNot = isAsked ? 'its port is chosen when it starts' : 'it was not asked';
  const [served, status] = await Promise.all([
    isAsked && listener.port !== 0 ? askServer(listener, question, wishesRecursion) : whyNot,
    isAsked && place !== undefined && place.port !== 0 ? askStatus(place) : null,
  ]);
  return [
    typeof served === 'string' ? undefined : served,
    {
      ...(typeof served === 'string'
        ? { noAnswer: served, transport: null, noUdp: null }
        : { noAnswer: null, transport: served.transport, noUdp: served.noUdp }),
      statusAt,
      status: typeof status === 'string' ? null : status,
      noStatus: typeof status === 'string' ? status : null,
    },
  ];
}

function readQuestion(
  words: readonly string[],
  refuse: (message: string) => never,
): { name: Uint8Array; type: number } {
  const [text, typeText = 'A', ...rest] = words;
  if (text === undefined)
    return refuse('explain takes a name: seamark explain www.example.com [A]');
  if (rest.length > 0) return refuse(`"${rest.join(' ')}" is too much: a name and a type`);
  const type = typeNumber(typeText);
  if (type === undefined) return refuse(`"${typeText}" is no type of records`);
  try {
    return { name: foldName(parseName(toALabels(text))), type };
  } catch (error) {
    if (error instanceof NameError) return refuse(error.message);
    throw error;
  }
}
