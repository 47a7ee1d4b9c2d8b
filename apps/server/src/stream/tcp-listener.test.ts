import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ListenError } from './listen-error.ts';
import { proxySources } from './proxy-sources.ts';
import { listenTcp, type TcpListener } from './tcp-listener.ts';
import type { TcpOptions } from './tcp-options.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that returns each message as it came, unless told otherwise. */
async function serve(options: Partial<TcpOptions> = {}): Promise<TcpListener> {
  const listener = await listenTcp({
    addresses: [{ address: '127.0.0.1', port: 0 }],
    answer: (_memory, _view, _offset, length) => length,
    ...options,
  });
  closers.push(() => listener.close());
  return listener;
}

class Client {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  closed = false;

  constructor(listener: TcpListener, host = '127.0.0.1', from?: string) {
    const local = from === undefined ? {} : { localAddress: from };
    const port = listener.addresses[0]?.port ?? 0;
    this.socket = connect({ port, host, allowHalfOpen: true, ...local });
    this.socket.setNoDelay();
    this.socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on('end', () => {
      this.ended = true;
      this.socket.end();
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
    });
    closers.push(() => this.socket.destroy());
  }

  /** One that asks from an address of its own. */
  static from(address: string, listener: TcpListener): Client {
    return new Client(listener, '127.0.0.1', address);
  }

  get messages(): string[] {
    const found: string[] = [];
    let at = 0;
    while (this.received.length - at >= 2) {
      const end = at + 2 + this.received.readUInt16BE(at);
      if (end > this.received.length) break;
      found.push(this.received.toString('latin1', at + 2, end));
      at = end;
    }
    return found;
  }
}

function framed(...messages: string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const octets = Buffer.alloc(2 + message.length);
      octets.writeUInt16BE(message.length);
      octets.write(message, 2, 'latin1');
      return octets;
    }),
  );
}

const until = (claim: () => void): Promise<void> =>
  vi.waitFor(claim, { timeout: 20_000, interval: 5 });

describe('messages', () => {
  test('several in one segment are answered in order, in one write', async () => {
    const listener = await serve();
    const client = new Client(listener);
    let chunks = 0;
    client.socket.on('data', () => {
      chunks += 1;
    });
    client.socket.write(framed('one', 'two', 'three'));
    await until(() => expect(client.messages).toEqual(['one', 'two', 'three']));
    expect(chunks).toBe(1);
    expect(listener.counters).toMatchObject({ accepted: 1, open: 1, queries: 3, replies: 3 });
  });

  test('cut at any place, inside the length too', async () => {
    const listener = await serve();
    const octets = framed('first', 'second');
    const sizes = Array.from({ length: octets.length - 1 }, (_, i) => i + 1);
    await Promise.all(
      sizes.slice(0, 14).map(async (cut) => {
        const client = new Client(listener);
        client.socket.write(octets.subarray(0, cut));
        await once(client.socket, 'connect');
        await turn();
        client.socket.write(octets.subarray(cut));
        await until(() => expect(client.messages).toEqual(['first', 'second']));
      }),
    );
  });

  test('octet by octet', async () => {
    const client = new Client(await serve());
    for (const octet of framed('slow', 'but', 'sure')) {
      client.socket.write(Uint8Array.of(octet));
      await turn();
    }
    await until(() => expect(client.messages).toEqual(['slow', 'but', 'sure']));
  });

  test('of 65,535 octets each way', async () => {
    const client = new Client(await serve());
    const long = 'x'.repeat(65_535);
    client.socket.write(framed(long, 'short', long));
    await until(() => expect(client.messages).toEqual([long, 'short', long]));
  });

  test('one without a reply leaves the connection open', async () => {
    const listener = await serve({
      answer: (memory, _view, offset, length) => (memory[offset] === 0x2d ? 0 : length),
    });
    const client = new Client(listener);
    client.socket.write(framed('-silent', 'spoken'));
    await until(() => expect(client.messages).toEqual(['spoken']));
    expect(client.ended).toBe(false);
    expect(listener.counters).toMatchObject({ queries: 2, replies: 1 });
  });

  test('an empty one ends the connection after the replies before it', async () => {
    const client = new Client(await serve());
    client.socket.write(framed('before', '', 'after'));
    await until(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['before']);
  });

  test('a client that half-closes gets its answers', async () => {
    const client = new Client(await serve());
    client.socket.end(framed('one', 'two'));
    await until(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['one', 'two']);
  });
});

