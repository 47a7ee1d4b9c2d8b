// RFC 7873 5.2: a server without cookies ignores the option; one with them adds its own part.

import { type EdnsOption, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail } from '../harness/reply.ts';

const COOKIE = 10;
const CLIENT = Buffer.from('24a5ac48b1d20c6f', 'hex');

/** RFC 7873 4: the client's eight octets come first, then eight to 32 octets of the server's. */
const isRight = ({ data }: EdnsOption): boolean =>
  data.length >= 16 && data.length <= 40 && CLIENT.equals(data.subarray(0, 8));

const ignoredOrCompleted = (what: string, data: Uint8Array): Case => ({
  section: 'RFC 7873 5.2',
  title: `${what}: an ordinary answer, without a COOKIE or with a whole one`,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query('v4only.example.com. A', { edns: { options: [{ code: COOKIE, data }] } });
      const got = await probe.ask(transport, sent);
      const reply = checkReply(sent, got, { rcode: 'NOERROR', answer: ['192.0.2.4'] });
      const options = reply.edns?.options ?? [];
      const right = options.every((option) => option.code === COOKIE && isRight(option));
      if (!right || options.length > 1) fail('not a server cookie for that client', sent, got);
    }
  },
});

export const cases: readonly Case[] = [
  ignoredOrCompleted('a client cookie', CLIENT),
  ignoredOrCompleted(
    'a server cookie of somebody else',
    Buffer.concat([CLIENT, Buffer.alloc(16, 7)]),
  ),
];
