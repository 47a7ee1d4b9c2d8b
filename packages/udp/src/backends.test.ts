// Both backends under the same cases: real sockets on loopback.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Address,
  batchedSupport,
  type DgramSocketSet,
  formatPeer,
  type Handler,
  openBatched,
  openDgram,
  openReplySender,
  type SocketSet,
  UdpError,
  type UdpOptions,
} from './index.ts';

interface Backend {
  readonly name: string;
  /** Serves until the test ends, or until `stop`. */
  open(options: UdpOptions, handler: Handler): Promise<Served>;
}

/** A set in use; to both backends one way to change it. */
type Served = SocketSet & {
  stop(): Promise<void>;
  open(address: Address): Promise<number>;
  end(index: number): Promise<void>;
  /** Sends what a handler left to be sent later. */
  later(wayBack: Uint8Array, message: Uint8Array): void;
};

const batched: Backend = {
  name: 'batched',
  open: async (options, handler) => {
    // Client and server share this thread, so a wait must be short and leave the event loop its turns.
    const set = openBatched({ receiveTimeoutMs: 1, ...options });
    let pump: NodeJS.Immediate;
    const serve = (): void => {
      set.serveBatch(handler);
      pump = setImmediate(serve);
    };
    pump = setImmediate(serve);
    const stop = async (): Promise<void> => {
      clearImmediate(pump);
      set.close();
    };
    onEnd(stop);
    const sender = openReplySender();
    const later = (wayBack: Uint8Array, message: Uint8Array): boolean =>
      sender.send(wayBack, message);
    return Object.assign(set, {
      stop,
      later,
      open: async (address: Address) => set.add(address),
      end: async (index: number) => set.remove(index, handler),
    });
  },
};

const dgram: Backend = {
  name: 'dgram',
  open: async (options, handler) => {
    const set = await openDgram(options, handler);
    const stop = (): Promise<void> => set.close();
    onEnd(stop);
    const later: DgramSocketSet['reply'] = (wayBack, message) => set.reply(wayBack, message);
    return Object.assign(set, {
      stop,
      later,
      open: (address: Address) => set.add(address),
      end: (index: number) => set.remove(index),
    });
  },
};

const echo: Handler = (_memory, _view, _offset, length) => length;
const loopback: readonly Address[] = [{ address: '127.0.0.1', port: 0 }];

const cleanups: (() => unknown)[] = [];
const onEnd = (cleanup: () => unknown): number => cleanups.push(cleanup);
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A client of one address. It is connected, so a reply from any other address does not reach it. */
async function connect(address: string, port: number): Promise<Socket> {
  const client = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  onEnd(() => client.close());
  client.connect(port, address);
  await once(client, 'connect');
  return client;
}

async function ask(client: Socket, question: Uint8Array): Promise<Buffer> {
  const reply = once(client, 'message');
  client.send(question);
  return (await reply)[0] as Buffer;
}

const portOf = (set: SocketSet, index = 0): number => set.addresses[index]?.port ?? 0;

const backends: Backend[] = batchedSupport().ok ? [batched, dgram] : [dgram];

describe.skipIf(!batchedSupport().ok)('batched, withdrawing', () => {
  test.each(['127.0.0.1', '::1', '::', '0.0.0.0'])(
    'another set of the group is given what comes, and what has come is answered: %s',
    async (address) => {
      const one = openBatched({ receiveTimeoutMs: 1, addresses: [{ address, port: 0 }] });
      onEnd(() => one.close());
      const port = portOf(one);
      const two = openBatched({ receiveTimeoutMs: 1, addresses: [{ address, port }] });
      onEnd(() => two.close());
      const host = address.replace(/^::$/, '::1').replace('0.0.0.0', '127.0.0.1');
      const clients = await Promise.all(Array.from({ length: 64 }, () => connect(host, port)));
      let replies = 0;
      for (const client of clients) client.on('message', () => (replies += 1));
      const send = (): Promise<unknown> =>
        Promise.all(clients.map((client) => new Promise((done) => client.send('?', done))));
      await send();
      one.withdraw();
      await send();
      for (const set of [one, two]) while (set.serveBatch(echo) > 0);
      await expect.poll(() => replies).toBe(128);
      const before = one.counters.received;
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(64);
      one.close();
      await send();
      while (two.serveBatch(echo) > 0);
      await expect.poll(() => replies).toBe(192);
    },
  );
});