describe('where a query comes from', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['::', '127.0.0.1', 4],
    ['::', '::1', 6],
  ])('%s asked from %s', async (address, from, family) => {
    const seen: { peer?: Uint8Array } = {};
    const listener: TcpListener = await serve({
      addresses: [{ address, port: 0 }],
      answer: (_memory, _view, _offset, length) => {
        seen.peer = listener.peer().slice();
        return length;
      },
    });
    const client = new Client(listener, from);
    client.socket.write(framed('who'));
    await until(() => expect(client.messages).toEqual(['who']));
    const { peer = new Uint8Array() } = seen;
    expect(peer[0]).toBe(family);
    expect(((peer[2] ?? 0) << 8) | (peer[3] ?? 0)).toBe(client.socket.localPort);
    expect([...peer.subarray(16)]).toEqual(family === 4 ? [127, 0, 0, 1] : [0, 0, 0, 1]);
    expect(() => listener.peer()).toThrow('outside');
  });
});

describe('limits', () => {
  test('a client that never reads costs bounded memory and is cut off', async () => {
    const big = 60_000;
    const listener = await serve({
      writeTimeoutMs: 200,
      answer: (_memory, _view, _offset, _length, capacity) => Math.min(big, capacity),
    });
    const client = new Client(listener);
    client.socket.pause();
    const queries = 4_000;
    client.socket.write(framed(...Array.from({ length: queries }, () => 'x'.repeat(14))));
    await until(() => expect(listener.counters.slowClosed).toBe(1));
    await until(() => expect(listener.counters.open).toBe(0));
    // 240 MB were asked for. What was composed is what the kernel's buffers took and our bound.
    expect(listener.counters.queries).toBeLessThan(queries / 2);
  });

  test('a client that asks thousands of questions at once does not have others wait for all of them', async () => {
    // How much is answered in a spell must not depend on how fast this machine is.
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1));
    onTestFinished(() => void vi.restoreAllMocks());
    const order: string[] = [];
    const other: { ask: () => void } = { ask: () => {} };
    const listener = await serve({
      answer: (memory, _view, offset, length) => {
        order.push(String.fromCharCode(memory[offset] as number));
        // By the time that the first of many is answered, another client's is there.
        if (order.length === 1) other.ask();
        return length;
      },
    });
    const client = new Client(listener);
    other.ask = () => client.socket.write(framed('o'));
    await until(() => expect(listener.counters.open).toBe(1));
    const busy = new Client(listener);
    busy.socket.write(framed(...Array.from({ length: 4000 }, () => 'many of these')));
    await until(() => expect(busy.messages).toHaveLength(4000));
    await until(() => expect(client.messages).toEqual(['o']));
    expect(order.indexOf('o')).toBeLessThan(1500);
  });

  test('a client that reads late gets everything', async () => {
    const listener = await serve({
      writeTimeoutMs: 60_000,
      answer: (_memory, _view, _offset, _length, capacity) => Math.min(60_000, capacity),
    });
    const client = new Client(listener);
    client.socket.pause();
    let octets = 0;
    client.socket.removeAllListeners('data');
    client.socket.on('data', (chunk: Buffer) => {
      octets += chunk.length;
    });
    client.socket.pause();
    client.socket.end(framed(...Array.from({ length: 500 }, () => 'query')));
    await until(() => expect(listener.counters.queries).toBeGreaterThan(0));
    client.socket.resume();
    await until(() => expect(client.closed).toBe(true));
    expect(octets).toBe(500 * 60_002);
  });

  test('a message that never ends', async () => {
    const listener = await serve({ messageTimeoutMs: 50 });
    const client = new Client(listener);
    client.socket.write(framed('whole', 'partial').subarray(0, -1));
    await until(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['whole']);
    expect(listener.counters).toMatchObject({ slowClosed: 1, idleClosed: 0, open: 0 });
  });

  test('idleness', async () => {
    const listener = await serve({ idleTimeoutMs: 50 });
    const client = new Client(listener);
    client.socket.write(framed('only'));
    await until(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['only']);
    expect(listener.counters).toMatchObject({ slowClosed: 0, idleClosed: 1, open: 0 });
  });

  test('connections of one client: the new one is refused', async () => {
    const listener = await serve({ maxConnectionsPerClient: 1 });
    const first = new Client(listener);
    first.socket.write(framed('first'));
    await until(() => expect(first.messages).toEqual(['first']));
    const second = new Client(listener);
    await until(() => expect(second.closed).toBe(true));
    expect(listener.counters).toMatchObject({ accepted: 1, refused: 1, open: 1 });
    first.socket.destroy();
    await until(() => expect(listener.counters.open).toBe(0));
    const third = new Client(listener);
    third.socket.write(framed('third'));
    await until(() => expect(third.messages).toEqual(['third']));
  });

  test('connections in all: the one idle the longest makes room', async () => {
    const listener = await serve({ maxConnections: 2 });
    const older = new Client(listener);
    older.socket.write(framed('older'));
    await until(() => expect(older.messages).toHaveLength(1));
    const newer = new Client(listener);
    newer.socket.write(framed('newer'));
    await until(() => expect(newer.messages).toHaveLength(1));
    older.socket.write(framed('again'));
    await until(() => expect(older.messages).toHaveLength(2));

    const third = new Client(listener);
    third.socket.write(framed('third'));
    await until(() => expect(third.messages).toEqual(['third']));
    await until(() => expect(newer.closed).toBe(true));
    expect(older.closed).toBe(false);
    const counted = { accepted: 3, open: 2, evicted: 1, idleClosed: 0, refused: 0 };
    expect(listener.counters).toMatchObject(counted);
  });

  test('connections in all: one that only ever begins a message makes room, too', async () => {
    const listener = await serve({ maxConnections: 1, messageTimeoutMs: 60_000 });
    const busy = new Client(listener);
    busy.socket.write(framed('whole', 'partial').subarray(0, -1));
    await until(() => expect(busy.messages).toEqual(['whole']));
    const second = new Client(listener);
    second.socket.write(framed('second'));
    await until(() => expect(second.messages).toEqual(['second']));
    await until(() => expect(busy.closed).toBe(true));
    expect(listener.counters).toMatchObject({ evicted: 1, refused: 0, open: 1 });
  });

  test('connections in all: who has many makes room, however long ago somebody else asked', async () => {
    const listener = await serve({ maxConnections: 6 });
    const few = Client.from('127.0.0.2', listener);
    few.socket.write(framed('few'));
    await until(() => expect(few.messages).toEqual(['few']));
    const many = Array.from({ length: 5 }, () => new Client(listener));
    await until(() => expect(listener.counters.accepted).toBe(6));
    const more = Array.from({ length: 20 }, () => new Client(listener));
    await until(() => expect(listener.counters.evicted).toBe(20));
    const other = Client.from('127.0.0.3', listener);
    other.socket.write(framed('other'));
    await until(() => expect(other.messages).toEqual(['other']));
    few.socket.write(framed('again'));
    await until(() => expect(few.messages).toEqual(['few', 'again']));
    const closed = () => [...many, ...more].filter((one) => one.closed).length;
    await until(() => expect(closed()).toBe(21));
    expect(listener.counters.open).toBe(6);
  });

  test('memory in all: who holds the most goes, and another client is answered', async () => {
    const listener = await serve({
      maxOctets: 1024 * 1024,
      messageTimeoutMs: 60_000,
      writeTimeoutMs: 60_000,
    });
    const started = framed('x'.repeat(65_535)).subarray(0, -1);
    const greedy = Array.from({ length: 20 }, () => Client.from('127.0.0.2', listener));
    for (const { socket } of greedy) socket.write(started);
    await until(() => expect(listener.counters.overMemory).toBeGreaterThan(0));
    const other = new Client(listener);
    other.socket.write(framed('other'));
    await until(() => expect(other.messages).toEqual(['other']));
    const { open, overMemory } = listener.counters;
    // Each of those that are left holds 64 KiB at least.
    await until(() => expect(listener.counters.open).toBeLessThanOrEqual(17));
    expect(open + overMemory).toBe(21);
  });

  test('a client that takes an octet now and then is cut off like one that takes none', async () => {
    const listener = await serve({
      writeTimeoutMs: 300,
      answer: (_memory, _view, _offset, _length, capacity) => Math.min(60_000, capacity),
    });
    const client = new Client(listener);
    client.socket.removeAllListeners('data');
    client.socket.pause();
    const sip = setInterval(() => client.socket.read(1), 10);
    closers.push(() => clearInterval(sip));
    client.socket.write(framed(...Array.from({ length: 4_000 }, () => 'x'.repeat(14))));
    await until(() => expect(listener.counters.slowClosed).toBe(1));
  });

  test('queries on one connection: it ends after the last, which is answered', async () => {
    const listener = await serve({ maxQueries: 3 });
    const client = new Client(listener);
    client.socket.write(framed('one', 'two', 'three', 'four'));
    await until(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['one', 'two', 'three']);
    expect(listener.counters).toMatchObject({ queriesClosed: 1, queries: 3 });
  });

  test('other limits hold at once for who comes, and in time for who is there', async () => {
    const listener = await serve({ idleTimeoutMs: 60_000 });
    const first = new Client(listener);
    await until(() => expect(listener.counters.open).toBe(1));
    expect(listener.idleTimeoutMs).toBe(60_000);
    listener.limit({ maxConnectionsPerClient: 1, idleTimeoutMs: 50 });
    expect(listener.idleTimeoutMs).toBe(50);
    await until(() => expect(first.closed).toBe(true));
    const second = new Client(listener);
    await until(() => expect(listener.counters.accepted).toBe(2));
    const third = new Client(listener);
    await until(() => expect(third.closed).toBe(true));
    await until(() => expect(second.closed).toBe(true));
    expect(listener.counters).toMatchObject({ refused: 1, idleClosed: 2 });
  });

  test('a reset is counted, not thrown', async () => {
    const listener = await serve();
    const client = new Client(listener);
    client.socket.write(framed('one'));
    await until(() => expect(client.messages).toEqual(['one']));
    client.socket.resetAndDestroy();
    await until(() => expect(listener.counters).toMatchObject({ reset: 1, open: 0 }));
  });
});

