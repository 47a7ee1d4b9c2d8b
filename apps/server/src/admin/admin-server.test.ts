import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ListenError } from '../stream/listen-error.ts';
import { type AdminServer, type Endpoint, openAdmin } from './admin-server.ts';
import { healthEndpoint, readyEndpoint } from './endpoints.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(...endpoints: Endpoint[]): Promise<AdminServer> {
  const admin = await openAdmin(endpoints);
  closers.push(() => admin.close());
  return admin;
}

interface Response {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

async function ask(port = 0, path = '/', method = 'GET', host = '127.0.0.1'): Promise<Response> {
  const asked = request({ host, port, path, method, agent: false }).end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body, headers: response.headers };
}

const place = { address: '127.0.0.1', port: 0 };

describe('endpoints', () => {
  test('health says OK', async () => {
    const { ports } = await open(healthEndpoint(place));
    expect(await ask(ports[0], '/health')).toMatchObject({ status: 200, body: 'OK' });
  });

  test('ready names what is missing, as things are at the moment', async () => {
    const source = { notReady: ['watcher', 'k8s_gateway'] };
    const { ports } = await open(readyEndpoint(place, source));
    const before = await ask(ports[0], '/ready');
    expect(before).toMatchObject({ status: 503, body: 'k8s_gateway,watcher' });
    source.notReady = [];
    expect(await ask(ports[0], '/ready')).toMatchObject({ status: 200, body: 'OK' });
    source.notReady = ['Shutting down'];
    expect(await ask(ports[0], '/ready')).toMatchObject({ status: 503, body: 'Shutting down' });
  });

  test('two share an address', async () => {
    const { ports } = await open(healthEndpoint(place), readyEndpoint(place, { notReady: [] }));
    expect(ports[0]).toBe(ports[1]);
    expect(await ask(ports[0], '/health')).toMatchObject({ status: 200 });
    expect(await ask(ports[0], '/ready')).toMatchObject({ status: 200 });
  });

  test('no address means all of both families', async () => {
    const { ports } = await open(healthEndpoint({ address: '', port: 0 }));
    expect(await ask(ports[0], '/health', 'GET', '127.0.0.1')).toMatchObject({ status: 200 });
    expect(await ask(ports[0], '/health', 'GET', '::1')).toMatchObject({ status: 200 });
  });
});

describe('requests', () => {
  test('other paths are 404; a query string makes no difference', async () => {
    const { ports } = await open(healthEndpoint(place));
    expect(await ask(ports[0], '/ready')).toMatchObject({ status: 404 });
    expect(await ask(ports[0], '/health/')).toMatchObject({ status: 404 });
    expect(await ask(ports[0], '/health?probe=1')).toMatchObject({ status: 200 });
  });

  test('HEAD has the length and no body; POST is refused', async () => {
    const { ports } = await open(healthEndpoint(place));
    const head = await ask(ports[0], '/health', 'HEAD');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-length']).toBe('2');
    const post = await ask(ports[0], '/health', 'POST');
    expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  test('an endpoint that throws is a 500, and the next request is answered', async () => {
    const reply = () => {
      throw new Error('nobody home');
    };
    const { ports } = await open(
      { ...place, name: 'odd', path: '/odd', reply },
      healthEndpoint(place),
    );
    expect(await ask(ports[0], '/odd')).toMatchObject({ status: 500, body: 'nobody home\n' });
    expect(await ask(ports[0], '/health')).toMatchObject({ status: 200 });
  });

  test('a request that drips in is cut off', async () => {
    const { ports } = await open(healthEndpoint(place));
    const socket = connect({ port: ports[0] ?? 0, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.resume();
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n');
    const drip = setInterval(() => socket.write('X-Drip: 1\r\n'), 200);
    await once(socket, 'close');
    clearInterval(drip);
  });

  test('a header without end is refused', async () => {
    const { ports } = await open(healthEndpoint(place));
    const socket = connect({ port: ports[0] ?? 0, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(`GET /health HTTP/1.1\r\nX-Long: ${'x'.repeat(20_000)}`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('431');
    socket.destroy();
  });
});

describe('opening and closing', () => {
  test('a port in use names the endpoints, the address and what to do; nothing stays open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    closers.push(() => other.close());
    const bound = other.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const taken = { address: '127.0.0.1', port };
    const failure = await open(
      healthEndpoint(place),
      healthEndpoint(taken),
      readyEndpoint(taken, { notReady: [] }),
    ).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ListenError);
    expect(failure).toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port });
    expect(String(failure)).toContain(`cannot open health, ready on 127.0.0.1:${port}`);
  });

  test('close ends idle connections and may be called again', async () => {
    const admin = await openAdmin([healthEndpoint(place)]);
    const socket = connect({ port: admin.ports[0] ?? 0, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await Promise.all([admin.close(), admin.close()]);
    await closed;
    await admin.close();
  });
});

describe('a change', () => {
  const free = async (): Promise<number> => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    await new Promise((done) => holder.close(done));
    return port;
  };
  const health = (port: number, address = '127.0.0.1') => healthEndpoint({ address, port });
  const ready = (port: number) => readyEndpoint({ ...place, port }, { notReady: [] });

  test('opens what is new, keeps what stays, and closes what goes', async () => {
    const [kept, old, next] = [await free(), await free(), await free()];
    const admin = await open(health(kept), ready(old));
    const idle = connect(kept, '127.0.0.1');
    closers.push(() => idle.destroy());
    await once(idle, 'connect');
    let isClosed = false;
    idle.on('close', () => {
      isClosed = true;
    });
    const change = await admin.prepare([health(kept), ready(kept), ready(next)]);
    expect(await ask(old, '/ready')).toMatchObject({ status: 200 });
    expect(await ask(kept, '/ready')).toMatchObject({ status: 404 });
    await change.commit();
    expect(admin.ports).toEqual([kept, kept, next]);
    expect(await ask(kept, '/ready')).toMatchObject({ status: 200 });
    expect(await ask(next, '/ready')).toMatchObject({ status: 200 });
    await expect(ask(old, '/ready')).rejects.toThrow('ECONNREFUSED');
    expect(isClosed).toBe(false);
  });

  test('that is taken back leaves all as it was', async () => {
    const [old, next] = [await free(), await free()];
    const admin = await open(health(old));
    const change = await admin.prepare([health(next)]);
    await change.rollback();
    expect(await ask(old, '/health')).toMatchObject({ status: 200 });
    await expect(ask(next, '/health')).rejects.toThrow('ECONNREFUSED');
  });

  test('to an address that covers the one before it, and back where another cannot be had', async () => {
    const port = await free();
    const admin = await open(health(port));
    const everywhere = await admin.prepare([health(port, '')]);
    await everywhere.commit();
    expect(await ask(port, '/health')).toMatchObject({ status: 200 });
    const holder = createServer().listen(0, '127.0.0.1');
    closers.push(() => holder.close());
    await once(holder, 'listening');
    const { port: taken } = holder.address() as { port: number };
    await expect(admin.prepare([health(port), health(taken)])).rejects.toBeInstanceOf(ListenError);
    expect(await ask(port, '/health')).toMatchObject({ status: 200 });
    expect(await ask(port, '/health', 'GET', '::1')).toMatchObject({ status: 200 });
  });
});
