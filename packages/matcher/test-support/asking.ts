// Questions to a responder as octets, and what it says as texts.

import { CLASS } from '@seamark/protocol';
import { mergeHere, Publisher, SnapshotReader } from '@seamark/snapshot';
import { type Message, parseMessage } from '../../../test/support/dns/message.ts';
import { composeQuery, type QuerySpec } from '../../../test/support/dns/query.ts';
import {
  type Client,
  Responder,
  type ResponderOptions,
  TRANSPORT,
  type Transport,
} from '../src/index.ts';
import type { ReferenceZone } from '../src/reference/reference-matcher.ts';
import { compile, publishChange } from './zones.ts';

/** A place in the middle of a larger buffer, as a worker has it. */
const OFFSET = 64;

/** A responder that answers from these zones. */
export function responderFor(
  zones: readonly ReferenceZone[],
  options: ResponderOptions = {},
): Responder {
  const publisher = new Publisher({ readers: 1, merge: async (task) => mergeHere(task) });
  publishChange(publisher, new Map(), compile(zones));
  const reader = new SnapshotReader(publisher.handle, 0);
  reader.refresh();
  return new Responder(reader, options);
}

/** Asks with any octets. @returns the reply's, or none. */
export function exchange(
  responder: Responder,
  query: Uint8Array,
  transport: Transport = TRANSPORT.UDP,
  client?: Client,
): Uint8Array | undefined {
  const capacity = transport === TRANSPORT.UDP ? 4096 : 65_535;
  const memory = new Uint8Array(OFFSET + capacity + 64).fill(0xa5);
  memory.set(query, OFFSET);
  const view = new DataView(memory.buffer);
  const length = responder.answer(memory, view, OFFSET, query.length, capacity, transport, client);
  const outside = [...memory.subarray(0, OFFSET), ...memory.subarray(OFFSET + capacity)];
  if (outside.some((octet) => octet !== 0xa5)) throw new Error('written outside the message');
  return length === 0 ? undefined : memory.slice(OFFSET, OFFSET + length);
}

/** Asks one question. */
export function ask(
  responder: Responder,
  name: string,
  type: number,
  rest: Omit<QuerySpec, 'questions'> & {
    class?: number;
    transport?: Transport;
    client?: Client;
  } = {},
): Message {
  const query = composeQuery({
    ...rest,
    questions: [{ name, type, class: rest.class ?? CLASS.IN }],
  });
  const reply = exchange(responder, query, rest.transport, rest.client);
  if (reply === undefined) throw new Error('no reply');
  return parseMessage(reply);
}