describe('behind a proxy', () => {
  const trusted = proxySources(['127.0.0.2/32']);
  const said = (from: string): string => `PROXY TCP4 ${from} 192.0.2.53 4321 53\r\n`;
  /** Answers with the address that the query came from. */
  const whose = async (options: Partial<TcpOptions> = {}): Promise<TcpListener> => {
    const listener: TcpListener = await serve({
      proxies: () => trusted,
      answer: (memory, _view, offset) => {
        memory.set(listener.peer().subarray(16, 20), offset);
        return 4;
      },
      ...options,
    });
    return listener;
  };
  const addresses = ({ messages }: Client): string[] =>
    messages.map((message) => Buffer.from(message, 'latin1').join('.'));

  test('the client is whom the header names, and whoever is no proxy is himself', async () => {
    const listener = await whose();
    const proxied = Client.from('127.0.0.2', listener);
    proxied.socket.write(Buffer.concat([Buffer.from(said('203.0.113.7')), framed('a', 'b')]));
    await until(() => expect(addresses(proxied)).toEqual(['203.0.113.7', '203.0.113.7']));
    const direct = Client.from('127.0.0.1', listener);
    direct.socket.write(framed('a'));
    await until(() => expect(addresses(direct)).toEqual(['127.0.0.1']));
  });

  test('a header that comes octet by octet', async () => {
    const client = Client.from('127.0.0.2', await whose());
    for (const octet of Buffer.concat([Buffer.from(said('203.0.113.8')), framed('query')])) {
      client.socket.write(Uint8Array.of(octet));
      await turn();
    }
    await until(() => expect(addresses(client)).toEqual(['203.0.113.8']));
  });

  test('what is no header, and one that does not end', async () => {
    const listener = await whose({ messageTimeoutMs: 50 });
    const plain = Client.from('127.0.0.2', listener);
    plain.socket.write(framed('query'));
    await until(() => expect(plain.closed).toBe(true));
    expect(listener.counters).toMatchObject({ badProxy: 1, accepted: 0 });
    const silent = Client.from('127.0.0.2', listener);
    silent.socket.write('PROXY TCP4 ');
    await until(() => expect(silent.closed).toBe(true));
    await until(() => expect(listener.counters).toMatchObject({ slowClosed: 1, open: 0 }));
  });

  test('limits are those of clients, not of the proxy', async () => {
    const listener = await whose({ maxConnectionsPerClient: 2 });
    const open = (from: string): Client => {
      const client = Client.from('127.0.0.2', listener);
      client.socket.write(Buffer.concat([Buffer.from(said(from)), framed('a')]));
      return client;
    };
    const served = ['203.0.113.1', '203.0.113.1', '203.0.113.2', '203.0.113.3'].map(open);
    await until(() => expect(served.every(({ messages }) => messages.length === 1)).toBe(true));
    const third = open('203.0.113.1');
    await until(() => expect(third.closed).toBe(true));
    expect(listener.counters).toMatchObject({ refused: 1, open: 4 });
  });
});

