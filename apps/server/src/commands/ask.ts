import { connect } from 'node:net';
import { Responder, TRANSPORT } from '@seamark/matcher';
import {
  composeQuestion,
  formatName,
  formatRdata,
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

/**
 * Asks whoever listens at an address, over TCP: what is too large for UDP comes whole.
 *
 * @returns the answer, or a clause that says why there is none
 */
export async function askServer(server: HttpAddress, question: Question): Promise<Answer | string> {
  const reply = await askOverTcp(server, question);
  return typeof reply === 'string' ? reply : answerOf(reply);
}

/** The same, as it came. */
export async function askOverTcp(
  { address, port }: HttpAddress,
  { name, type }: Question,
): Promise<Reply | string> {
  const id = Math.floor(Math.random() * 65_536);
  const question = composeQuestion(name, type, id);
  const message = new Uint8Array(2 + question.length);
  new DataView(message.buffer).setUint16(0, question.length);
  message.set(question, 2);
  const { promise, resolve } = Promise.withResolvers<Reply | string>();
  const socket = connect({ host: dialled(address), port });
  socket.setTimeout(PATIENCE_MS, () => resolve(`no reply within ${PATIENCE_MS / 1000} s`));
  socket.once('error', (error) =>
    resolve(
      'code' in error && error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message,
    ),
  );
  socket.once('close', () => resolve('the connection was closed without a reply'));
  socket.once('connect', () => socket.write(message));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const reply = parseReply(new Uint8Array(received.subarray(2, 2 + received.readUInt16BE(0))));
    resolve(reply === undefined || reply.id !== id ? 'the reply is malformed' : reply);
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
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