describe.each(backends)('$name', ({ name, open }) => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['0.0.0.0', '127.0.0.1'],
    ['::', '::1'],
    // Through a dual-stack socket.
    ['::', '127.0.0.1'],
  ])('sends later what was asked of %s at %s, from where it was asked', async (address, asked) => {
    const waiting: Uint8Array[] = [];
    const set = await open({ addresses: [{ address, port: 0 }] }, () => {
      waiting.push(set.wayBack().slice());
      return 0;
    });
    const clients = await Promise.all([0, 1].map(() => connect(asked, portOf(set))));
    const replies = clients.map((client) => once(client, 'message'));
    for (const client of clients) client.send('question');
    await expect.poll(() => waiting.length).toBe(2);
    // Both of one batch, perhaps: each has a way of its own. The connected client takes it from nowhere else.
    for (const way of waiting) set.later(way, Buffer.from('reply'));
    for (const reply of replies) expect(String((await reply)[0])).toBe('reply');
    expect(set.counters.dropped).toBe(2);
  });

  test('answers a datagram in place', async () => {
    const set = await open({ addresses: loopback }, (memory, view, offset, length, capacity) => {
      expect(length).toBe(5);
      expect(capacity).toBe(4096);
      expect(view.getUint8(offset)).toBe('h'.charCodeAt(0));
      memory.set(Buffer.from('J'), offset);
      memory.set(Buffer.from('!!'), offset + length);
      return length + 2;
    });
    expect(set.addresses[0]?.address).toBe('127.0.0.1');
    expect(portOf(set)).toBeGreaterThan(0);
    const client = await connect('127.0.0.1', portOf(set));
    expect((await ask(client, Buffer.from('hello'))).toString()).toBe('Jello!!');
    await expect.poll(() => set.counters.sent).toBe(1);
  });

  test('waits where it has no address yet, and serves those that are added', async () => {
    const set = await open({ addresses: [] }, echo);
    const index = await set.open(loopback[0] as Address);
    const client = await connect('127.0.0.1', portOf(set, index));
    expect((await ask(client, Buffer.from('hello'))).toString()).toBe('hello');
    await set.end(index);
    const again = await set.open(loopback[0] as Address);
    const other = await connect('127.0.0.1', portOf(set, again));
    expect((await ask(other, Buffer.from('again'))).toString()).toBe('again');
  });

  test('answers a burst of 200', async () => {
    const set = await open({ addresses: loopback }, echo);
    const client = await connect('127.0.0.1', portOf(set));
    const seen = new Set<number>();
    client.on('message', (message) => seen.add(message.readUInt16BE()));
    for (let i = 0; i < 200; i++) {
      const question = Buffer.alloc(40);
      question.writeUInt16BE(i);
      client.send(question);
    }
    await expect.poll(() => seen.size).toBe(200);
    expect(set.counters.received).toBe(200);
    if (name === 'batched') expect(set.counters.batches).toBeLessThan(100);
  });

  test('sends nothing for 0, and the replies around it to the right peers', async () => {
    const set = await open({ addresses: loopback }, (memory, _view, offset, length) =>
      memory[offset] === 0 ? 0 : length,
    );
    const quiet = await connect('127.0.0.1', portOf(set));
    const loud = await connect('127.0.0.1', portOf(set));
    const heard: string[] = [];
    quiet.on('message', (message) => heard.push(`quiet ${message.join()}`));
    loud.on('message', (message) => heard.push(`loud ${message.join()}`));
    const script: [Socket, number][] = [
      [quiet, 0],
      [loud, 1],
      [quiet, 0],
      [quiet, 2],
      [loud, 0],
      [loud, 3],
    ];
    for (const [client, octet] of script) client.send(Buffer.from([octet]));
    await expect.poll(() => heard.length).toBe(3);
    expect(heard.sort()).toEqual(['loud 1', 'loud 3', 'quiet 2']);
    await expect.poll(() => set.counters).toMatchObject({ received: 6, dropped: 3, sent: 3 });
  });

  test('hands over an empty datagram', async () => {
    const lengths: number[] = [];
    const set = await open({ addresses: loopback }, (memory, _view, offset, length) => {
      lengths.push(length);
      memory[offset] = 7;
      return 1;
    });
    const client = await connect('127.0.0.1', portOf(set));
    expect([...(await ask(client, Buffer.alloc(0)))]).toEqual([7]);
    expect(lengths).toEqual([0]);
  });

  test('drops a datagram longer than its slot and serves the next', async () => {
    const set = await open({ addresses: loopback, slotSize: 512 }, echo);
    const client = await connect('127.0.0.1', portOf(set));
    client.send(Buffer.alloc(513));
    expect(await ask(client, Buffer.alloc(512, 1))).toHaveLength(512);
    await expect.poll(() => set.counters).toMatchObject({ received: 2, truncated: 1, sent: 1 });
  });

  test('returns random datagrams of any length unchanged', async () => {
    const slotSize = 1500;
    const set = await open({ addresses: loopback, slotSize, batch: 7 }, echo);
    const client = await connect('127.0.0.1', portOf(set));
    const replies = new Map<number, Buffer>();
    client.on('message', (message) => replies.set(message.readUInt16BE(), message));
    const questions = Array.from({ length: 60 }, (_, i) => {
      const question = crypto.getRandomValues(
        Buffer.alloc(2 + Math.floor(Math.random() * (slotSize - 1))),
      );
      question.writeUInt16BE(i);
      return question;
    });
    for (const question of questions) client.send(question);
    await expect.poll(() => replies.size).toBe(questions.length);
    for (const [i, question] of questions.entries()) expect(replies.get(i)).toEqual(question);
  });

  test('skips a reply that the kernel refuses and sends the others', async () => {
    // 65,535 octets fit the slot, but no UDP datagram (EMSGSIZE).
    const set = await open(
      { addresses: loopback, slotSize: 65535 },
      (memory, _v, offset, length) => (memory[offset] === 1 ? 65535 : length),
    );
    const client = await connect('127.0.0.1', portOf(set));
    const heard: number[] = [];
    client.on('message', (message) => heard.push(message[0] ?? -1));
    for (const octet of [0, 1, 2, 1, 1, 3]) client.send(Buffer.from([octet]));
    await expect.poll(() => heard).toEqual([0, 2, 3]);
    await expect.poll(() => set.counters).toMatchObject({ sent: 3, sendErrors: 3 });
  });

  test('replies from the address that was asked on a wildcard socket', async () => {
    const set = await open({ addresses: [{ address: '::', port: 0 }] }, echo);
    const asked = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ scopeid }) => !scopeid)
      .map(({ address }) => address);
    // dgram has a socket for each address that an interface names, and 127.0.0.2 is not among them.
    if (name === 'batched') asked.push('127.0.0.2');
    for (const address of asked) {
      const client = await connect(address, portOf(set));
      expect((await ask(client, Buffer.from(address))).toString()).toBe(address);
    }
    expect(set.counters.received).toBe(asked.length);
  });

  test('keeps 0.0.0.0 and :: apart on one port, and says which was asked', async () => {
    const first = await open({ addresses: [{ address: '0.0.0.0', port: 0 }] }, echo);
    const port = portOf(first);
    await first.stop();
    const addresses = [
      { address: '0.0.0.0', port },
      { address: '::', port },
    ];
    const set = await open({ addresses }, (memory, _view, offset, _length, _capacity, socket) => {
      memory[offset] = socket;
      return 1;
    });
    for (const [address, socket] of [
      ['127.0.0.1', 0],
      ['::1', 1],
      [name === 'batched' ? '127.0.0.2' : '127.0.0.1', 0],
    ] as const) {
      const client = await connect(address, port);
      expect([...(await ask(client, Buffer.from('?')))]).toEqual([socket]);
    }
    expect(set.addresses).toEqual(addresses);
  });

  test('tells the handler who asks', async () => {
    const peers: string[] = [];
    const addresses = ['127.0.0.1', '::1', '::'].map((address) => ({ address, port: 0 }));
    const set: SocketSet = await open({ addresses }, (_memory, _view, _offset, length) => {
      peers.push(formatPeer(set.peer()));
      expect(set.peerFamily()).toBe(set.peer()[0]);
      return length;
    });
    const expected: string[] = [];
    for (const [address, socket, text] of [
      ['127.0.0.1', 0, '127.0.0.1'],
      ['::1', 1, '[::1]'],
      ['127.0.0.1', 2, '127.0.0.1'],
    ] as const) {
      const client = await connect(address, portOf(set, socket));
      await ask(client, Buffer.from('?'));
      expected.push(`${text}:${client.address().port}`);
    }
    expect(peers).toEqual(expected);
  });

  test('shares a port with another socket set', async () => {
    const one = await open({ addresses: loopback }, echo);
    const addresses = [{ address: '127.0.0.1', port: portOf(one) }];
    const two = await open({ addresses }, echo);
    // The kernel spreads clients by a hash: 64 of them on one side has odds of 2^-63.
    for (let i = 0; i < 64; i++) {
      await ask(await connect('127.0.0.1', portOf(one)), Buffer.from('?'));
    }
    expect(one.counters.received).toBeGreaterThan(0);
    expect(two.counters.received).toBeGreaterThan(0);
    expect(one.counters.received + two.counters.received).toBe(64);
  });

  test('opens again after closing', async () => {
    const one = await open({ addresses: loopback }, echo);
    const addresses = [{ address: '127.0.0.1', port: portOf(one) }];
    await one.stop();
    await one.stop();
    const two = await open({ addresses }, echo);
    const client = await connect('127.0.0.1', portOf(two));
    expect(await ask(client, Buffer.from('?'))).toHaveLength(1);
  });

  test('takes on another address, lets go of one, and gives its place to the next', async () => {
    const set = await open(
      { addresses: loopback },
      (memory, _view, offset, _length, _capacity, socket) => {
        memory[offset] = socket;
        return 1;
      },
    );
    const first = await connect('127.0.0.1', portOf(set));
    expect(await set.open({ address: '127.0.0.1', port: 0 })).toBe(1);
    const second = await connect('127.0.0.1', portOf(set, 1));
    expect([...(await ask(second, Buffer.from('?')))]).toEqual([1]);
    expect([...(await ask(first, Buffer.from('?')))]).toEqual([0]);
    await set.end(0);
    expect(set.addresses).toEqual([undefined, expect.objectContaining({ address: '127.0.0.1' })]);
    expect([...(await ask(second, Buffer.from('?')))]).toEqual([1]);
    const refused = once(first, 'error');
    first.send('?');
    expect((await refused)[0]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(await set.open({ address: '::1', port: 0 })).toBe(0);
    const third = await connect('::1', portOf(set));
    expect([...(await ask(third, Buffer.from('?')))]).toEqual([0]);
    expect([...(await ask(second, Buffer.from('?')))]).toEqual([1]);
  });

  test('answers what a socket has received before it lets go of it', async () => {
    const set = await open({ addresses: [...loopback, ...loopback] }, echo);
    const client = await connect('127.0.0.1', portOf(set));
    let replies = 0;
    client.on('message', () => (replies += 1));
    for (let i = 0; i < 200; i++) client.send(Buffer.alloc(40));
    // A send on loopback delivers, once libuv has made it.
    await new Promise((resolve) => client.send(Buffer.alloc(40), resolve));
    await set.end(0);
    await expect.poll(() => replies).toBe(201);
  });

  test('stays as it was where another address cannot be had', async () => {
    const set = await open({ addresses: loopback }, echo);
    const lacking = set.open({ address: '198.51.100.1', port: 0 });
    await expect(lacking).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
    expect(set.addresses).toHaveLength(1);
    const client = await connect('127.0.0.1', portOf(set));
    expect(await ask(client, Buffer.from('?'))).toHaveLength(1);
  });

  test('names the port that another program holds', async () => {
    const foreign = createSocket('udp4').bind(0, '127.0.0.1');
    onEnd(() => foreign.close());
    await once(foreign, 'listening');
    const { port } = foreign.address();
    const addresses = [...loopback, { address: '127.0.0.1', port }];
    const error = await open({ addresses }, echo).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UdpError);
    expect(error).toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port });
    expect((error as UdpError).message).toMatch(`127.0.0.1:${port}: bind: EADDRINUSE; another`);
  });

  test('names an address that this machine lacks', async () => {
    const addresses = [{ address: '198.51.100.1', port: 0 }];
    await expect(open({ addresses }, echo)).rejects.toMatchObject({
      code: 'EADDRNOTAVAIL',
      message: expect.stringContaining('no interface of this machine'),
    });
  });

  // As root, for a moment as somebody else; where any user may take any port there is nothing to refuse.
  test.skipIf(process.platform !== 'linux')('says what a forbidden port needs', async (context) => {
    const { readFileSync } = await import('node:fs');
    const start = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
    if (Number(readFileSync(start, 'utf8')) <= 1) context.skip();
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      const addresses = [{ address: '127.0.0.1', port: 1 }];
      await expect(open({ addresses }, echo)).rejects.toMatchObject({
        code: 'EACCES',
        message: expect.stringContaining('CAP_NET_BIND_SERVICE'),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test.each([
    [{ addresses: [{ address: 'example.com', port: 0 }] }, /"example.com" is not an IP address/],
    [{ addresses: [{ address: '::1', port: 65536 }] }, /port 65536/],
    [{ addresses: loopback, batch: 0 }, /batch is 0; .* 1\.\.1024/],
    [{ addresses: loopback, slotSize: 70_000 }, /slotSize is 70000/],
    [{ addresses: loopback, receiveTimeoutMs: 1.5 }, /receiveTimeoutMs is 1.5/],
  ])('refuses the options %j', async (options, message) => {
    await expect(open(options, echo)).rejects.toMatchObject({
      code: 'EINVAL',
      message: expect.stringMatching(message),
    });
  });
});

test.runIf(batchedSupport().ok)('a way back is closed with its socket', async () => {
  let way: Uint8Array | undefined;
  const set = await batched.open({ addresses: loopback }, () => {
    way = set.wayBack().slice();
    return 0;
  });
  const client = await connect('127.0.0.1', portOf(set));
  client.send('question');
  await expect.poll(() => way).toBeDefined();
  const sender = openReplySender();
  await set.stop();
  expect(sender.send(way as Uint8Array, Buffer.from('reply'))).toBe(false);
  // Its descriptor is another socket's now, or none.
  await batched.open({ addresses: loopback }, echo);
  expect(sender.send(way as Uint8Array, Buffer.from('reply'))).toBe(false);
  // Another one of the same address can send it.
  let other: Uint8Array | undefined;
  const address = { address: '127.0.0.1', port: portOf(set) };
  const successor = await batched.open({ addresses: [address] }, () => {
    other = successor.wayBack().slice();
    return 0;
  });
  const further = await connect('127.0.0.1', portOf(successor));
  further.send('question');
  await expect.poll(() => other).toBeDefined();
  const heard = once(client, 'message');
  expect(sender.send(way as Uint8Array, Buffer.from('reply'), other)).toBe(true);
  expect(String((await heard)[0])).toBe('reply');
});
