import { Responder, TRANSPORT } from '@seamark/matcher';
import {
  composeQuestion,
  FLAG,
  formatName,
  formatRdata,
  HEADER,
  LIMIT,
  parseReply,
  RCODE,
  type Reply,
  type ReplyRecord,
  rcodeMnemonic,
  TYPE,
  typeMnemonic,
} from '@seamark/protocol';
import { type SnapshotHandle, SnapshotReader } from '@seamark/snapshot';
import type { StatusDocument } from '../admin/status.ts';
import type { HttpAddress } from '../config/server-config.ts';
import { exchangeTcp, exchangeUdp } from './exchange.ts';

/** Whoever runs on this machine answers within that, or is not there. */
const PATIENCE_MS = 2000;

/** What an answer comes to, for whoever waits for an exit status. */
export type Outcome = 'data' | 'nodata' | 'nxdomain' | 'refused' | 'unknown';

/** A reply as texts. */
export interface Answer {
  readonly outcome: Outcome;
  readonly rcode: string;
  /** INFO-CODE of an Extended DNS Error (RFC 8914). */
  readonly ede?: number;
  readonly answer: readonly AnswerRecord[];
  readonly authority: readonly AnswerRecord[];
}

export interface AnswerRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

export interface Question {
  /** In wire format. */
  readonly name: Uint8Array;
  readonly type: number;
}

/** Asks a snapshot as a client would over TCP. */
export function askSnapshot(snapshot: SnapshotHandle, question: Question): Answer {
  return answerOf(replyOf(snapshot, question));
}

/** The same, as it would be sent. */
export function replyOf(snapshot: SnapshotHandle, { name, type }: Question): Reply {
  const reader = new SnapshotReader(snapshot, 0);
  try {
    reader.join();
    const question = composeQuestion(name, type, 0);
    const memory = new Uint8Array(LIMIT.STREAM + 64);
    memory.set(question);
    const view = new DataView(memory.buffer);
    const length = new Responder(reader).answer(
      ...([memory, view, 0, question.length, LIMIT.STREAM, TRANSPORT.STREAM] as const),
    );
    const reply = parseReply(memory.slice(0, length));
    if (reply === undefined) throw new Error('a reply of our own that is malformed');
    return reply;
  } finally {
    reader.close();
  }
}

/** An answer of a server that runs. */
export interface Served {
  readonly answer: Answer;
  readonly transport: 'UDP' | 'TCP';
  /** Why it was not over UDP; null where that was asked for no more than TCP is (RFC 7766 5). */
  readonly noUdp: string | null;
}

/**
 * Asks whoever listens at an address as clients do: over UDP, and over TCP what is too large for that (TC). Where
 * nothing comes over UDP, TCP is tried, too.
 *
 * @param wishesRecursion as who asks for what is forwarded has to
 * @returns the answer, or a clause that says why there is none
 */
export async function askServer(
  place: HttpAddress,
  { name, type }: Question,
  wishesRecursion = false,
): Promise<Served | string> {
  const id = Math.floor(Math.random() * 65_536);
  const question = composeQuestion(name, type, id);
  if (wishesRecursion) new DataView(question.buffer).setUint16(HEADER.FLAGS, FLAG.RD);
  const to = { address: dialled(place.address), port: place.port };
  const read = (octets: Uint8Array | string): Reply | string => {
    if (typeof octets === 'string') return octets;
    const reply = parseReply(octets);
    return reply?.id === id ? reply : 'the reply is malformed';
  };
  const datagram = read(await exchangeUdp(to, question, PATIENCE_MS));
  const isWhole = typeof datagram !== 'string' && (datagram.flags & FLAG.TC) === 0;
  if (isWhole) return { answer: answerOf(datagram), transport: 'UDP', noUdp: null };
  const reply = read(await exchangeTcp(to, question, PATIENCE_MS));
  if (typeof reply === 'string') return reply;
  const noUdp = typeof datagram === 'string' ? datagram : null;
  return { answer: answerOf(reply), transport: 'TCP', noUdp };
}

/** @returns what /status says there, or a clause that says why nothing. */
export async function askStatus({ address, port }: HttpAddress): Promise<StatusDocument | string> {
  // As in the admin server: an import would load undici.
  const { get } = process.getBuiltinModule('node:http');
  const { promise, resolve } = Promise.withResolvers<StatusDocument | string>();
  const request = get({ host: dialled(address), port, path: '/status', timeout: PATIENCE_MS });
  request.once('timeout', () => resolve(`no reply within ${PATIENCE_MS / 1000} s`));
  request.once('error', (error) =>
    resolve(
      'code' in error && error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message,
    ),
  );
  request.once('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('error', (error) => resolve(error.message));
    response.once('end', () => resolve(readStatus(response.statusCode ?? 0, chunks)));
  });
  try {
    return await promise;
  } finally {
    request.destroy();
  }
}

function readStatus(code: number, chunks: readonly Buffer[]): StatusDocument | string {
  if (code !== 200) return `HTTP ${code}`;
  try {
    const document = JSON.parse(Buffer.concat(chunks).toString()) as Partial<StatusDocument>;
    const isOurs = Array.isArray(document.zones) && Array.isArray(document.sources);
    return isOurs ? (document as StatusDocument) : 'it is no status of Seamark';
  } catch {
    return 'it is no JSON';
  }
}

/** A listener on all addresses is asked on the loopback. */
export function dialled(address: string): string {
  if (address === '' || address === '::' || address === '0.0.0.0') return '127.0.0.1';
  return address;
}

/** Whether both say the same, whatever the order of records and the serial. */
export function isSameAnswer(a: Answer, b: Answer): boolean {
  const texts = ({ rcode, answer }: Answer): string =>
    [rcode, ...answer.map(textWithoutSerial).sort()].join('\n');
  return texts(a) === texts(b);
}

function textWithoutSerial({ name, ttl, type, rdata }: AnswerRecord): string {
  const fields = rdata.split(' ');
  if (type === 'SOA') fields.splice(2, 1);
  return [name.toLowerCase(), ttl, type, ...fields].join(' ');
}

function answerOf(reply: Reply): Answer {
  return {
    outcome: outcomeOf(reply),
    rcode: rcodeMnemonic(reply.rcode),
    ...(reply.ede >= 0 && { ede: reply.ede }),
    answer: reply.answer.map(recordOf),
    authority: reply.authority.map(recordOf),
  };
}

function outcomeOf({ rcode, answer, authority }: Reply): Outcome {
  switch (rcode) {
    case RCODE.NOERROR:
      // A referral leads on to data.
      return answer.length > 0 || authority.some(({ type }) => type === TYPE.NS)
        ? 'data'
        : 'nodata';
    case RCODE.NXDOMAIN:
      return 'nxdomain';
    case RCODE.REFUSED:
      return 'refused';
    default:
      return 'unknown';
  }
}

function recordOf({ name, ttl, type, rdata }: ReplyRecord): AnswerRecord {
  return { name: formatName(name), ttl, type: typeMnemonic(type), rdata: formatRdata(type, rdata) };
}
