// Who may ask, and what the server tells of itself, as clients with addresses of their own see it: over UDP
// by both backends, and over TCP.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import {
  type EdnsSpec,
  type Endpoint,
  type Message,
  parseMessage,
  presentRecord,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const run = promisify(execFile);
const found = async (program: string, flag: string): Promise<boolean> =>
  run(program, [flag]).then(
    () => true,
    () => false,
  );
const hasTools = (await found('dig', '-v')) && (await found('kdig', '-V'));

const BACKENDS = ['batched', 'dgram'] as const;
const NSID = 3;
const ASKED: EdnsSpec = { options: [{ code: NSID, data: new Uint8Array() }] };

const ACL = [
  'acl {',
  '  allow net 127.0.0.1',
  '  filter type AAAA net 127.0.0.2',
  '  drop net 127.0.0.4/30',
  '  block type A net 127.0.0.0/29',
  '}',
];

interface Asking {
  readonly from?: string;
  readonly over?: 'udp' | 'tcp';
  readonly edns?: EdnsSpec;
}

async function ask(endpoint: Endpoint, text: string, asking: Asking = {}): Promise<Message> {
  const { from, over = 'udp', edns = {} } = asking;
  const kind = over === 'udp' ? UdpClient : TcpClient;
  await using client = await kind.open(endpoint, from);
  return parseMessage(await client.exchange(query(text, { edns })));
}

/** RCODE, EDE, answer. */
function sum(reply: Message): string {
  const errors = (reply.edns?.errors ?? []).map(({ code }) => `EDE ${code}`);
  return [rcodeName(reply.rcode), ...errors, ...reply.answer.map(presentRecord)].join(' | ');
}

