import { FLAG, FOLD, HEADER } from '@seamark/protocol';

/** Where another server is asked. */
export interface Target {
  /** An IP literal, perhaps with a scope. */
  readonly address: string;
  readonly port: number;
  /** The local address to ask from; the system's choice if absent. */
  readonly source?: string;
}

/** Nobody answered: why, in a word or two. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** Nobody was asked, and it is no fault of theirs: this process, or this host, has nothing left to ask with. */
  readonly isOurs: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isOurs?: boolean } = {}) {
    super(message, options);
    this.isOurs = options.isOurs ?? false;
  }
}

/** What we ran out of, by the code that a socket fails with. */
const LACKS: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'this process has no file descriptors left (EMFILE); raise its limit (ulimit -n)'],
  ['ENFILE', 'this host has no file descriptors left (ENFILE); raise fs.file-max'],
  ['ENOBUFS', 'this host has no memory left for sockets (ENOBUFS)'],
  ['ENOMEM', 'this host has no memory left for sockets (ENOMEM)'],
]);

export function exchangeError(error: unknown): ExchangeError {
  if (error instanceof ExchangeError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const lack = LACKS.get(code);
  return new ExchangeError(lack ?? code, { cause: error, isOurs: lack !== undefined });
}

/**
 * Whether `reply` is one to `query`: its ID and its question, whatever the case of its letters. A server that could
 * make nothing of a query may leave the question out.
 */
export function isReplyTo(query: Uint8Array, questionEnd: number, reply: Uint8Array): boolean {
  if (reply.length < HEADER.LENGTH) return false;
  const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
  const flags = view.getUint16(HEADER.FLAGS);
  if (reply[0] !== query[0] || reply[1] !== query[1]) return false;
  if ((flags & (FLAG.QR | FLAG.OPCODE)) !== FLAG.QR) return false;
  const questions = view.getUint16(HEADER.QDCOUNT);
  if (questions === 0) return (flags & FLAG.RCODE) !== 0;
  if (questions !== 1 || reply.length < questionEnd) return false;
  for (let i = HEADER.LENGTH; i < questionEnd - 4; i++) {
    if (FOLD[reply[i] as number] !== FOLD[query[i] as number]) return false;
  }
  for (let i = questionEnd - 4; i < questionEnd; i++) if (reply[i] !== query[i]) return false;
  return true;
}

export function isTruncated(reply: Uint8Array): boolean {
  return (((reply[HEADER.FLAGS] as number) << 8) & FLAG.TC) !== 0;
}

/** Where the question of a query that we composed ends: it has one, uncompressed. */
export function questionEndOf(query: Uint8Array): number {
  let at: number = HEADER.LENGTH;
  while (query[at] !== 0) at += (query[at] as number) + 1;
  return at + 5;
}
