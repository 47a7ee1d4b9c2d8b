// DNS over HTTPS as clients see it, over both versions of HTTP; the messages come back as they went, as responses.

import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { request as requestHttp1 } from 'node:https';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { CertificateMaker, pem } from '../../../../../test/support/certificates.ts';
import { query } from '../../../../../test/support/dns/index.ts';
import type { ClientAuth } from '../../config/server-config.ts';
import type { Answer } from '../reply-batch.ts';
import { listenTcp, type TcpListener } from '../tcp-listener.ts';
import type { TcpOptions } from '../tcp-options.ts';
import { readCredentials } from '../tls/credentials.ts';
import { allocateTicketKeys, readTicketKeys } from '../tls/ticket-keys.ts';
import { newTlsCounters } from '../tls/tls-counters.ts';
import { HttpsDoor } from './https-door.ts';

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());
const authority = maker.make('authority', { commonName: 'authority', isAuthority: true });
const own = maker.make('own');
const friend = maker.make('friend', { issuer: authority, commonName: 'friend' });
const position = { file: 'Corefile', line: 1, column: 1 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Served {
  readonly listener: TcpListener;
  readonly statuses: Map<number, number>;
  readonly port: number;
}

const echo: Answer = (memory, view, offset, length) => {
  memory[offset + 2] = view.getUint8(offset + 2) | 0x80;
  return length;
};

async function serve(
  options: Partial<TcpOptions> = {},
  clientAuth: ClientAuth = 'nocert',
): Promise<Served> {
  const config = { ...own, ca: authority.certificate, clientAuth, position };
  const statuses = new Map<number, number>();
  const door = new HttpsDoor({
    ...{ clientAuth, handshakeTimeoutMs: 20_000, counters: newTlsCounters(), statuses },
    ...{
      credentials: await readCredentials(config),
      ticketKeys: readTicketKeys(allocateTicketKeys()),
    },
  });
  const listener = await listenTcp({ addresses: [], answer: echo, ...options });
  closers.push(() => listener.close());
  await listener.add({ address: '127.0.0.1', port: 0 }, [], door);
  return { listener, statuses, port: listener.addresses[0]?.port ?? 0 };
}

function http2(port: number, options: ConnectionOptions = {}): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, ...options });
  session.on('error', () => {});
  closers.push(() => session.destroy());
  return session;
}

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

type Sent = {
  readonly method?: string;
  readonly path?: string;
  readonly type?: string;
  readonly body?: Uint8Array;
};

async function over2(session: ClientHttp2Session, sent: Sent): Promise<Got> {
  const { method = 'POST', path = '/dns-query', type = 'application/dns-message', body } = sent;
  const stream = session.request({ ':method': method, ':path': path, 'content-type': type });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const gone = Promise.withResolvers<never>();
  stream.on('error', gone.reject);
  stream.on('close', () => gone.reject(new Error('the stream was closed')));
  gone.promise.catch(() => {});
  const response = Promise.race([once(stream, 'response'), gone.promise]);
  if (body === undefined) stream.end();
  else stream.end(body);
  const [headers] = (await response) as [Record<string, unknown>];
  if (!stream.readableEnded) await once(stream, 'end');
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks) };
}

