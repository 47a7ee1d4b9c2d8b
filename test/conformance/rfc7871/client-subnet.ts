// RFC 7871 7.2.1: a Client Subnet is answered with the same one, and with scope 0 where the answer holds for everybody.

import { type EdnsSpec, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';

const CLIENT_SUBNET = 8;
const TRANSPORTS = ['udp', 'tcp'] as const;
const ANSWER = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const subnet = (hex: string): EdnsSpec => ({
  options: [{ code: CLIENT_SUBNET, data: Buffer.from(hex, 'hex') }],
});

const IGNORED = { nsd: 'ignores Client Subnet', knot: 'ignores it unless told otherwise' };

/** FAMILY, SOURCE PREFIX-LENGTH, SCOPE PREFIX-LENGTH 0, as much of an address as the prefix needs. */
const SUBNETS: readonly (readonly [string, string])[] = [
  ['a /24', '00011800c00002'],
  ['a /17', '00011100c00000'],
  ['a whole IPv4 address', '00012000c0000201'],
  ['nothing of an IPv4 address', '00010000'],
  ['a /56 of IPv6', '0002380020010db8000001'],
  ['a whole IPv6 address', '0002800020010db8000000000000000000000001'],
];

const isEchoed = ([what, hex]: (typeof SUBNETS)[number]): Case => ({
  section: 'RFC 7871 7.2.1',
  title: `${what} comes back with scope 0`,
  knownDifferences: IGNORED,
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query('v4only.example.com. A', { edns: subnet(hex) });
      const got = await probe.ask(transport, sent);
      const options = checkReply(sent, got, ANSWER).edns?.options ?? [];
      if (options.length !== 1 || options[0]?.code !== CLIENT_SUBNET) {
        fail('not one Client Subnet', sent, got);
      }
      const octets = Buffer.from(options[0]?.data ?? []).toString('hex');
      if (octets !== hex) fail(`${octets}, not ${hex}`, sent, got);
    }
  },
});

const isEchoedWithEverything: Case = {
  section: 'RFC 7871 7.2.1',
  title: 'it comes back whatever the answer is',
  knownDifferences: IGNORED,
  run: async (probe) => {
    for (const asked of [
      'www.example.com. TXT',
      'nothere.example.com. A',
      'www.example.org. A',
      'big100.example.com. A',
    ]) {
      const sent = query(asked, { edns: subnet('00011800c00002') });
      const got = await probe.ask('udp', sent);
      const options = parseReply(sent, got).edns?.options ?? [];
      if (!options.some(({ code }) => code === CLIENT_SUBNET)) fail('no option', sent, got);
      if (got.length > 1232) fail(`${got.length} octets`, sent, got);
    }
  },
};

const isNotOffered: Case = {
  section: 'RFC 7871 7.2.1',
  title: 'none is in the reply to a query without one',
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query('v4only.example.com. A', { edns: {} });
      const got = await probe.ask(transport, sent);
      const options = checkReply(sent, got, ANSWER).edns?.options ?? [];
      if (options.some(({ code }) => code === CLIENT_SUBNET)) fail('a Client Subnet', sent, got);
    }
  },
};

const MALFORMED: readonly (readonly [section: string, what: string, hex: string])[] = [
  ['RFC 7871 7.2.1', 'an unknown FAMILY', '00031800c00002'],
  ['RFC 7871 7.2.1', 'an option of two octets', '0001'],
  ['RFC 7871 7.2.1', 'an empty option', ''],
  ['RFC 7871 6', 'more of an address than the prefix has', '00011800c0000200'],
  ['RFC 7871 6', 'less of an address than the prefix has', '00011800c000'],
  ['RFC 7871 6', 'bits beyond the prefix', '00011100c00040'],
  ['RFC 7871 6', 'a prefix longer than its address', '00012100c000020100'],
  ['RFC 7871 6', 'a SCOPE PREFIX-LENGTH in a query', '00011818c00002'],
];

const isFormerr = ([section, what, hex]: (typeof MALFORMED)[number]): Case => ({
  section,
  title: `${what} is FORMERR`,
  knownDifferences: IGNORED,
  run: async (probe) => {
    for (const transport of TRANSPORTS) {
      const sent = query('v4only.example.com. A', { edns: subnet(hex) });
      const got = await probe.ask(transport, sent);
      checkReply(sent, got, { rcode: 'FORMERR' });
    }
  },
});

export const cases: readonly Case[] = [
  ...SUBNETS.map(isEchoed),
  isEchoedWithEverything,
  isNotOffered,
  ...MALFORMED.map(isFormerr),
];
