// RFC 8914: what an RCODE does not say by itself, an Extended DNS Error says, to whoever speaks EDNS.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import type { Transport } from '../harness/probe.ts';
import { fail, parseReply } from '../harness/reply.ts';

const EDE = 15;

const isTold = (
  section: string,
  asked: string,
  transport: Transport,
  code: number,
  what: string,
  knownDifferences: Case['knownDifferences'] = {},
): Case => ({
  section,
  title: `${asked} over ${transport.toUpperCase()}: ${what} (${code}), with a text`,
  knownDifferences,
  run: async (probe) => {
    const sent = query(asked, { edns: {} });
    const got = await probe.ask(transport, sent);
    const errors = parseReply(sent, got).edns?.errors ?? [];
    const [error] = errors;
    if (errors.length !== 1 || error?.code !== code) fail(`not EDE ${code}`, sent, got);
    if (error?.text === '') fail('no EXTRA-TEXT', sent, got);
  },
});

const textIsText: Case = {
  section: 'RFC 8914 2',
  title: 'EXTRA-TEXT is UTF-8 that no NUL ends, in an option as long as it says',
  run: async (probe) => {
    const sent = query('www.example.org. A', { edns: {} });
    const got = await probe.ask('udp', sent);
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (const { code, data } of parseReply(sent, got).edns?.options ?? []) {
      if (code !== EDE) continue;
      if (data.length < 2) fail('no INFO-CODE', sent, got);
      if (decoder.decode(data.subarray(2)).includes('\0')) fail('a NUL', sent, got);
    }
  },
};

const noErrorWithoutOne: Case = {
  section: 'RFC 8914 3',
  title: 'none is with what an RCODE says well enough',
  run: async (probe) => {
    for (const asked of [
      'www.example.com. A',
      'www.example.com. TXT',
      'nothere.example.com. A',
      'alias.example.com. A',
      'big100.example.com. A',
    ]) {
      const sent = query(asked, { edns: {} });
      const got = await probe.ask('udp', sent);
      if (parseReply(sent, got).edns?.errors.length !== 0) fail('an error', sent, got);
    }
  },
};

const CODE_ALONE = { nsd: 'says no more than the code', knot: 'says no more than the code' };

export const cases: readonly Case[] = [
  isTold('RFC 8914 4.21', 'www.example.org. A', 'udp', 20, 'Not Authoritative', CODE_ALONE),
  isTold('RFC 8914 4.21', '. NS', 'tcp', 20, 'Not Authoritative', CODE_ALONE),
  isTold('RFC 8914 4.22', 'example.com. AXFR', 'tcp', 21, 'Not Supported', {
    nsd: 'takes AXFR, if from others',
    knot: 'takes AXFR, if from others',
  }),
  textIsText,
  noErrorWithoutOne,
];
