import { ACCESS, JUDGEMENT, type Judgement, MATCH, type RateLimiter } from '@seamark/matcher';
import { HEADER, RCODE } from '@seamark/protocol';
import type { ComposedReply, PendingQuery } from './pending-query.ts';

/** What a template answers is alike whatever the name, as with a wildcard; no node of a snapshot has this number. */
const TEMPLATED = -1;
/** No zone of a snapshot has this number. */
const ELSEWHERE = 0x1_0000;

/**
 * Limits a reply over UDP that was made elsewhere than from the snapshot, as those from there are: by the name that was
 * asked, for nothing else is known of it.
 *
 * @returns what goes out, if anything does
 */
export function limitLate(
  limiter: RateLimiter,
  pending: PendingQuery,
  composed: ComposedReply,
  isTemplated: boolean,
): { readonly judgement: Judgement; readonly reply: ComposedReply | undefined } {
  const { query, octets, peer, isKnown } = pending;
  const { rcode, truncated } = composed;
  const node = isTemplated ? TEMPLATED : numberOf(query.name, query.nameLength);
  const judged = {
    ...{ query, rcode, truncated, access: ACCESS.ALLOW, hasGoodCookie: isKnown },
    givesCookie: pending.givesCookie && !isKnown,
    answers: new DataView(composed.octets.buffer, composed.octets.byteOffset).getUint16(
      HEADER.ANCOUNT,
    ),
    firstNode: node,
    lookup: { match: MATCH.EXACT, node, zone: ELSEWHERE },
  };
  const client = { peer: () => peer };
  const judgement = limiter.judge(judged, client, octets.length, composed.octets.length);
  switch (judgement) {
    case JUDGEMENT.PASS:
    case JUDGEMENT.LET_PASS:
      return { judgement, reply: composed };
    case JUDGEMENT.DROP:
    case JUDGEMENT.DROP_REQUEST:
      return { judgement, reply: undefined };
    case JUDGEMENT.TRUNCATE:
      return { judgement, reply: pending.truncate(rcode) };
    case JUDGEMENT.BADCOOKIE:
      return { judgement, reply: pending.error(RCODE.BADCOOKIE) };
    default:
      return judgement satisfies never;
  }
}

/** FNV-1a. The account that it leads to is found by a keyed hash. */
function numberOf(name: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (name[i] as number), 0x01000193);
  return hash;
}
