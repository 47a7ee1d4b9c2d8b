// Messages parsed where a worker has them: in the middle of other octets.

import { parseQuery, Query, type Verdict } from '../src/index.ts';

export interface Parsed {
  readonly verdict: Verdict;
  readonly query: Query;
  /** Where the message lay. */
  readonly offset: number;
}

/** Parses a message that ends with its buffer: reading on would throw or give undefined. */
export function parseAtEnd(message: Uint8Array): Parsed {
  const memory = new Uint8Array(7 + message.length);
  memory.set(message, 7);
  return parse(memory, 7, message.length);
}

/** Parses a message between octets of `canary`, which are to make no difference. */
export function parseAmid(message: Uint8Array, canary: number): Parsed {
  const memory = new Uint8Array(message.length + 1024).fill(canary);
  memory.set(message, 300);
  const parsed = parse(memory, 300, message.length);
  memory.fill(canary, 300, 300 + message.length);
  if (memory.some((octet) => octet !== canary)) throw new Error('the parser wrote');
  return parsed;
}

function parse(memory: Uint8Array, offset: number, length: number): Parsed {
  const query = new Query();
  // What an earlier message left behind is to make no difference either.
  query.name.fill(0xee);
  query.labels.fill(0xee);
  query.hasQuestion = true;
  query.hasEdns = true;
  query.dnssecOk = true;
  query.ednsVersion = 9;
  query.cookieLength = 9;
  return {
    verdict: parseQuery(query, memory, new DataView(memory.buffer), offset, length),
    query,
    offset,
  };
}

/** All that a parse has established, as a value that compares. */
export function established({ verdict, query, offset }: Parsed): object {
  const { name, nameView: _, labels, cookieAt, ...fields } = query;
  return {
    ...fields,
    verdict,
    cookieAt: query.cookieLength === 0 ? 0 : cookieAt - offset,
    name: [...name.subarray(0, query.nameLength)],
    labels: [...labels.subarray(0, query.labelCount)],
  };
}
