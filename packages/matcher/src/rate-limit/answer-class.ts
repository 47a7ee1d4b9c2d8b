// Query path: nothing here allocates, throws or waits. Bench: bench/micro/rate-limit.ts.
import { CLASS, RCODE } from '@seamark/protocol';
import { type Lookup, MATCH } from '../lookup.ts';
import type { Responder } from '../responder.ts';
import { ACCESS } from '../settings/block-table.ts';

/** What has a rate: sorts of answers as BIND tells them apart, and two that are no sorts. */
export const ANSWER_CLASS = {
  RESPONSE: 0,
  NODATA: 1,
  NXDOMAIN: 2,
  REFERRAL: 3,
  ERROR: 4,
  /** Of whatever sort, with more than twice its question's octets. */
  AMPLIFIED: 5,
  /** Any at all. */
  REQUEST: 6,
} as const;
export type AnswerClass = (typeof ANSWER_CLASS)[keyof typeof ANSWER_CLASS];

/** What is looked at of a reply: a responder's last one, or another that was made for the same ends. */
export interface JudgedReply
  extends Pick<Responder, 'query' | 'rcode' | 'access' | 'answers' | 'truncated' | 'firstNode'> {
  readonly lookup: Pick<Lookup, 'match' | 'node' | 'zone'>;
  readonly hasGoodCookie: boolean;
  /** See `Responder.givesCookie`. */
  readonly givesCookie: boolean;
}

/** Of which sort a reply is. */
export function classify(reply: JudgedReply): AnswerClass {
  const { query, rcode, access, lookup } = reply;
  if (rcode === RCODE.NXDOMAIN) return ANSWER_CLASS.NXDOMAIN;
  if (rcode !== RCODE.NOERROR || !query.hasQuestion) return ANSWER_CLASS.ERROR;
  if (access !== ACCESS.ALLOW) return ANSWER_CLASS.NODATA;
  if (reply.answers !== 0) return ANSWER_CLASS.RESPONSE;
  if (lookup.match === MATCH.DELEGATED) return ANSWER_CLASS.REFERRAL;
  // Records that found no room are an answer like those that did.
  return reply.truncated ? ANSWER_CLASS.RESPONSE : ANSWER_CLASS.NODATA;
}

/**
 * What answers of one sort have in common; those that are alike in it share an account. The node that QNAME led to
 * stands for its owner name, and so for all names that a wildcard speaks for; the zone for all names that it denies.
 * Both are numbers of the snapshot: with a new one an account may begin anew, which is a second's worth of answers.
 */
export function subjectOf(reply: JudgedReply, klass: AnswerClass): number {
  const { query, lookup, firstNode, access } = reply;
  if (klass === ANSWER_CLASS.ERROR || access !== ACCESS.ALLOW) return 0;
  // What the server says of itself, and what it says of nothing in its zones.
  if (query.class !== CLASS.IN && query.class !== CLASS.ANY) return 0;
  if (klass === ANSWER_CLASS.NXDOMAIN || firstNode === 0) return ~lookup.zone;
  return firstNode;
}

/**
 * The type that was asked for, where answers of one name are told apart by it. A CNAME is the answer to every type: were
 * it told apart, whoever asks 65,536 types of an alias would have as many accounts. It has led the lookup elsewhere.
 */
export function typeOf({ query, lookup, firstNode }: JudgedReply, klass: AnswerClass): number {
  return klass === ANSWER_CLASS.RESPONSE && lookup.node === firstNode ? query.type : 0;
}
