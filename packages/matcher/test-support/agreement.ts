// Whether a reply says what the reference says, without a test runner.

import { TYPE } from '@seamark/protocol';
import { presentRecord } from '../../../test/support/dns/format.ts';
import type { Message, ResourceRecord } from '../../../test/support/dns/message.ts';
import type { ReferenceMatcher, ReferenceRecord } from '../src/reference/reference-matcher.ts';
import { present } from './zones.ts';

/**
 * @param reply a whole one: with TC it would be a part.
 * @returns what differs; undefined if nothing does.
 */
export function disagreement(
  reply: Message,
  reference: ReferenceMatcher,
  name: string,
  type: number,
  qclass: number,
): string | undefined {
  const said = reference.answer(name, type, qclass);
  // RFC 8482 4.1: any one of the RRsets.
  const chosen = reply.answer[0]?.type;
  const isAny = type === TYPE.ANY && said.answer.some((record) => record.type === chosen);
  const expected = {
    rcode: said.rcode,
    aa: said.authoritative,
    answer: listed(isAny ? said.answer.filter((record) => record.type === chosen) : said.answer),
    authority: listed(said.authority),
    additional: listed(said.additional),
    ede: said.ede,
  };
  const given = {
    rcode: reply.rcode,
    aa: reply.flags.split(' ').includes('aa'),
    answer: read(reply.answer),
    authority: read(reply.authority),
    additional: read(reply.additional),
    ede: reply.edns?.errors[0]?.code ?? -1,
  };
  const [one, other] = [JSON.stringify(expected), JSON.stringify(given)];
  return one === other ? undefined : `the reference says ${one}, the reply ${other}`;
}

const listed = (records: readonly ReferenceRecord[]): string[] =>
  ordered(records, (record) => present(record));
const read = (records: readonly ResourceRecord[]): string[] =>
  ordered(records, (record) => presentRecord(record).toLowerCase());

/** Aliases in the order in which they lead on; others in any. */
function ordered<T extends { readonly type: number }>(
  records: readonly T[],
  text: (record: T) => string,
): string[] {
  const isAlias = ({ type }: T): boolean => type === TYPE.CNAME;
  const others = records.filter((record) => !isAlias(record));
  return [...records.filter(isAlias).map(text), ...others.map(text).sort()];
}
