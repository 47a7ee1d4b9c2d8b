// RFC 8484 5.2 and 6: HTTP/2 for its streams, HTTP/1.1 for those who have no better, and messages of any size.

import { getOf, postOf, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { addresses } from '../harness/fixture.ts';
import { BOTH, messageOf, respond } from '../harness/http.ts';
import { answeredAsOverTcp, MIX } from '../harness/mix.ts';
import { checkReply } from '../harness/reply.ts';

const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
const BIG = { rcode: 'NOERROR', answer: addresses(100) } as const;

const chooses = (offered: readonly string[], chosen: string | undefined): Case => ({
  section: 'RFC 8484 5.2',
  title: `of ${offered.join(' and ') || 'nothing'} ${chosen ?? 'nothing'} is chosen`,
  needs: 'https',
  run: async (probe) => {
    const { protocol } = await probe.secure({ ALPNProtocols: [...offered] }, 'https');
    if (protocol !== chosen) throw new Error(`chosen: ${protocol}`);
  },
});

const sideBySide: Case = {
  section: 'RFC 8484 5.2',
  title: '60 requests of one connection are answered side by side',
  needs: 'https',
  run: async (probe) => {
    const connection = await probe.https();
    const rows = Array.from({ length: 60 }, (_, index) => ({
      row: MIX[index % MIX.length],
      requestOf: index % 2 === 0 ? getOf : postOf,
    }));
    await Promise.all(
      rows.map(async ({ row, requestOf }) => {
        const [asked, expected] = row ?? ['', { rcode: 'NOERROR' }];
        const sent = query(asked);
        checkReply(sent, messageOf(await connection.request(requestOf(sent))), expected);
      }),
    );
  },
};

const overHttp1: readonly Case[] = BOTH.map(([method, requestOf]) => ({
  section: 'RFC 8484 5.2',
  title: `over HTTP/1.1 by ${method} every answer is that of TCP`,
  needs: 'https',
  run: (probe) =>
    answeredAsOverTcp(probe, 'https', async (sent) =>
      messageOf(await probe.http1(requestOf(sent))),
    ),
}));

const largeReply: Case = {
  section: 'RFC 8484 6',
  title: 'a reply comes whole, whatever is offered for UDP',
  needs: 'https',
  run: async (probe) => {
    for (const [, requestOf] of BOTH) {
      for (const more of [{}, { edns: { udpSize: 512 } }]) {
        const sent = query('big100.example.com. A', more);
        checkReply(sent, messageOf(await respond(probe, requestOf(sent))), BIG);
      }
    }
  },
};

const largeQuery = (method: 'GET' | 'POST', octets: number): Case => ({
  section: 'RFC 8484 6',
  title: `a query of ${octets} octets by ${method} is answered`,
  needs: 'https',
  run: async (probe) => {
    const room =
      octets - query(ASKED, { edns: { options: [{ code: 65001, data: Buffer.of() }] } }).length;
    const sent = query(ASKED, { edns: { options: [{ code: 65001, data: Buffer.alloc(room) }] } });
    const request = method === 'GET' ? getOf(sent) : postOf(sent);
    checkReply(sent, messageOf(await respond(probe, request)), EXPECTED);
  },
});

const paddedBase64: Case = {
  section: 'RFC 8484 6',
  title: 'base64url with padding is 400, without it is answered',
  needs: 'https',
  run: async (probe) => {
    // Of 32 octets, for which base64 has one = at its end.
    const { path, ...rest } = getOf(query('a2.example.com. A'));
    for (const [padding, expected] of [
      ['', 200],
      ['=', 400],
      ['%3D', 400],
    ] as const) {
      const { status } = await respond(probe, { ...rest, path: `${path}${padding}` });
      if (status !== expected) throw new Error(`'${padding}': status ${status}`);
    }
  },
};

export const cases: readonly Case[] = [
  chooses(['h2', 'http/1.1'], 'h2'),
  chooses(['http/1.1', 'h2'], 'h2'),
  chooses(['http/1.1'], 'http/1.1'),
  chooses([], undefined),
  sideBySide,
  ...overHttp1,
  largeReply,
  largeQuery('GET', 8_000),
  largeQuery('POST', 20_000),
  largeQuery('POST', 65_535),
  paddedBase64,
];
