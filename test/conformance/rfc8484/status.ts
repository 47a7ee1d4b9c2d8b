// RFC 8484 4.2.1: what DNS has to say is a response of status 200; a request that asks nothing has another status.

import { composeQuery, getOf, type HttpRequest, postOf, query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { BOTH, messageOf, respond } from '../harness/http.ts';
import { checkReply, type Expected } from '../harness/reply.ts';

type Known = NonNullable<Case['knownDifferences']>;

const SECTION = 'RFC 8484 4.2.1';
const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;

const isAnswer = (
  what: string,
  make: () => Buffer,
  expected: Expected,
  knownDifferences: Known = {},
): Case => ({
  section: SECTION,
  title: `${what} is a response of status 200`,
  needs: 'https',
  knownDifferences,
  run: async (probe) => {
    for (const [, requestOf] of BOTH) {
      const sent = make();
      checkReply(sent, messageOf(await respond(probe, requestOf(sent))), expected);
    }
  },
});

const isRefused = (
  status: number,
  what: string,
  make: (sent: Buffer) => HttpRequest,
  knownDifferences: Known = {},
): Case => ({
  section: SECTION,
  title: `${what}: ${status}`,
  needs: 'https',
  knownDifferences,
  run: async (probe) => {
    const sent = query(ASKED, { id: 0 });
    const connection = await probe.https();
    const got = await connection.request(make(sent));
    if (got.status !== status) throw new Error(`status ${got.status}: ${got.body}`);
    if (got.headers['content-type'] === 'application/dns-message') throw new Error('a message');
    if (status === 405 && got.headers['allow'] !== 'GET, POST') throw new Error('allow');
    // Over HTTP/2 it is the request that has failed, not the connection.
    checkReply(sent, messageOf(await connection.request(getOf(sent))), EXPECTED);
    const old = await probe.http1(make(sent));
    if (old.status !== status) throw new Error(`over HTTP/1.1 status ${old.status}: ${old.body}`);
  },
});

const at = (path: string) => (): HttpRequest => ({ method: 'GET', path });

const typed =
  (headers: Readonly<Record<string, string>>) =>
  (sent: Buffer): HttpRequest => ({
    ...postOf(sent),
    headers,
  });

const IS_LONGER: Known = { coredns: 'takes one octet more' };
const IS_400: Known = { coredns: 'has 400 for it' };
const IS_ANSWERED: Known = { coredns: 'answers' };

export const cases: readonly Case[] = [
  isAnswer('NXDOMAIN', () => query('nothere.example.com. A'), {
    rcode: 'NXDOMAIN',
    negative: 'example.com.',
  }),
  isAnswer('REFUSED', () => query('www.example.org. A'), { rcode: 'REFUSED' }),
  isAnswer(
    'FORMERR',
    () => composeQuery({ questions: [] }),
    { rcode: 'FORMERR' },
    { coredns: 'has SERVFAIL' },
  ),
  isAnswer(
    'NOTIMP',
    () => query(ASKED, { opcode: 3 }),
    { rcode: 'NOTIMP' },
    { coredns: 'answers' },
  ),
  isRefused(404, 'another path', (sent) => ({ ...postOf(sent), path: '/' })),
  isRefused(404, 'a path below', (sent) => ({ ...postOf(sent), path: '/dns-query/x' })),
  isRefused(405, 'PUT', (sent) => ({ ...postOf(sent), method: 'PUT' }), IS_400),
  isRefused(405, 'DELETE', (sent) => ({ ...getOf(sent), method: 'DELETE' }), IS_400),
  isRefused(400, 'GET without a message', at('/dns-query')),
  isRefused(400, 'GET with a message of no octets', at('/dns-query?dns=')),
  isRefused(400, 'GET with two messages', (sent) => {
    const { path, ...rest } = getOf(sent);
    return { ...rest, path: `${path}&${path.split('?')[1]}` };
  }),
  isRefused(400, 'GET with what is no base64url', at('/dns-query?dns=AA*A')),
  isRefused(400, 'GET with less than a header', at('/dns-query?dns=AAAA')),
  isRefused(400, 'POST with less than a header', () => postOf(Buffer.alloc(11))),
  isRefused(400, 'POST with no octets', () => postOf(Buffer.alloc(0))),
  isRefused(
    400,
    'a message that is a response',
    () => getOf(query(ASKED, { flags: 'qr' })),
    IS_ANSWERED,
  ),
  isRefused(415, 'POST without a media type', typed({}), IS_ANSWERED),
  isRefused(415, 'POST of another', typed({ 'content-type': 'application/dns-json' }), IS_ANSWERED),
  isRefused(
    413,
    'POST of more than a message can have',
    () => postOf(Buffer.alloc(65_536)),
    IS_LONGER,
  ),
];
