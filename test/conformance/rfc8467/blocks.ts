// RFC 8467 4.1: padded replies are multiples of 468 octets, so that their sizes tell little.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { MIX } from '../harness/mix.ts';
import { NO_PADDING, padded, paddingOf } from '../harness/padding.ts';
import type { Encrypted } from '../harness/probe.ts';
import { checkReply, fail } from '../harness/reply.ts';

const BLOCK = 468;

const inBlocks = (needs: Encrypted, asked: string, expected: (typeof MIX)[number][1]): Case => ({
  section: 'RFC 8467 4.1',
  title: `${asked} over ${needs}: the reply is a multiple of ${BLOCK} octets, and the next one`,
  needs,
  knownDifferences: { ...NO_PADDING, coredns: 'sends back the padding of the query' },
  run: async (probe) => {
    // What a client can take over UDP does not count here, nor how much it padded.
    for (const [udpSize, octets] of [
      [512, 0],
      [1232, 80],
      [4096, 500],
    ] as const) {
      const sent = query(asked, { edns: { udpSize, ...padded(octets) } });
      const got = await probe.ask(needs, sent);
      const [padding] = paddingOf(checkReply(sent, got, expected));
      if (got.length % BLOCK !== 0) fail(`${got.length} octets`, sent, got);
      if ((padding?.data.length ?? BLOCK) >= BLOCK) fail('not the least of blocks', sent, got);
    }
  },
});

export const cases: readonly Case[] = (['tls', 'https'] as const).flatMap((needs) =>
  MIX.map(([asked, expected]) => inBlocks(needs, asked, expected)),
);