function over1(port: number, sent: Sent): Promise<Got> {
  const { method = 'POST', path = '/dns-query', type = 'application/dns-message', body } = sent;
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type };
    const options = { host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false };
    const request = requestHttp1(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const asked = query('www.example.com. A', { id: 0 });
const answered = Buffer.from(asked);
answered[2] = (answered[2] ?? 0) | 0x80;
const byGet: Sent = { method: 'GET', path: `/dns-query?dns=${asked.toString('base64url')}` };

const until = (claim: () => void): Promise<void> =>
  vi.waitFor(claim, { timeout: 20_000, interval: 5 });

describe.each(['HTTP/2', 'HTTP/1.1'])('over %s', (version) => {
  const ask = (port: number, sent: Sent): Promise<Got> =>
    version === 'HTTP/2' ? over2(http2(port), sent) : over1(port, sent);

  test.each([
    ['GET', byGet],
    ['POST', { body: asked }],
  ])('%s is answered', async (_, sent) => {
    const { port, listener, statuses } = await serve();
    const { status, headers, body } = await ask(port, sent);
    expect(status).toBe(200);
    expect(body.equals(answered)).toBe(true);
    expect(headers).toMatchObject({
      'content-type': 'application/dns-message',
      'content-length': String(asked.length),
      'cache-control': 'max-age=0',
    });
    expect(listener.counters).toMatchObject({ accepted: 1, queries: 1, replies: 1 });
    expect([...statuses]).toEqual([[200, 1]]);
  });

  test.each([
    [404, { ...byGet, path: '/' }],
    [405, { ...byGet, method: 'DELETE' }],
    [400, { ...byGet, path: '/dns-query?dns=!' }],
    [400, { body: Buffer.from('short') }],
    [415, { type: 'text/plain', body: asked }],
    [413, { body: Buffer.alloc(65_536) }],
  ])('status %i says what is wrong: %o', async (status, sent) => {
    const { port, statuses, listener } = await serve();
    const got = await ask(port, sent);
    expect(got.status).toBe(status);
    expect(got.body.toString()).toMatch(/^[^\n]+\n$/);
    if (status === 405) expect(got.headers['allow']).toBe('GET, POST');
    expect([...statuses]).toEqual([[status, 1]]);
    expect(listener.counters.queries).toBe(0);
  });

  test('a message of any size that DNS has is taken and given', async () => {
    const { port } = await serve();
    const large = Buffer.concat([asked, Buffer.alloc(65_535 - asked.length)]);
    const { status, body } = await ask(port, { body: large });
    expect([status, body.length]).toEqual([200, 65_535]);
  });

  test('no reply is none in HTTP', async () => {
    const { port, listener } = await serve({ answer: () => 0 });
    await expect(ask(port, byGet)).rejects.toThrow();
    expect(listener.counters).toMatchObject({ queries: 1, replies: 0 });
  });

  test('a reply that comes later is waited for', async () => {
    let later: ((reply: Uint8Array | undefined) => void) | undefined;
    const served = await serve({
      answer: () => {
        later = served.listener.defer();
        return 0;
      },
      messageTimeoutMs: 20,
      idleTimeoutMs: 20,
      writeTimeoutMs: 20,
    });
    const got = ask(served.port, byGet);
    await until(() => expect(later).toBeDefined());
    // Longer than any of its times: another that does nothing is ended meanwhile.
    await once(await secured(served.port, 'http/1.1'), 'close');
    later?.(answered);
    expect((await got).body.equals(answered)).toBe(true);
  });

  test('a slow body is not waited for', async () => {
    const { port, listener } = await serve({ messageTimeoutMs: 30 });
    const socket = await secured(port, version === 'HTTP/2' ? 'h2' : 'http/1.1');
    const ended = once(socket, 'close');
    if (version === 'HTTP/2') {
      const session = connect('https://127.0.0.1', { createConnection: () => socket });
      session.on('error', () => {});
      const stream = session.request({
        ...{ ':method': 'POST', ':path': '/dns-query' },
        ...{ 'content-type': 'application/dns-message' },
      });
      stream.on('error', () => {});
      stream.write(asked.subarray(0, 5));
    } else {
      socket.write(
        'POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n',
      );
      socket.write('Content-Length: 33\r\n\r\n12345');
    }
    await ended;
    await until(() => expect(listener.counters.open).toBe(0));
    expect(listener.counters.slowClosed).toBe(1);
  });

  test('who says nothing, or half of a head, is idle', async () => {
    const { port, listener } = await serve({ idleTimeoutMs: 50 });
    const sockets = [
      await secured(port, version === 'HTTP/2' ? 'h2' : 'http/1.1'),
      await secured(port, version === 'HTTP/2' ? 'h2' : 'http/1.1'),
    ];
    sockets[1]?.write(version === 'HTTP/2' ? 'PRI * HTTP/2.0\r\n' : 'GET /dns-query HTTP/1.1\r\n');
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    await until(() => expect(listener.counters).toMatchObject({ open: 0, idleClosed: 2 }));
  });

  test('a close lets what is under way be answered', async () => {
    let later: ((reply: Uint8Array | undefined) => void) | undefined;
    const served = await serve({
      answer: () => {
        later = served.listener.defer();
        return 0;
      },
      graceMs: 60_000,
    });
    const got = ask(served.port, byGet);
    await until(() => expect(later).toBeDefined());
    const closed = served.listener.close();
    later?.(answered);
    expect((await got).status).toBe(200);
    await closed;
    expect(served.listener.counters.open).toBe(0);
  });

  test('a place goes to who comes where they are short, and the answer under way to nobody', async () => {
    let later: ((reply: Uint8Array | undefined) => void) | undefined;
    const served = await serve({
      maxConnections: 1,
      answer: () => {
        later = served.listener.defer();
        return 0;
      },
    });
    const lost = expect(ask(served.port, byGet)).rejects.toThrow();
    await until(() => expect(later).toBeDefined());
    const other = await secured(served.port, 'http/1.1');
    expect(served.listener.counters).toMatchObject({ evicted: 1, refused: 0 });
    await lost;
    later?.(answered);
    other.destroy();
    await until(() => expect(served.listener.counters.open).toBe(0));
  });
});

test('requests of one HTTP/2 connection go side by side, and are answered as they are ready', async () => {
  const waiting: ((reply: Uint8Array | undefined) => void)[] = [];
  const served = await serve({
    answer: () => {
      waiting.push(served.listener.defer());
      return 0;
    },
  });
  const session = http2(served.port);
  const first = over2(session, byGet);
  const second = over2(session, { body: asked });
  await until(() => expect(waiting).toHaveLength(2));
  waiting[1]?.(answered);
  expect((await second).status).toBe(200);
  waiting[0]?.(answered);
  expect((await first).status).toBe(200);
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  expect(served.listener.counters.accepted).toBe(1);
});

test('a client that has gone when its reply comes harms nobody', async () => {
  let later: ((reply: Uint8Array | undefined) => void) | undefined;
  const served = await serve({
    answer: () => {
      later = served.listener.defer();
      return 0;
    },
  });
  const session = http2(served.port);
  const stream = session.request({ ':path': byGet.path });
  stream.on('error', () => {});
  stream.end();
  await until(() => expect(later).toBeDefined());
  stream.close(constants.NGHTTP2_CANCEL);
  session.destroy();
  await until(() => expect(served.listener.counters.open).toBe(0));
  later?.(answered);
  expect([...served.statuses]).toEqual([]);
});

test('certificates of clients count as over TLS', async () => {
  const { port, listener } = await serve({}, 'require_and_verify');
  await expect(over2(http2(port), byGet)).rejects.toThrow();
  const certified = { cert: pem(friend.certificate), key: pem(friend.key) };
  expect((await over2(http2(port, certified), byGet)).status).toBe(200);
  const lax = await serve({}, 'require');
  await expect(over2(http2(lax.port), byGet)).rejects.toThrow();
  await until(() => expect(lax.listener.counters.open).toBe(0));
  expect(listener.counters.queries).toBe(1);
});

async function secured(port: number, protocol: string): Promise<TLSSocket> {
  const socket = connectTls({
    ...{ host: '127.0.0.1', port, ALPNProtocols: [protocol], rejectUnauthorized: false },
  });
  closers.push(() => socket.destroy());
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  socket.resume();
  return socket;
}
