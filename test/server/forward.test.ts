// Names outside the zones, and those that fall through: asked of servers that the tests control.

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import {
  composeRecord,
  type Endpoint,
  type Message,
  parseMessage,
  presentRdata,
  type QuerySpec,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { corefile, type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { type Asked, address, replyTo, Upstream } from './harness/upstream.ts';

const BACKENDS = ['batched', 'dgram'] as const;
const RD = { flags: 'rd', edns: {} } as const;

/** A Corefile with a `forward` in its block. */
const forwarding = (
  manifests: Manifests,
  line: string,
  { zone = '', also = [] }: { zone?: string; also?: readonly string[] } = {},
): string => corefile(manifests, { also: [...also, line], options: zone === '' ? [] : [zone] });

/** A reply in a line: addresses, or the RCODE with the extended error. */
const inShort = ({ rcode, answer, edns }: Message): string => {
  const texts = answer.map(({ rdata }) => presentRdata(rdata));
  if (texts.length > 0) return texts.sort().join(' ');
  const ede = edns?.errors[0]?.code;
  return ede === undefined ? rcodeName(rcode) : `${rcodeName(rcode)} ${ede}`;
};

const askUdp = async (
  endpoint: Endpoint,
  text: string,
  rest: Omit<QuerySpec, 'questions'> = RD,
  patienceMs?: number,
): Promise<Message> => {
  await using client = await UdpClient.open(endpoint);
  return parseMessage(await client.exchange(query(text, rest), patienceMs));
};

/** A reply with one answer of this type and RDATA. */
const oneRecord = (asked: Asked, type: number, rdata: Uint8Array): Buffer =>
  replyTo(asked, { answer: [composeRecord(Uint8Array.of(0xc0, 12), type, 1, 60, rdata)] });

const withCount = (reply: Buffer, answers: number): Buffer => {
  reply.writeUInt16BE(answers, 6);
  return reply;
};

describe.for(BACKENDS)('UDP by %s', (backend) => {
  const args = ['--udp', backend];

  test('a name in no zone is asked of the upstream, over UDP and TCP', async ({
    manifests,
    serve,
  }) => {
    await using upstream = await Upstream.open(address('203.0.113.7', { flags: 'qr aa rd ra' }));
    const server = await serve(forwarding(manifests, `forward . ${upstream.name}`), args);
    const endpoint = await server.endpoint();
    const asked = query('wWw.example.net. A', { id: 0xbeef, ...RD });
    await using udp = await UdpClient.open(endpoint);
    await using tcp = await TcpClient.open(endpoint);
    const reply = await udp.exchange(asked);
    const message = parseMessage(reply);
    expect(message).toMatchObject({ id: 0xbeef, rcode: 0 });
    // The case that the client wrote; no authority of ours; recursion, as the upstream has it.
    expect(message.question[0]?.name).toBe('wWw.example.net.');
    expect(message.flags).toBe('qr rd ra');
    expect(inShort(message)).toBe('203.0.113.7');
    expect(message.edns?.udpSize).toBe(1232);
    expect(await tcp.exchange(asked)).toEqual(reply);
    expect(upstream.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
    expect(inShort(await askUdp(endpoint, 'www.example.com. A'))).toBe('192.0.2.1');
    expect(inShort(await askUdp(endpoint, 'nope.example.com. A'))).toBe('NXDOMAIN');
    expect(upstream.names).toEqual(['wWw.example.net.', 'wWw.example.net.']);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('each question has an ID and a port of its own', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open();
    const server = await serve(forwarding(manifests, `forward . ${upstream.name}`), args);
    const endpoint = await server.endpoint();
    await using client = await UdpClient.open(endpoint);
    for (let i = 0; i < 16; i++) {
      expect(
        inShort(
          parseMessage(await client.exchange(query(`n${i}.example.net. A`, { id: 7, ...RD }))),
        ),
      ).toBe('203.0.113.1');
    }
    expect(new Set(upstream.asked.map(({ port }) => port)).size).toBeGreaterThan(12);
    expect(new Set(upstream.asked.map(({ message }) => message.id)).size).toBeGreaterThan(12);
  });

  test('many questions at once are answered, each its own', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open((asked) => {
      const number = Number(/^n(\d+)/.exec(asked.message.question[0]?.name ?? '')?.[1] ?? 0);
      return address(`203.0.113.${number}`)(asked);
    });
    const server = await serve(forwarding(manifests, `forward . ${upstream.name}`), args);
    const endpoint = await server.endpoint();
    const numbers = Array.from({ length: 200 }, (_, i) => i);
    const replies = await Promise.all(
      numbers.map((i) => askUdp(endpoint, `n${i}.example.net. A`, { id: i, ...RD }, 20_000)),
    );
    expect(replies.map(inShort)).toEqual(numbers.map((i) => `203.0.113.${i}`));
  });

  test('replies leave from the address that was asked', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open();
    const text = forwarding(manifests, `forward . ${upstream.name}`).replace('bind 127.0.0.1', '');
    const server = await serve(text, args);
    const hosts = backend === 'batched' ? ['127.0.0.1', '127.0.0.2'] : ['127.0.0.1'];
    for (const host of hosts) {
      // The client is connected: from elsewhere it would take nothing.
      const message = await askUdp(await server.endpoint(host), 'www.example.net. A');
      expect(inShort(message)).toBe('203.0.113.1');
    }
  });
});

test('what is sent on is the question with EDNS, and what is of one hop stays behind', async ({
  manifests,
  serve,
}) => {
  await using upstream = await Upstream.open((asked) =>
    replyTo(asked, {
      flags: 'qr rd ra ad',
      rcode: 3,
      edns: {
        dnssecOk: true,
        options: [
          { code: 10, data: randomBytes(16) },
          { code: 15, data: Uint8Array.from([0, 6]) },
        ],
      },
    }),
  );
  const server = await serve(forwarding(manifests, `forward . ${upstream.name}`));
  const cookie = randomBytes(8);
  const subnet = Uint8Array.from([0, 1, 24, 0, 192, 0, 2]);
  const reply = await askUdp(await server.endpoint(), 'www.example.net. A', {
    flags: 'rd ad cd',
    edns: {
      udpSize: 4096,
      dnssecOk: true,
      options: [
        { code: 10, data: cookie },
        { code: 8, data: subnet },
        { code: 12, data: new Uint8Array(40) },
      ],
    },
  });
  const [asked] = upstream.asked;
  expect(asked?.message.flags).toBe('rd ad cd');
  expect(asked?.message.edns).toMatchObject({ udpSize: 1232, dnssecOk: true });
  expect(asked?.message.edns?.options.map(({ code }) => code)).toEqual([8]);
  expect(Buffer.from(asked?.message.edns?.options[0]?.data ?? [])).toEqual(Buffer.from(subnet));
  expect(inShort(reply)).toBe('NXDOMAIN 6');
  expect(reply.flags).toBe('qr rd ra ad cd');
  // A cookie of ours, for the client that gave one.
  const given = reply.edns?.options.find(({ code }) => code === 10);
  expect(given?.data).toHaveLength(24);
  expect(Buffer.from(given?.data.subarray(0, 8) ?? [])).toEqual(cookie);
});

test('without EDNS nothing is added', async ({ manifests, serve }) => {
  await using upstream = await Upstream.open();
  const server = await serve(forwarding(manifests, `forward . ${upstream.name}`));
  const reply = await askUdp(await server.endpoint(), 'www.example.net. A', { flags: 'rd' });
  expect(upstream.asked[0]?.message.edns).toBeUndefined();
  expect(reply.edns).toBeUndefined();
  expect(inShort(reply)).toBe('203.0.113.1');
});

test('a truncated reply is passed on over UDP, and asked for over TCP by who comes so', async ({
  manifests,
  serve,
}) => {
  await using upstream = await Upstream.open((asked) =>
    asked.transport === 'udp' ? replyTo(asked, { flags: 'qr tc rd ra' }) : address()(asked),
  );
  const server = await serve(forwarding(manifests, `forward . ${upstream.name}`));
  const endpoint = await server.endpoint();
  expect((await askUdp(endpoint, 'www.example.net. A')).flags).toBe('qr tc rd ra');
  expect(upstream.asked).toHaveLength(1);
  await using tcp = await TcpClient.open(endpoint);
  const reply = parseMessage(await tcp.exchange(query('www.example.net. A', RD)));
  expect(inShort(reply)).toBe('203.0.113.1');
  expect(upstream.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
});

test('with prefer_udp a truncated reply is asked for over TCP, whoever comes how', async ({
  manifests,
  serve,
}) => {
  await using upstream = await Upstream.open((asked) => {
    if (asked.transport === 'udp') return replyTo(asked, { flags: 'qr tc rd ra' });
    const name = asked.message.question[0]?.name;
    if (name?.startsWith('none.')) return undefined;
    return address('203.0.113.1', { times: name?.startsWith('large.') ? 100 : 1 })(asked);
  });
  const lines = `forward . ${upstream.name} {\n    prefer_udp\n    read_timeout 500ms\n  }`;
  const server = await serve(forwarding(manifests, lines));
  const endpoint = await server.endpoint();
  expect(inShort(await askUdp(endpoint, 'www.example.net. A'))).toBe('203.0.113.1');
  await using tcp = await TcpClient.open(endpoint);
  const reply = parseMessage(await tcp.exchange(query('www.example.net. A', RD)));
  expect(inShort(reply)).toBe('203.0.113.1');
  expect(upstream.asked.map(({ transport }) => transport)).toEqual(['udp', 'tcp', 'udp', 'tcp']);
  // What has no room is truncated here, and what TCP does not have is as UDP had it.
  for (const name of ['large', 'none']) {
    const cut = await askUdp(endpoint, `${name}.example.net. A`, RD, 15_000);
    expect([cut.rcode, cut.flags, cut.answer]).toEqual([0, 'qr tc rd ra', []]);
  }
});

test('force_tcp keeps its connection, opens another when it was closed, and fits replies to UDP', async ({
  manifests,
  serve,
}) => {
  await using upstream = await Upstream.open((asked) => {
    const isLarge = asked.message.question[0]?.name.startsWith('large');
    return address('203.0.113.1', { times: isLarge ? 100 : 1 })(asked);
  });
  const server = await serve(
    forwarding(manifests, `forward . ${upstream.name} {\n    force_tcp\n  }`),
  );
  const endpoint = await server.endpoint();
  for (const name of ['one', 'two', 'three']) {
    expect(inShort(await askUdp(endpoint, `${name}.example.net. A`))).toBe('203.0.113.1');
  }
  expect(upstream.connections).toBe(1);
  upstream.hangUp();
  expect(inShort(await askUdp(endpoint, 'four.example.net. A'))).toBe('203.0.113.1');
  expect(upstream.connections).toBe(2);
  expect(upstream.asked.every(({ transport }) => transport === 'tcp')).toBe(true);
  const reply = await askUdp(endpoint, 'large.example.net. A');
  expect(reply.flags).toBe('qr tc rd ra');
  expect(reply.answer).toEqual([]);
  await using tcp = await TcpClient.open(endpoint);
  const whole = parseMessage(await tcp.exchange(query('large.example.net. A', RD)));
  expect(whole.answer).toHaveLength(100);
});

test('forged replies are passed over', async ({ manifests, serve }) => {
  let genuine: Buffer | undefined;
  await using upstream = await Upstream.open((asked) => {
    genuine = address()(asked);
    const forged = address('203.0.113.66')(asked);
    // Another ID, another question, a query.
    switch (upstream.asked.length % 3) {
      case 0:
        forged.writeUInt16BE(asked.message.id ^ 1, 0);
        return forged;
      case 1:
        forged.writeUInt8(forged.readUInt8(13) ^ 1, 13);
        return forged;
      default:
        forged.writeUInt16BE(0x0100, 2);
        return forged;
    }
  });
  const server = await serve(
    forwarding(manifests, `forward . ${upstream.name} {\n    max_fails 0\n  }`),
  );
  const reply = await askUdp(await server.endpoint(), 'www.example.net. A', RD, 15_000);
  expect(genuine).toBeDefined();
  expect(inShort(reply)).toBe('SERVFAIL 23');
});

test('a reply with an owner name that has no end is none: the next upstream is asked, or SERVFAIL', async ({
  manifests,
  serve,
}) => {
  // At 33, behind the question, it points at itself.
  await using broken = await Upstream.open((asked) => {
    const reply = replyTo(asked, {
      answer: [composeRecord(Uint8Array.of(0xc0, 33), 1, 1, 60, new Uint8Array(4))],
    });
    return reply;
  });
  await using sound = await Upstream.open();
  const server = await serve(
    forwarding(
      manifests,
      `forward example.net ${broken.name} ${sound.name} {
    policy sequential
  }
  forward example.org ${broken.name}`,
    ),
  );
  const endpoint = await server.endpoint();
  expect(inShort(await askUdp(endpoint, 'www.example.net. A', { flags: 'rd' }))).toBe(
    '203.0.113.1',
  );
  expect(inShort(await askUdp(endpoint, 'www.example.org. A'))).toBe('SERVFAIL 23');
  expect(sound.names).toEqual(['www.example.net.']);
  expect(new Set(broken.names)).toEqual(new Set(['www.example.net.', 'www.example.org.']));
});

test.for([
  ['RDATA that is no address', (asked: Asked) => oneRecord(asked, 1, Uint8Array.of(192, 0, 2))],
  [
    'a name in RDATA that leads forward',
    (asked: Asked) => oneRecord(asked, 5, Uint8Array.of(0xc0, 200)),
  ],
  ['counts of more than there is', (asked: Asked) => withCount(address()(asked), 3)],
] as const)(
  'a reply with %s is none: the next upstream is asked, or SERVFAIL',
  async ([, spoilt], { manifests, serve }) => {
    const admin = await freePort();
    await using broken = await Upstream.open(spoilt);
    await using sound = await Upstream.open();
    const lines = `forward example.net ${broken.name} ${sound.name} {
    policy sequential
  }
  forward example.org ${broken.name}`;
    const server = await serve(
      forwarding(manifests, lines, { also: [`prometheus 127.0.0.1:${admin}`] }),
    );
    const endpoint = await server.endpoint();
    expect(inShort(await askUdp(endpoint, 'www.example.net. A'))).toBe('203.0.113.1');
    expect(inShort(await askUdp(endpoint, 'www.example.org. A'))).toBe('SERVFAIL 23');
    expect(sound.names).toEqual(['www.example.net.']);
    const name = `seamark_forward_failures_total{to="${broken.name}"}`;
    await waitFor(async () => ((await metrics(admin)).get(name) ?? 0) >= 2, { what: 'failures' });
  },
);

test('another upstream is asked for one that does not answer, and it is looked after', async ({
  manifests,
  serve,
}) => {
  const port = await freePort();
  const name = `127.0.0.1:${port}`;
  const admin = await freePort();
  await using other = await Upstream.open(address('203.0.113.2'));
  const lines = `forward . ${name} ${other.name} {\n    policy sequential\n    health_check 100ms\n  }`;
  const server = await serve(
    forwarding(manifests, lines, { also: [`prometheus 127.0.0.1:${admin}`] }),
  );
  const endpoint = await server.endpoint();
  expect(inShort(await askUdp(endpoint, 'a.example.net. A'))).toBe('203.0.113.2');
  expect((await server.event('upstream-down'))['upstream']).toBe(name);
  expect(inShort(await askUdp(endpoint, 'b.example.net. A'))).toBe('203.0.113.2');
  {
    await using upstream = await Upstream.open(address('203.0.113.1'), port);
    await server.event('upstream-up');
    expect(upstream.asked[0]?.message).toMatchObject({ flags: 'rd', question: [{ name: '.' }] });
    expect(inShort(await askUdp(endpoint, 'c.example.net. A'))).toBe('203.0.113.1');
  }
  expect(inShort(await askUdp(endpoint, 'd.example.net. A'))).toBe('203.0.113.2');
  const to = `{to="${name}"}`;
  await waitFor(
    async () => (await metrics(admin)).get(`seamark_forward_requests_total${to}`) === 3,
    { what: 'three requests' },
  );
  const found = await metrics(admin);
  expect(found.get(`seamark_forward_failures_total${to}`)).toBe(2);
  expect(found.get('seamark_detours_total')).toBe(4);
  expect(found.get(`seamark_forward_responses_total{to="${other.name}",rcode="NOERROR"}`)).toBe(3);
});

test('nobody answers: SERVFAIL; more than may be at once: REFUSED', async ({
  manifests,
  serve,
}) => {
  await using upstream = await Upstream.open(() => undefined);
  const lines = `forward . ${upstream.name} {\n    max_concurrent 1\n    read_timeout 2s\n  }`;
  const server = await serve(forwarding(manifests, lines));
  const endpoint = await server.endpoint();
  const first = askUdp(endpoint, 'a.example.net. A', RD, 15_000);
  await waitFor(() => upstream.names.length > 0, { what: 'the first question' });
  expect(inShort(await askUdp(endpoint, 'b.example.net. A'))).toBe('REFUSED 0');
  // Nobody has to wait for it.
  expect(inShort(await askUdp(endpoint, 'www.example.com. A'))).toBe('192.0.2.1');
  expect(inShort(await first)).toBe('SERVFAIL 23');
});

test('failover, next, and except', async ({ manifests, serve }) => {
  const says = (rcode: number) => Upstream.open((asked) => replyTo(asked, { rcode }));
  await using failing = await says(2);
  await using denying = await says(3);
  await using last = await Upstream.open(address('203.0.113.3'));
  const server = await serve(
    forwarding(
      manifests,
      `forward . ${failing.name} ${denying.name} {
    policy sequential
    failover SERVFAIL
    next NXDOMAIN
    except example.org
  }
  forward net ${last.name}`,
    ),
  );
  const endpoint = await server.endpoint();
  expect(inShort(await askUdp(endpoint, 'www.example.net. A'))).toBe('203.0.113.3');
  expect(inShort(await askUdp(endpoint, 'www.example.edu. A'))).toBe('NXDOMAIN');
  expect(inShort(await askUdp(endpoint, 'www.example.org. A'))).toBe('REFUSED 20');
  expect([failing, denying, last].map(({ names }) => names.length)).toEqual([2, 2, 1]);
});

test('only for whom it may: no open resolver', async ({ manifests, serve }) => {
  await using upstream = await Upstream.open();
  const server = await serve(
    forwarding(manifests, `forward . ${upstream.name} {\n    clients 192.0.2.0/24\n  }`),
  );
  const endpoint = await server.endpoint();
  expect(inShort(await askUdp(endpoint, 'www.example.net. A'))).toBe('REFUSED 18');
  expect(inShort(await askUdp(endpoint, 'www.example.net. A', { edns: {} }))).toBe('REFUSED 20');
  await using tcp = await TcpClient.open(endpoint);
  const reply = parseMessage(await tcp.exchange(query('www.example.net. A', RD)));
  expect(inShort(reply)).toBe('REFUSED 18');
  expect(upstream.asked).toEqual([]);
});

test('pipelined queries over TCP are answered as their answers come, also after half a close', async ({
  manifests,
  serve,
}) => {
  const held: (() => void)[] = [];
  await using upstream = await Upstream.open((asked) => {
    if (asked.message.question[0]?.name !== 'slow.example.net.') return address()(asked);
    held.push(() => asked.send(address('203.0.113.9')(asked)));
    return undefined;
  });
  const server = await serve(
    forwarding(manifests, `forward . ${upstream.name} {\n    read_timeout 5s\n  }`),
  );
  await using tcp = await TcpClient.open(await server.endpoint());
  await tcp.send(
    query('slow.example.net. A', { id: 1, ...RD }),
    query('www.example.com. A', { id: 2, ...RD }),
    query('fast.example.net. A', { id: 3, ...RD }),
  );
  tcp.halfClose();
  const ids: number[] = [];
  for (let i = 0; i < 2; i++) ids.push(parseMessage(await tcp.receive()).id);
  expect(ids.sort()).toEqual([2, 3]);
  await waitFor(() => held.length === 1, { what: 'the slow question' });
  held[0]?.();
  const slow = parseMessage(await tcp.receive());
  expect([slow.id, inShort(slow)]).toEqual([1, '203.0.113.9']);
  expect(await tcp.closesWithin(5000)).toBe(true);
});

test('more pipelined than are read ahead are all answered', async ({ manifests, serve }) => {
  await using upstream = await Upstream.open();
  const server = await serve(forwarding(manifests, `forward . ${upstream.name}`));
  await using tcp = await TcpClient.open(await server.endpoint());
  const ids = Array.from({ length: 450 }, (_, i) => i);
  await tcp.send(...ids.map((id) => query(`n${id}.example.net. A`, { id, ...RD })));
  const got: number[] = [];
  for (const _ of ids) {
    const message = parseMessage(await tcp.receive(20_000));
    expect(inShort(message)).toBe('203.0.113.1');
    got.push(message.id);
  }
  expect(got.sort((a, b) => a - b)).toEqual(ids);
});

test('queries are logged and counted as they were answered', async ({ manifests, serve }) => {
  const admin = await freePort();
  await using upstream = await Upstream.open((asked) => replyTo(asked, { rcode: 3 }));
  const server = await serve(
    forwarding(manifests, `forward . ${upstream.name}`, {
      also: ['log', `prometheus 127.0.0.1:${admin}`],
    }),
  );
  const endpoint = await server.endpoint();
  await askUdp(endpoint, 'www.example.net. A', { flags: 'rd' });
  await using tcp = await TcpClient.open(endpoint);
  await tcp.exchange(query('www.example.net. AAAA', { flags: 'rd' }));
  const lines = [await server.event('query'), await server.event('query', 2)];
  expect(
    lines.map(({ name, type, proto, rcode, flags }) => [name, type, proto, rcode, flags]),
  ).toEqual(
    expect.arrayContaining([
      ['www.example.net.', 'A', 'udp', 'NXDOMAIN', 'qr,rd,ra'],
      ['www.example.net.', 'AAAA', 'tcp', 'NXDOMAIN', 'qr,rd,ra'],
    ]),
  );
  expect(lines.every(({ duration }) => typeof duration === 'number' && duration > 0)).toBe(true);
  const found = await metrics(admin);
  const labels = 'server="",zone="",view=""';
  expect(found.get(`coredns_dns_requests_total{${labels},proto="udp",family="1",type="A"}`)).toBe(
    1,
  );
  expect(found.get(`coredns_dns_responses_total{${labels},rcode="NXDOMAIN",plugin=""}`)).toBe(2);
  expect(found.get('seamark_queries_dropped_total')).toBe(0);
});

describe('fallthrough', () => {
  test('names without a record are asked of the upstream, whoever asks', async ({
    manifests,
    serve,
  }) => {
    await using upstream = await Upstream.open(address('203.0.113.4', { flags: 'qr aa rd' }));
    const server = await serve(
      forwarding(manifests, `forward . ${upstream.name}`, { zone: 'fallthrough' }),
    );
    const endpoint = await server.endpoint();
    const reply = await askUdp(endpoint, 'nope.example.com. A', { edns: {} });
    expect(inShort(reply)).toBe('203.0.113.4');
    expect(reply.flags).toBe('qr aa');
    expect(upstream.asked[0]?.message.flags).toBe('');
    expect(inShort(await askUdp(endpoint, 'www.example.com. A'))).toBe('192.0.2.1');
    expect(inShort(await askUdp(endpoint, 'www.example.com. TXT'))).toBe('NOERROR');
    expect(inShort(await askUdp(endpoint, 'example.com. A'))).toBe('203.0.113.4');
    for (const type of ['SOA', 'NS']) {
      expect((await askUdp(endpoint, `example.com. ${type}`)).flags).toBe('qr aa rd');
    }
    expect(upstream.names).toEqual(['nope.example.com.', 'example.com.']);
  });

  test('only in the zones that it names', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open();
    const server = await serve(
      forwarding(manifests, `forward . ${upstream.name}`, { zone: 'fallthrough a.example.com' }),
    );
    const endpoint = await server.endpoint();
    expect(inShort(await askUdp(endpoint, 'x.a.example.com. A'))).toBe('203.0.113.1');
    expect(inShort(await askUdp(endpoint, 'x.b.example.com. A'))).toBe('NXDOMAIN');
  });
});

describe('the start', () => {
  test('needs no zone of our own', async ({ launch }) => {
    await using upstream = await Upstream.open();
    const server = await launch(`.:{$PORT} {\n  bind 127.0.0.1\n  forward . ${upstream.name}\n}\n`);
    await server.event('serving');
    expect(inShort(await askUdp(await server.endpoint(), 'www.example.net. A'))).toBe(
      '203.0.113.1',
    );
  });

  test('reads resolv.conf', async ({ manifests, folder, serve }) => {
    const file = `${folder}/resolv.conf`;
    await writeFile(file, 'search example.com\n# nameserver 192.0.2.1\nnameserver 127.0.0.66\n');
    const server = await serve(
      forwarding(manifests, `forward . ${file} {\n    read_timeout 100ms\n  }`),
    );
    // Nobody listens there.
    expect(inShort(await askUdp(await server.endpoint(), 'www.example.net. A'))).toBe(
      'SERVFAIL 23',
    );
  });

  test('ends where there is nobody to ask', async ({ manifests, folder, launch }) => {
    const server = await launch(forwarding(manifests, `forward . ${folder}/none`));
    const { code } = await server.outcome();
    expect(code).toBe(1);
    expect((await server.event('cannot-serve'))['msg']).toContain(
      `cannot forward by ${folder}/none`,
    );
  });

  test('ends on a loop', async ({ manifests, launch }) => {
    const port = await freePort();
    const text = forwarding(manifests, `forward . 127.0.0.1:${port}`, { also: ['loop'] });
    const server = await launch(text.replace('{$PORT}', String(port)));
    const { code } = await server.outcome();
    expect(code).toBe(1);
    expect((await server.event('cannot-serve'))['msg']).toContain('comes back to it');
  });

  test('serves on where there is none', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open((asked) => replyTo(asked, { rcode: 3 }));
    const server = await serve(
      forwarding(manifests, `forward . ${upstream.name}`, { also: ['loop'] }),
    );
    await waitFor(() => upstream.asked.some(({ message }) => message.question[0]?.type === 13), {
      what: 'the probe',
    });
    expect(inShort(await askUdp(await server.endpoint(), 'www.example.net. A'))).toBe('NXDOMAIN');
    expect(server.isRunning).toBe(true);
  });
});

describe('template', () => {
  // As chart/templates/configmap.yaml writes it.
  const CHALLENGE = `template IN ANY example.com {
    match "_acme-challenge[.](.*)[.]example[.]com"
    answer "{{ .Name }} 5 IN CNAME {{  index .Match 1 }}.dns01.clouddns.com"
    fallthrough
  }`;

  test('answers the DNS challenge, over UDP and TCP, and leaves the zone its names', async ({
    manifests,
    serve,
  }) => {
    const admin = await freePort();
    const server = await serve(
      forwarding(manifests, CHALLENGE, { also: ['log', `prometheus 127.0.0.1:${admin}`] }),
    );
    const endpoint = await server.endpoint();
    const asked = query('_acme-challenge.wWw.example.com. TXT', { edns: {} });
    await using udp = await UdpClient.open(endpoint);
    const reply = await udp.exchange(asked);
    const message = parseMessage(reply);
    expect(message.flags).toBe('qr aa');
    expect(message.question[0]?.name).toBe('_acme-challenge.wWw.example.com.');
    expect(inShort(message)).toBe('www.dns01.clouddns.com.');
    await using tcp = await TcpClient.open(endpoint);
    expect(await tcp.exchange(asked)).toEqual(reply);
    // It has the word, and does not match: the zone is asked after all.
    const passed = await askUdp(endpoint, '_acme-challenge.example.com. TXT');
    expect([inShort(passed), passed.authority.length]).toEqual(['NXDOMAIN', 1]);
    expect(inShort(await askUdp(endpoint, 'www.example.com. A'))).toBe('192.0.2.1');
    const found = await metrics(admin);
    expect(found.get('seamark_detours_total')).toBe(3);
    await server.event('query', 4);
    // Of two threads, in whatever order; counted and noted once each.
    expect(
      server
        .events('query')
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      '_acme-challenge.example.com.',
      '_acme-challenge.www.example.com.',
      '_acme-challenge.www.example.com.',
      'www.example.com.',
    ]);
  });

  test('what no template answers falls through to the upstream', async ({ manifests, serve }) => {
    await using upstream = await Upstream.open();
    const server = await serve(
      forwarding(manifests, `forward . ${upstream.name}`, {
        also: [CHALLENGE],
        zone: 'fallthrough',
      }),
    );
    const endpoint = await server.endpoint();
    const reply = await askUdp(endpoint, '_acme-challenge.example.com. TXT');
    expect(inShort(reply)).toBe('203.0.113.1');
  });

  test('several are tried in turn, with an RCODE, sections and an extended error', async ({
    manifests,
    serve,
  }) => {
    const server = await serve(
      forwarding(
        manifests,
        `template IN A example.net {
    match ^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)[.]
    answer "{{ .Name }} 60 IN A 192.0.{{ .Group.a }}.{{ .Group.b }}"
    additional "ns.example.net 60 IN A 192.0.2.53"
    authority "{{ .Zone }} 60 IN NS ns.example.net"
    fallthrough
  }
  template IN ANY example.net {
    match ^bad[.]
    answer "{{ .Name }} 60 IN A {{ .Name }}"
    fallthrough
  }
  template ANY ANY net {
    rcode NXDOMAIN
    authority "{{ .Zone }} 60 {{ .Class }} SOA ns.example.net. root.example.net. (1 60 60 60 60)"
    ederror 15 "nobody's name"
  }`,
      ),
    );
    const endpoint = await server.endpoint();
    const reply = await askUdp(endpoint, 'ip-2-9.example.net. A');
    expect(inShort(reply)).toBe('192.0.2.9');
    expect([reply.authority.length, reply.additional.length]).toEqual([1, 1]);
    expect(inShort(await askUdp(endpoint, 'bad.example.net. A'))).toBe('SERVFAIL 0');
    const denied = await askUdp(endpoint, 'ip-2-9.example.net. AAAA');
    expect([inShort(denied), denied.authority[0]?.name]).toEqual(['NXDOMAIN 15', 'net.']);
    expect(denied.edns?.errors).toEqual([{ code: 15, text: "nobody's name" }]);
    expect(inShort(await askUdp(endpoint, 'www.example.org. A'))).toBe('REFUSED 20');
  });
});
