// Case tables that look like DNS. Each row is asked three ways (UDP without and with an OPT, TCP)
// and must be answered alike.

import { query } from '../../support/dns/index.ts';
import type { Case } from './case.ts';
import type { Probe } from './probe.ts';
import { checkReply, type Expected } from './reply.ts';

/** What a row may say beside its question. */
export interface RowNotes {
  /** What the row is about, where the question does not show it. */
  readonly why?: string;
  /** Where the CNAMEs before the answer lead, in order. */
  readonly via?: Expected['via'];
  readonly knownDifferences?: Case['knownDifferences'];
}

/** A question like `www.example.com. A`, alone or with notes. */
export type Row = string | (RowNotes & { readonly asked: string });

/** The name exists and has records of the type: NOERROR, AA, exactly this RDATA, and no SOA. */
export const answered = (
  section: string,
  rows: readonly (RowNotes & { readonly asked: string; readonly answer: readonly string[] })[],
): Case[] =>
  rows.map((row) => rowCase(section, row, 'answer', { rcode: 'NOERROR', answer: row.answer }));

/** The name exists without records of the type: NOERROR, AA, the SOA of `zone`. */
export const nodata = (section: string, zone: string, rows: readonly Row[]): Case[] =>
  rows.map((row) => rowCase(section, row, 'NODATA', { rcode: 'NOERROR', negative: zone }));

/** No such name: NXDOMAIN, AA, the SOA of `zone`. */
export const nxdomain = (section: string, zone: string, rows: readonly Row[]): Case[] =>
  rows.map((row) => rowCase(section, row, 'NXDOMAIN', { rcode: 'NXDOMAIN', negative: zone }));

/** Not a name or class that is served here: REFUSED, no AA, empty sections. */
export const refused = (section: string, rows: readonly Row[]): Case[] =>
  rows.map((row) => rowCase(section, row, 'REFUSED', { rcode: 'REFUSED' }));

/** Asks over UDP without and with an OPT and over TCP, and expects the same of each reply. */
export const askEveryWay = async (
  probe: Probe,
  asked: string,
  expected: Expected,
): Promise<void> => {
  for (const [transport, rest] of WAYS) {
    const sent = query(asked, rest);
    checkReply(sent, await probe.ask(transport, sent), expected);
  }
};

const WAYS = [
  ['udp', {}],
  ['udp', { edns: {} }],
  ['tcp', { flags: 'rd' }],
] as const;

const rowCase = (section: string, row: Row, outcome: string, expected: Expected): Case => {
  const notes: RowNotes & { readonly asked: string } =
    typeof row === 'string' ? { asked: row } : row;
  const { asked, why, via = [], knownDifferences } = notes;
  return {
    section,
    title: `${asked}: ${outcome}${why === undefined ? '' : ` (${why})`}`,
    run: (probe) => askEveryWay(probe, asked, { ...expected, via }),
    ...(knownDifferences === undefined ? {} : { knownDifferences }),
  };
};