describe('opening and closing', () => {
  test('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closers.push(() => other.close());
    const bound = other.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const failure = await serve({
      addresses: [
        { address: '127.0.0.1', port: 0 },
        { address: '127.0.0.1', port },
      ],
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ListenError);
    expect(failure).toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port });
    expect(String(failure)).toContain('another program holds the port');
  });

  test('close answers what was received and ends idle clients', async () => {
    const listener = await serve();
    const idle = new Client(listener);
    await once(idle.socket, 'connect');
    const client = new Client(listener);
    await once(client.socket, 'connect');
    await until(() => expect(listener.counters.open).toBe(2));
    client.socket.write(framed('last'));
    await until(() => expect(client.socket.bytesWritten).toBe(6));
    await turn();
    await listener.close();
    await until(() => expect(client.closed && idle.closed).toBe(true));
    expect(client.messages).toEqual(['last']);
    expect(listener.counters.open).toBe(0);
  });

  test('close does not wait for ever for a client that stays', async () => {
    const listener = await serve({ graceMs: 20 });
    const client = new Client(listener);
    client.socket.removeAllListeners('end');
    await until(() => expect(listener.counters.open).toBe(1));
    await listener.close();
    expect(listener.counters.open).toBe(0);
  });
});

describe('an address more or less', () => {
  const at = { address: '127.0.0.1', port: 0 };
  const where = (memory: Uint8Array, _view: DataView, offset: number): number => {
    memory[offset] = '0'.charCodeAt(0) + (listener?.socket() ?? 0);
    return 1;
  };
  let listener: TcpListener | undefined;
  const ask = async (client: Client): Promise<string | undefined> => {
    const before = client.messages.length;
    client.socket.write(Buffer.from('\0\x01?'));
    await vi.waitFor(() => expect(client.messages.length).toBe(before + 1));
    return client.messages.at(-1);
  };
  const clientOf = (port = 0): Client =>
    new Client({ addresses: [{ address: '', port }] } as unknown as TcpListener);

  test('is served at once, and says which it is; the connections of others go on', async () => {
    listener = await serve({ answer: where });
    const first = new Client(listener);
    expect(await ask(first)).toBe('0');
    expect(await listener.add(at)).toBe(1);
    const second = clientOf(listener.addresses[1]?.port);
    expect(await ask(second)).toBe('1');
    await listener.remove(0);
    expect(first.ended).toBe(true);
    expect(await ask(second)).toBe('1');
    expect(listener.addresses[0]).toBeUndefined();
    expect(listener.counters.open).toBe(1);
    expect(await listener.add(at)).toBe(0);
    expect(await ask(clientOf(listener.addresses[0]?.port))).toBe('0');
    expect(await ask(second)).toBe('1');
  });

  test('answers what has been received before it goes', async () => {
    listener = await serve({ answer: where });
    const client = new Client(listener);
    await once(client.socket, 'connect');
    client.socket.write(Buffer.from('\0\x01?\0\x01?'));
    await turn();
    await listener.remove(0);
    await vi.waitFor(() => expect(client.closed).toBe(true));
    expect(client.messages).toEqual(['0', '0']);
  });

  test('that cannot be had leaves the others as they are', async () => {
    listener = await serve({ answer: where });
    const taken = createServer().listen(0, '127.0.0.1');
    closers.push(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(listener.add({ ...at, port })).rejects.toBeInstanceOf(ListenError);
    expect(await ask(new Client(listener))).toBe('0');
  });
});
