// RFC 8484 4.1 and 4.2: a message goes with GET or POST, and its reply comes as the same media type.

import { getOf, postOf, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { BOTH, messageOf, respond } from '../harness/http.ts';
import { answeredAsOverTcp } from '../harness/mix.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const answered: readonly Case[] = BOTH.map(([method, requestOf]) => ({
  section: 'RFC 8484 4.1',
  title: `by ${method} every answer is that of TCP`,
  needs: 'https',
  run: async (probe) => {
    const connection = await probe.https();
    await answeredAsOverTcp(probe, 'https', async (sent) =>
      messageOf(await connection.request(requestOf(sent))),
    );
  },
}));

const idOfZero: Case = {
  section: 'RFC 8484 4.1',
  title: 'the ID comes back, be it 0 for the sake of caches',
  needs: 'https',
  run: async (probe) => {
    for (const id of [0, 0xffff]) {
      for (const [, requestOf] of BOTH) {
        const sent = query(ASKED, { id });
        checkReply(sent, messageOf(await respond(probe, requestOf(sent))), EXPECTED);
      }
    }
  },
};

const otherParameters: Case = {
  section: 'RFC 8484 4.1',
  title: 'the URL may have other parameters beside `dns`',
  needs: 'https',
  run: async (probe) => {
    const sent = query(ASKED);
    const { path, ...rest } = getOf(sent);
    const request = { ...rest, path: `${path.replace('?', '?ct&before=1&')}&behind=2` };
    checkReply(sent, messageOf(await respond(probe, request)), EXPECTED);
  },
};

const anyAccept: Case = {
  section: 'RFC 8484 4.1',
  title: 'what a client accepts changes nothing: there is one media type',
  needs: 'https',
  run: async (probe) => {
    const sent = query(ASKED);
    for (const headers of [{}, { accept: '*/*' }, { accept: 'text/html' }]) {
      checkReply(sent, messageOf(await respond(probe, { ...getOf(sent), headers })), EXPECTED);
    }
  },
};

const typeInAnyCase: Case = {
  section: 'RFC 8484 4.1',
  title: 'the media type of a body may be in any case, and have parameters',
  needs: 'https',
  run: async (probe) => {
    const sent = query(ASKED);
    for (const type of ['Application/DNS-Message', 'application/dns-message; charset=binary']) {
      const request = { ...postOf(sent), headers: { 'content-type': type } };
      checkReply(sent, messageOf(await respond(probe, request)), EXPECTED);
    }
  },
};

const response: Case = {
  section: 'RFC 8484 4.2',
  title: 'the response is application/dns-message, of the length that it says',
  needs: 'https',
  run: async (probe) => {
    for (const [, requestOf] of BOTH) {
      const got = await respond(probe, requestOf(query(ASKED)));
      const length = Number(got.headers['content-length']);
      if (length !== messageOf(got).length) throw new Error(`content-length: ${length}`);
    }
  },
};

export const cases: readonly Case[] = [
  ...answered,
  idOfZero,
  otherParameters,
  anyAccept,
  typeInAnyCase,
  response,
];