describe.for(BACKENDS)('UDP by %s', (backend) => {
  const serving = ['--udp', backend, '--workers', '1'] as const;

  test('acl: who may ask what', async ({ manifests, serve }) => {
    const prometheus = await freePort();
    const also = [...ACL, `prometheus 127.0.0.1:${prometheus}`];
    const server = await serve(corefile(manifests, { also }), serving);
    const endpoint = await server.endpoint();
    for (const over of ['udp', 'tcp'] as const) {
      const say = async (from: string, text: string): Promise<string> =>
        sum(await ask(endpoint, text, { from, over }));
      const a = 'NOERROR | www.example.com. 60 IN A 192.0.2.1';
      expect(await say('127.0.0.1', 'www.example.com. A')).toBe(a);
      expect(await say('127.0.0.2', 'www.example.com. A')).toBe('REFUSED | EDE 18');
      expect(await say('127.0.0.2', 'www.example.com. AAAA')).toBe('NOERROR | EDE 17');
      expect(await say('127.0.0.3', 'www.example.com. AAAA')).toMatch(
        /^NOERROR \| .* AAAA 2001:db8::1$/,
      );
      expect(await say('127.0.0.8', 'www.example.com. A')).toBe(a);
    }
    await using dropped = await UdpClient.open(endpoint, '127.0.0.5');
    await using heard = await UdpClient.open(endpoint);
    dropped.send(query('www.example.com. A'));
    // What cannot be read as a question is still answered: it came after the one that is dropped.
    const version = query('www.example.com. A', { edns: { version: 1 } });
    expect(rcodeName(parseMessage(await dropped.exchange(version)).rcode)).toBe('BADVERS');
    await heard.exchange(query('www.example.com. A'));
    await using stream = await TcpClient.open(endpoint, '127.0.0.6');
    await stream.send(query('www.example.com. A', { id: 1 }));
    expect(rcodeName(parseMessage(await stream.exchange(version)).rcode)).toBe('BADVERS');
    // One of each over UDP, one over TCP.
    const counted = await metrics(prometheus);
    for (const action of ['blocked', 'filtered', 'dropped']) {
      const name = `coredns_acl_${action}_requests_total{server="",zone="",view=""}`;
      expect([action, counted.get(name)]).toEqual([action, 2]);
    }
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('nsid and chaos: which server this is', async ({ manifests, serve }) => {
    const also = ['nsid edge 1', 'chaos V1 Ada Grace'];
    const server = await serve(corefile(manifests, { also }), serving);
    const endpoint = await server.endpoint();
    for (const over of ['udp', 'tcp'] as const) {
      const nsid = async (edns: EdnsSpec): Promise<string | undefined> => {
        const reply = await ask(endpoint, 'www.example.com. A', { over, edns });
        expect(sum(reply)).toBe('NOERROR | www.example.com. 60 IN A 192.0.2.1');
        const option = reply.edns?.options.find(({ code }) => code === NSID);
        return option && Buffer.from(option.data).toString();
      };
      expect(await nsid(ASKED)).toBe('edge 1');
      expect(await nsid({})).toBeUndefined();
      const version = await ask(endpoint, 'version.bind. CH TXT', { over });
      expect(sum(version)).toBe('NOERROR | version.bind. 0 CH TXT "V1"');
      const authors = await ask(endpoint, 'authors.bind. CH TXT', { over });
      expect(authors.answer).toHaveLength(2);
    }
  });

  test('bufsize: how large a datagram may be', async ({ manifests, serve }) => {
    await manifests.write('large.json', large(150));
    const cases = [
      [[], 1232, true],
      [['bufsize 4096'], 4096, false],
      [['bufsize 512'], 512, true],
    ] as const;
    for (const [also, announced, truncated] of cases) {
      const server = await serve(corefile(manifests, { also }), serving);
      const edns = { udpSize: 4096 };
      const reply = await ask(await server.endpoint(), 'large.example.com. A', { edns });
      expect([reply.edns?.udpSize, reply.flags.includes('tc')]).toEqual([announced, truncated]);
      expect(reply.answer).toHaveLength(truncated ? 0 : 150);
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
    }
  });
});

test('each block answers its own names by its own rules', async ({ manifests, serve }) => {
  const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  log {
    class error
  }
  acl {
    block net 127.0.0.2
  }
}
example.com:{$PORT} {
  bind 127.0.0.1
  any
  log www.example.com {
    class denial
  }
  k8s_gateway {
    manifests ${manifests.path}
  }
}
`);
  const endpoint = await server.endpoint();
  const say = async (text: string, from?: string): Promise<string> =>
    sum(await ask(endpoint, text, from === undefined ? {} : { from }));
  expect(await say('www.example.com. A', '127.0.0.2')).toMatch(/^NOERROR/);
  expect(await say('www.example.net. A', '127.0.0.2')).toBe('REFUSED | EDE 18');
  expect(await say('www.example.net. A')).toBe('REFUSED | EDE 20');
  expect(await say('www.example.com. ANY')).toMatch(/^NOERROR \| www.example.com. 8482 IN HINFO/);
  expect(await say('nothere.example.com. A')).toBe('NXDOMAIN');
  expect(await say('nothere.www.example.com. A')).toBe('NXDOMAIN');
  await waitFor(() => server.events('query').length >= 3, { what: 'three lines' });
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  // Each thread has a ring of its own: between them there is no order.
  const logged = server.events('query').map(({ name, rcode }) => `${name} ${rcode}`);
  expect(logged.toSorted()).toEqual([
    'nothere.www.example.com. NXDOMAIN',
    'www.example.net. REFUSED',
    'www.example.net. REFUSED',
  ]);
});

test.runIf(hasTools)('as dig and kdig see it', async ({ manifests, serve }) => {
  const server = await serve(corefile(manifests, { also: [...ACL, 'nsid edge-1', 'chaos V1'] }));
  const { port } = await server.endpoint();
  const at = ['@127.0.0.1', '-p', String(port)];
  const output = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, [...at, ...args])).stdout;
  expect(await output('kdig', '+nsid', 'www.example.com', 'A')).toMatch(/NSID:.*"edge-1"/);
  expect(await output('kdig', 'www.example.com', 'A')).not.toContain('NSID');
  expect(await output('dig', '+short', 'CH', 'TXT', 'version.bind')).toBe('"V1"\n');
  expect(await output('dig', '-b', '127.0.0.2', 'www.example.com', 'A')).toMatch(
    /status: REFUSED[\s\S]*EDE: 18 \(Prohibited\)/,
  );
  const drop = output('dig', '-b', '127.0.0.6', '+tries=1', '+time=1', 'www.example.com', 'A');
  await expect(drop).rejects.toThrow();
});

test('debug brings lines of level debug, and check says what the settings are', async ({
  folder,
  manifests,
  run: command,
  serve,
}) => {
  const also = ['debug', 'nsid edge-1', ...ACL];
  const server = await serve(corefile(manifests, { also }));
  expect(server.log.some(({ event }) => event === 'serving')).toBe(true);
  const config = join(folder, 'Corefile.1');
  const checked = command(['check', '--config', config], { env: { PORT: '1053' } });
  const { code, stdout } = await checked.outcome();
  expect(code).toBe(0);
  expect(stdout).toContain('            NSID "edge-1"\n');
  expect(stdout).toContain('            drop all in . from 127.0.0.4/30\n');
  expect(stdout).toContain('\ndebug       log lines');
});

function large(addresses: number): Parameters<Manifests['write']>[1] {
  const list = Array.from({ length: addresses }, (_, i) => `198.51.100.${i + 1}`);
  return ingress('web/large', ['large.example.com'], list);
}
