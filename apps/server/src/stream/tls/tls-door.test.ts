// DNS over TLS as clients see it; the messages in it come back as they went.

import { connect as connectTcp, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { CertificateMaker, pem } from '../../../../../test/support/certificates.ts';
import type { ClientAuth } from '../../config/server-config.ts';
import { proxySources } from '../proxy-sources.ts';
import { listenTcp, type TcpListener } from '../tcp-listener.ts';
import type { TcpOptions } from '../tcp-options.ts';
import { readCredentials } from './credentials.ts';
import { allocateTicketKeys, readTicketKeys, renewTicketKeys } from './ticket-keys.ts';
import { newTlsCounters, type TlsCounters } from './tls-counters.ts';
import { TlsDoor } from './tls-door.ts';

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());
const authority = maker.make('authority', { commonName: 'authority', isAuthority: true });
const own = maker.make('own');
const renewed = maker.make('renewed', { commonName: 'ns2.example.com' });
const friend = maker.make('friend', { issuer: authority, commonName: 'friend' });
const stranger = maker.make('stranger', { commonName: 'stranger' });
const position = { file: 'Corefile', line: 1, column: 1 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Served {
  readonly listener: TcpListener;
  readonly door: TlsDoor;
  readonly counters: TlsCounters;
}

const tickets = allocateTicketKeys();

async function serve(
  clientAuth: ClientAuth = 'nocert',
  {
    handshakeTimeoutMs = 20_000,
    ...options
  }: Partial<TcpOptions> & { handshakeTimeoutMs?: number } = {},
): Promise<Served> {
  const config = { ...own, ca: authority.certificate, clientAuth, position };
  const counters = newTlsCounters();
  const door = new TlsDoor({
    ...{ clientAuth, handshakeTimeoutMs, counters },
    ...{ credentials: await readCredentials(config), ticketKeys: readTicketKeys(tickets) },
  });
  const listener = await listenTcp({
    addresses: [],
    answer: (_memory, _view, _offset, length) => length,
    ...options,
  });
  closers.push(() => listener.close());
  await listener.add({ address: '127.0.0.1', port: 0 }, [], door);
  return { listener, door, counters };
}

/** What became of one message: its echo, or the reason why there was none. */
interface Outcome {
  readonly echo: string;
  readonly error: string;
  readonly protocol: string;
  readonly resumed: boolean;
  /** Whose certificate was shown. */
  readonly subject: string;
  readonly session: Buffer | undefined;
}

const MESSAGE = Buffer.from([0, 3, 0x61, 0x62, 0x63]);

async function ask({ listener }: Served, options: ConnectionOptions = {}): Promise<Outcome> {
  const port = listener.addresses[0]?.port ?? 0;
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  closers.push(() => socket.destroy());
  let [echo, error] = ['', ''];
  let session: Buffer | undefined;
  let [resumed, subject, protocol] = [false, '', ''];
  socket.on('secureConnect', () => {
    resumed = socket.isSessionReused();
    subject = socket.getPeerX509Certificate()?.subject ?? '';
    protocol = socket.alpnProtocol || '';
  });
  socket.on('session', (ticket: Buffer) => {
    session = ticket;
  });
  socket.on('error', (caught: NodeJS.ErrnoException) => {
    error = caught.message;
  });
  socket.on('data', (chunk: Buffer) => {
    echo += chunk.toString('latin1', 2);
    socket.end();
  });
  socket.write(MESSAGE);
  await closed(socket);
  return { echo, error, resumed, subject, protocol, session };
}

/** With or without an error. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.on('close', () => resolve()));

const until = (claim: () => void): Promise<void> =>
  vi.waitFor(claim, { timeout: 20_000, interval: 5 });

test('behind a proxy: its header comes first, in one segment with the handshake, and names the client', async () => {
  const peers: string[] = [];
  const served: Served = await serve('nocert', {
    proxies: () => proxySources(['127.0.0.0/8']),
    answer: (_memory, _view, _offset, length) => {
      peers.push(served.listener.peer().subarray(16).join('.'));
      return length;
    },
  });
  const raw = connectTcp({ port: served.listener.addresses[0]?.port ?? 0, host: '127.0.0.1' });
  closers.push(() => raw.destroy());
  let header = 'PROXY TCP4 203.0.113.7 192.0.2.53 4321 853\r\n';
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      raw.write(Buffer.concat([Buffer.from(header), chunk]), done);
      header = '';
    },
  });
  raw.on('data', (chunk) => socket.push(chunk));
  expect((await ask(served, { socket })).echo).toBe('abc');
  expect(peers).toEqual(['203.0.113.7']);
});

describe('a handshake', () => {
  test('leads to answers', async () => {
    const served = await serve();
    const options = { ALPNProtocols: ['dot'] };
    const { echo, protocol } = await ask(served, options);
    expect([echo, protocol]).toEqual(['abc', 'dot']);
    expect(served.listener.counters).toMatchObject({ accepted: 1, queries: 1, replies: 1 });
    expect(served.counters).toMatchObject({ handshakesFull: 1, handshakesFailed: 0 });
  });

  test('leaves a client that has said all its answers', async () => {
    const served = await serve();
    const port = served.listener.addresses[0]?.port ?? 0;
    const tcp = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true });
    const socket = connect({ socket: tcp, rejectUnauthorized: false });
    let echo = '';
    socket.on('data', (chunk: Buffer) => {
      echo += chunk.toString('latin1');
    });
    socket.end(Buffer.concat([MESSAGE, MESSAGE]));
    await closed(socket);
    expect(echo).toBe(Buffer.concat([MESSAGE, MESSAGE]).toString('latin1'));
  });

  test('of an older version, or for another protocol, fails', async () => {
    const served = await serve();
    const old = await ask(served, { maxVersion: 'TLSv1.2' });
    const other = await ask(served, { ALPNProtocols: ['h2'] });
    expect([old.echo, other.echo]).toEqual(['', '']);
    expect(other.error).toMatch(/no.application.protocol/i);
    await until(() => expect(served.listener.counters.open).toBe(0));
    expect(served.counters.handshakesFull).toBe(0);
    expect(served.counters.handshakesFailed).toBeGreaterThanOrEqual(1);
  });

  test('that does not come to an end is cut short', async () => {
    const served = await serve('nocert', { handshakeTimeoutMs: 30 });
    const port = served.listener.addresses[0]?.port ?? 0;
    const socket = connectTcp({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(Buffer.from([22, 3, 1]));
    socket.resume();
    await closed(socket);
    await until(() => expect(served.listener.counters.open).toBe(0));
    expect(served.counters.handshakesSlow).toBe(1);
  });

  test('takes a place, which is given to another where they are short', async () => {
    const served = await serve('nocert', { maxConnections: 2 });
    const port = served.listener.addresses[0]?.port ?? 0;
    const silent = [0, 1].map(() => connectTcp({ port, host: '127.0.0.1' }).on('error', () => {}));
    closers.push(() => silent.forEach((socket) => void socket.destroy()));
    await until(() => expect(served.listener.counters.open).toBe(2));
    expect((await ask(served)).echo).toBe('abc');
    expect(served.listener.counters).toMatchObject({ evicted: 1, idleClosed: 0 });
  });

  test('counts among the connections of its client', async () => {
    const served = await serve('nocert', { maxConnectionsPerClient: 1 });
    const port = served.listener.addresses[0]?.port ?? 0;
    const silent = connectTcp({ port, host: '127.0.0.1' });
    await until(() => expect(served.listener.counters.open).toBe(1));
    expect((await ask(served)).echo).toBe('');
    expect(served.listener.counters.refused).toBe(1);
    silent.destroy();
    await until(() => expect(served.listener.counters.open).toBe(0));
    expect((await ask(served)).echo).toBe('abc');
  });

  test('does not keep a close waiting', async () => {
    const served = await serve('nocert', { graceMs: 60_000 });
    const port = served.listener.addresses[0]?.port ?? 0;
    const silent = connectTcp({ port, host: '127.0.0.1' });
    silent.on('error', () => {});
    await until(() => expect(served.listener.counters.open).toBe(1));
    await served.listener.close();
    expect(served.listener.counters.open).toBe(0);
  });
});

const certified = ({ certificate, key }: { certificate: string; key: string }) => ({
  ...{ cert: pem(certificate), key: pem(key) },
});

describe('whoever is asked for a certificate', () => {
  const clients = {
    none: {},
    stranger: certified(stranger),
    friend: certified(friend),
  };

  test.each([
    ['nocert', ['none', 'stranger', 'friend']],
    ['request', ['none', 'stranger', 'friend']],
    ['require', ['stranger', 'friend']],
    ['verify_if_given', ['none', 'friend']],
    ['require_and_verify', ['friend']],
  ] as const)('%s: %o are served', async (clientAuth, served) => {
    const server = await serve(clientAuth);
    for (const [name, options] of Object.entries(clients)) {
      const { echo } = await ask(server, options);
      const expected = (served as readonly string[]).includes(name) ? 'abc' : '';
      expect([name, echo]).toEqual([name, expected]);
    }
    await until(() => expect(server.listener.counters.open).toBe(0));
  });
});

describe('a session', () => {
  const take = async (served: Served, session?: Buffer) => {
    const {
      echo,
      resumed,
      session: next,
    } = await ask(served, {
      ...(session === undefined ? {} : { session }),
    });
    return { echo, resumed, session: next };
  };

  test('is taken up again', async () => {
    const served = await serve();
    const { session } = await take(served);
    expect(await take(served, session)).toMatchObject({ echo: 'abc', resumed: true });
    expect(served.counters).toMatchObject({ handshakesFull: 1, handshakesResumed: 1 });
    // By another listener of the same process, or the successor of a worker.
    const other = await serve();
    expect(await take(other, session)).toMatchObject({ echo: 'abc', resumed: true });
  });

  test('outlives the renewal of a certificate, which others get', async () => {
    const served = await serve();
    const { session } = await take(served);
    const next = { ...renewed, clientAuth: 'nocert', position } as const;
    served.door.renew(await readCredentials(next), readTicketKeys(tickets));
    expect(await take(served, session)).toMatchObject({ echo: 'abc', resumed: true });
    const { echo, resumed, subject } = await ask(served);
    expect([echo, resumed]).toEqual(['abc', false]);
    expect(subject).toBe('CN=ns2.example.com');
  });

  test('does not lead past a certificate that another listener asks for', async () => {
    const { session } = await take(await serve('nocert'));
    for (const clientAuth of ['require', 'require_and_verify'] as const) {
      const strict = await serve(clientAuth);
      expect(await take(strict, session)).toMatchObject({ echo: '', resumed: false });
    }
  });

  test('of a client that was verified is taken up again', async () => {
    const strict = await serve('require_and_verify');
    const first = await ask(strict, { ...certified(friend) });
    const { session } = first;
    const options = { ...certified(friend), ...(session === undefined ? {} : { session }) };
    const { echo, resumed } = await ask(strict, options);
    expect([echo, resumed]).toEqual(['abc', true]);
  });

  test('is good no more when the key has been replaced, after a day', async () => {
    const served = await serve();
    const { session } = await take(served);
    const now = Date.now();
    expect(renewTicketKeys(tickets, now + 3_600_000)).toBe(false);
    const before = readTicketKeys(tickets);
    expect(renewTicketKeys(tickets, now + 86_500_000)).toBe(true);
    expect(readTicketKeys(tickets).equals(before)).toBe(false);
    const config = { ...own, clientAuth: 'nocert', position } as const;
    served.door.renew(await readCredentials(config), readTicketKeys(tickets));
    expect(await take(served, session)).toMatchObject({ echo: 'abc', resumed: false });
    // A clock that was set back makes a new one, too.
    expect(renewTicketKeys(tickets, now)).toBe(true);
  });
});
