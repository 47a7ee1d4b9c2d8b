// The Padding option (RFC 7830 3), for the RFC that defines it and the one that says how much of it there is.

import type { EdnsOption, EdnsSpec, Message } from '../../support/dns/index.ts';

const PADDING = 12;

/** A query that has so much padding, and wants its reply padded. */
export const padded = (octets: number, fill = 0): EdnsSpec => ({
  options: [{ code: PADDING, data: Buffer.alloc(octets, fill) }],
});

/** The Padding options of a reply, of which there is one at most. */
export const paddingOf = ({ edns }: Message): readonly EdnsOption[] =>
  edns?.options.filter(({ code }) => code === PADDING) ?? [];

export const NO_PADDING = { nsd: 'has no padding' } as const;
