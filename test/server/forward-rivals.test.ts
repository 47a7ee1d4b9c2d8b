// Forwarding to servers of good name: through Seamark they say what they say when they are asked directly.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeNumber } from '@seamark/protocol';
import { describe, expect, test as skippable } from 'vitest';
import { isInstalled, startRival } from '../conformance/harness/rival.ts';
import {
  type Endpoint,
  type Message,
  parseMessage,
  presentRecord,
  type QuerySpec,
  query,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { test } from './harness/fixtures.ts';

const ZONE: string = join(import.meta.dirname, '../conformance/zone/example.com.zone');

/** Owners and types of the zone file, and names that are not there. */
const QUESTIONS: readonly string[] = [
  ...readFileSync(ZONE, 'utf8')
    .split('\n')
    .map((line) => /^(\S+)\s+\d+\s+IN\s+(\S+)/.exec(line))
    .filter((match) => match !== null)
    .map(([, owner = '', type = '']) => {
      const name =
        owner === '@' ? 'example.com.' : owner.endsWith('.') ? owner : `${owner}.example.com.`;
      return `${name.replace('*', 'some.name')} TYPE${typeNumber(type) ?? type}`;
    })
    .filter((text) => !text.endsWith('TYPE65280')),
  'nope.example.com. A',
  'c.ent.example.com. A',
  'example.com. AAAA',
  'wWw.ExAmPlE.com. A',
  'www.example.org. A',
];

const WAYS: readonly (readonly [string, Omit<QuerySpec, 'questions'>])[] = [
  ['without EDNS', { flags: 'rd' }],
  ['with EDNS and DO', { flags: 'rd', edns: { udpSize: 1232, dnssecOk: true } }],
];

/** What does not depend on who passes it on: AA is not ours to give, and RRsets may rotate. */
function gist({ rcode, flags, question, answer, authority, additional, edns }: Message): unknown {
  const sorted = (records: Message['answer']): string[] => records.map(presentRecord).sort();
  return {
    rcode,
    flags: flags.replace('aa ', ''),
    question,
    answer: sorted(answer),
    authority: sorted(authority),
    additional: sorted(additional),
    errors: edns?.errors.map(({ code }) => code),
    dnssecOk: edns?.dnssecOk,
  };
}

for (const rival of ['nsd', 'knot'] as const) {
  if (!isInstalled(rival)) {
    skippable(`${rival} is not installed`, ({ skip }) => skip());
    continue;
  }
  describe(rival, () => {
    test.for(WAYS)('%s', async ([, rest], { manifests, serve }) => {
      await using running = await startRival(rival);
      const { host, port } = running.endpoint;
      const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  k8s_gateway example.test {
    manifests ${manifests.path}
  }
  forward . ${host}:${port}
}
`);
      expect(QUESTIONS.length).toBeGreaterThan(50);
      const ask = async (endpoint: Endpoint): Promise<unknown[]> => {
        await using udp = await UdpClient.open(endpoint);
        await using tcp = await TcpClient.open(endpoint);
        const said: unknown[] = [];
        for (const [i, text] of QUESTIONS.entries()) {
          const asked = query(text, { id: i, ...rest });
          said.push([text, gist(parseMessage(await udp.exchange(asked)))]);
          said.push([text, gist(parseMessage(await tcp.exchange(asked)))]);
        }
        return said;
      };
      const direct = await ask(running.endpoint);
      expect(await ask(await server.endpoint())).toEqual(direct);
    });
  });
}
