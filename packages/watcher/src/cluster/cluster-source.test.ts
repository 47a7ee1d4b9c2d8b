import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  bookmark,
  type Exchange,
  event,
  FakeApiServer,
  ingressObject,
  type Reply,
} from '../../test-support/fake-api-server.ts';
import { listBody, objectMessage } from '../../test-support/kube-messages.ts';
import { RecordingSink, recordingLogger } from '../../test-support/recording-sink.ts';
import type { ObjectKind } from '../sources/contract.ts';
import { replyHere } from './access-reply.ts';
// Here and not in the first test, which would wait for it no longer than for anything else.
import './kube-config.ts';
import { ClusterSource, type ClusterSourceOptions } from './cluster-source.ts';

const a = ingressObject('a', 'a.example.com', '192.0.2.1', '5');
const b = ingressObject('b', 'b.example.com', '192.0.2.2', '6');

let directory: string;
let stop: AbortController;
let server: FakeApiServer;
let sink: RecordingSink;
let log: ReturnType<typeof recordingLogger>;
let slept: number[];
let running: Promise<void>;
/** What the server replies to a whole list. */
let wholeList: Reply | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-cluster-'));
  stop = new AbortController();
  sink = new RecordingSink();
  log = recordingLogger();
  slept = [];
  wholeList = undefined;
});

afterEach(async () => {
  stop.abort();
  await running;
  await vi.waitFor(async () => expect(await server.connections).toBe(0));
  await server.close();
  await rm(directory, { recursive: true });
});

async function start(
  reply: Reply,
  kinds: readonly ObjectKind[] = ['Ingress'],
  options: Partial<ClusterSourceOptions> = {},
  user?: object,
): Promise<void> {
  server = await new FakeApiServer(reply).listen();
  server.wholeList = wholeList;
  const file = join(directory, 'kubeconfig');
  await writeFile(file, server.kubeconfig(user));
  const source = new ClusterSource({ kind: 'kubeconfig', file }, kinds, {
    logger: log,
    sleep: async (ms) => {
      slept.push(ms);
      // Lets the clock of the world go on, so that a failing test is no busy loop.
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    random: () => 0.5,
    ask: replyHere,
    ...options,
  });
  running = source.start(sink, stop.signal);
}

/** The nth request gets the nth reply; the last reply serves all that follow. */
function inTurn(...replies: readonly Reply[]): Reply {
  let turn = 0;
  return (exchange) => replies[Math.min(turn++, replies.length - 1)]?.(exchange);
}

const streamed: Reply = (exchange) => {
  exchange.events(event('ADDED', a), event('ADDED', b), bookmark('10', true));
};
const quiet: Reply = (exchange) => {
  exchange.response.flushHeaders();
};
const lastQuery = (): Exchange['query'] | undefined => server.exchanges.at(-1)?.query;

describe('lists', () => {
  test('a streamed list ends at its bookmark and goes on as a watch', async () => {
    await start((exchange) => {
      streamed(exchange);
      exchange.events(event('DELETED', b));
    });
    await vi.waitFor(() => expect(sink.calls.at(-1)).toBe('flush'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
    expect(sink.calls.slice(0, 4)).toEqual([
      'beginList Ingress',
      'upsert Ingress default/a',
      'upsert Ingress default/b',
      'endList Ingress',
    ]);
    expect(server.exchanges[0]?.request.headers.authorization).toBe('Bearer secret');
    expect(server.exchanges[0]?.path).toBe('/apis/networking.k8s.io/v1/ingresses');
  });

  test.each([400, 422])('refused with %i, the paged list takes over', async (status) => {
    await start((exchange) => {
      const { query } = exchange;
      if (exchange.isStreamedList)
        exchange.refuse(status, 'Invalid', 'sendInitialEvents is forbidden');
      else if (exchange.isWatch) quiet(exchange);
      else if (query.has('continue')) {
        exchange.json({ metadata: { resourceVersion: '20' }, items: [b] });
      } else exchange.json({ metadata: { resourceVersion: '20', continue: 'more' }, items: [a] });
    });
    await vi.waitFor(() => expect(lastQuery()?.get('resourceVersion')).toBe('20'));
    expect(server.exchanges[1]?.query.get('limit')).toBe('500');
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    expect(slept).toEqual([]);
  });

  test('a continue token that expired starts the list over', async () => {
    let expired = false;
    await start((exchange) => {
      if (exchange.isStreamedList) return exchange.refuse(422, 'Invalid', '');
      if (exchange.isWatch) return quiet(exchange);
      if (!exchange.query.has('continue')) {
        const more = expired ? undefined : 'more';
        return exchange.json({ metadata: { resourceVersion: '30', continue: more }, items: [a] });
      }
      expired = true;
      return exchange.refuse(410, 'Expired', 'the continue parameter is too old');
    });
    await vi.waitFor(() => expect(lastQuery()?.get('resourceVersion')).toBe('30'));
    expect(sink.calls.filter((call) => call === 'endList Ingress')).toHaveLength(1);
  });

  test('a relist drops nothing before its end', async () => {
    let second: Exchange | undefined;
    await start(
      inTurn(
        (exchange) => {
          streamed(exchange);
          exchange.events(event('ERROR', { code: 410, reason: 'Expired', message: 'too old' }));
        },
        (exchange) => {
          second = exchange.events(event('ADDED', a));
        },
      ),
    );
    await vi.waitFor(() => expect(sink.calls.at(-1)).toBe('upsert Ingress default/a'));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    second?.events(bookmark('40', true));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
    expect(slept).toEqual([]);
  });
});

describe('whole lists', () => {
  const body = listBody(
    '50',
    ['a', 'b'].map((name) => objectMessage({ metadata: { name, namespace: 'default' } })),
  );
  const protobuf: Reply = ({ response }) => {
    response.setHeader('Content-Type', 'application/vnd.kubernetes.protobuf');
    response.write(body);
  };

  test('come first, and a watch from their version follows', async () => {
    wholeList = (exchange) => {
      protobuf(exchange);
      exchange.end();
    };
    await start(quiet);
    await vi.waitFor(() => expect(lastQuery()?.get('resourceVersion')).toBe('50'));
    expect(lastQuery()?.has('sendInitialEvents')).toBe(false);
    expect(sink.calls).toEqual([
      'beginList Ingress',
      'upsert Ingress default/a',
      'upsert Ingress default/b',
      'endList Ingress',
      'flush',
    ]);
    expect(sink.statuses.map(({ state }) => state)).toEqual(['listing', 'watching']);
    expect(slept).toEqual([]);
  });

  test.each<[string, Reply]>([
    [
      'breaks off',
      (exchange) => {
        protobuf(exchange);
        exchange.cut();
      },
    ],
    ['takes the server too long', (exchange) => exchange.refuse(504, 'Timeout', 'too long')],
    [
      'is cut short',
      (exchange) => {
        exchange.response.setHeader('Content-Type', 'application/vnd.kubernetes.protobuf');
        // The envelope's last four octets are two empty members.
        exchange.response.end(body.subarray(0, -5));
      },
    ],
  ])('of which one %s are followed by a streamed one', async (_, reply) => {
    wholeList = reply;
    await start(streamed);
    await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('watching'));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    expect(slept).toHaveLength(1);
    expect(server.exchanges.map((exchange) => exchange.isStreamedList)).toEqual([false, true]);
  });

  test('are asked for once more where the server was not reached', async () => {
    let isUp = false;
    wholeList = (exchange) => {
      if (!isUp) exchange.response.destroy();
      isUp = true;
      protobuf(exchange);
      exchange.end();
    };
    await start(quiet);
    await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('watching'));
    expect(server.exchanges.some((exchange) => exchange.isStreamedList)).toBe(false);
  });

  test('in JSON, which nobody asked for, are not read', async () => {
    wholeList = (exchange) => exchange.json({ metadata: { resourceVersion: '9' }, items: [a] });
    await start(streamed);
    await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('watching'));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    expect(slept).toEqual([]);
  });
});

describe('watches', () => {
  test('an ended watch resumes at the last bookmark', async () => {
    await start(
      inTurn((exchange) => {
        streamed(exchange);
        exchange.events(bookmark('77')).end();
      }, quiet),
    );
    await vi.waitFor(() => expect(lastQuery()?.get('resourceVersion')).toBe('77'));
    expect(slept).toEqual([]);
    expect(sink.statuses.map(({ state }) => state)).toEqual(['listing', 'watching']);
  });

  test('410 as a status means relist', async () => {
    await start(
      inTurn(
        (exchange) => {
          streamed(exchange);
          exchange.end();
        },
        (exchange) => exchange.refuse(410, 'Expired', 'too old resource version'),
        streamed,
      ),
    );
    await vi.waitFor(() => expect(server.exchanges).toHaveLength(3));
    expect(server.exchanges.map((exchange) => exchange.isStreamedList)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('410 after a connection that broke off is waited for no more', async () => {
    await start(
      inTurn(
        (exchange) => {
          streamed(exchange);
          exchange.cut();
        },
        (exchange) => exchange.refuse(410, 'Expired', 'too old resource version'),
        streamed,
      ),
    );
    await vi.waitFor(() => expect(server.exchanges).toHaveLength(3));
    // Once, for the connection.
    expect(slept).toHaveLength(1);
  });

  test('a list that ends without a version is made again', async () => {
    await start(
      inTurn((exchange) => exchange.events(event('ADDED', a), bookmark('', true)), streamed),
    );
    await vi.waitFor(() => expect(sink.synced).toEqual(new Set(['Ingress'])));
    expect(slept).toHaveLength(1);
  });

  test('a connection cut inside a line resumes before that line', async () => {
    await start(
      inTurn((exchange) => {
        streamed(exchange);
        exchange.raw(JSON.stringify(event('DELETED', a)).slice(0, 80)).cut();
      }, quiet),
    );
    await vi.waitFor(() => expect(lastQuery()?.get('resourceVersion')).toBe('10'));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    expect(slept).toEqual([400]);
  });

  test('a line that is no JSON resumes, and at the same place again relists', async () => {
    const garbage: Reply = (exchange) => {
      exchange.raw('<html>\n');
    };
    await start(
      inTurn(
        (exchange) => {
          streamed(exchange);
          garbage(exchange);
        },
        garbage,
        streamed,
      ),
    );
    await vi.waitFor(() => expect(server.exchanges).toHaveLength(3));
    expect(server.exchanges.map((exchange) => exchange.isStreamedList)).toEqual([
      true,
      false,
      true,
    ]);
    expect(log.lines.join('\n')).toContain('no JSON: "<html>"');
  });

  test('silence counts as a dead connection', async () => {
    await start(inTurn(streamed, quiet), ['Ingress'], { idleTimeoutMs: 50 });
    await vi.waitFor(() => expect(server.exchanges.length).toBeGreaterThan(1));
    expect(server.exchanges[1]?.query.get('resourceVersion')).toBe('10');
    expect(sink.statuses.find(({ state }) => state === 'failing')?.reason).toContain(
      'said nothing',
    );
  });

  test('a streamed list that falls silent is followed by a paged one', async () => {
    await start(
      (exchange) => {
        if (exchange.isWatch) quiet(exchange);
        else exchange.json({ metadata: { resourceVersion: '20' }, items: [a] });
      },
      ['Ingress'],
      { idleTimeoutMs: 50 },
    );
    await vi.waitFor(() => expect(sink.synced.has('Ingress')).toBe(true));
  });

  test('objects of any shape do no harm', async () => {
    const odd = [null, 7, {}, { metadata: { name: 3 } }, { metadata: { name: 'x' }, spec: [] }];
    await start((exchange) => {
      for (const object of odd) exchange.events({ type: 'ADDED', object });
      streamed(exchange);
    });
    await vi.waitFor(() => expect(sink.synced.has('Ingress')).toBe(true));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b', 'Ingress default/x']);
  });
});

describe('failures', () => {
  test.each([
    [401, 'refuses the credentials'],
    [403, 'grant list and watch on ingresses.networking.k8s.io cluster-wide'],
  ])('%i is named, retried with growing delays, and logged once', async (status, words) => {
    await start((exchange) => exchange.refuse(status, 'Reason', 'message of the server'));
    await vi.waitFor(() => expect(slept.length).toBeGreaterThan(6));
    expect(slept.slice(0, 7)).toEqual([400, 800, 1600, 3200, 6400, 12_800, 15_000]);
    const warnings = log.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(words);
    expect(warnings[0]).toContain('message of the server');
  });

  test('a quiet watch that breaks off again and again is not waited for longer and longer', async () => {
    await start(
      (exchange) => {
        if (exchange.isStreamedList) streamed(exchange);
        else quiet(exchange);
        // It outlives what was waited for it, which is all that counts.
        setTimeout(() => exchange.cut(), 30);
      },
      ['Ingress'],
      { backoff: { baseMs: 2, maxMs: 30_000 } },
    );
    await vi.waitFor(() => expect(slept.length).toBeGreaterThan(6), { timeout: 20_000 });
    expect(new Set(slept)).toEqual(new Set([1]));
  });

  test('Retry-After is honoured', async () => {
    await start(
      inTurn(
        (exchange) => exchange.refuse(429, 'TooManyRequests', '', { 'Retry-After': '7' }),
        streamed,
      ),
    );
    await vi.waitFor(() => expect(sink.synced.has('Ingress')).toBe(true));
    expect(slept).toEqual([7400]);
  });

  test('one kind refused does not hold up the other', async () => {
    await start(
      (exchange) => {
        if (exchange.path.endsWith('/services')) exchange.refuse(403, 'Forbidden', '');
        else streamed(exchange);
      },
      ['Service', 'Ingress'],
    );
    await vi.waitFor(() => expect(sink.synced).toEqual(new Set(['Ingress'])));
  });

  test('a server that lists, then calls its own version too old, is not asked in a tight loop', async () => {
    await start((exchange) => {
      streamed(exchange);
      exchange.events(event('ERROR', { code: 410, reason: 'Expired' }));
    });
    await vi.waitFor(() => expect(slept.slice(0, 3)).toEqual([800, 1600, 3200]));
  });

  test('a server that is away is told in one line, and caught up with when it is back', async () => {
    await start(streamed);
    await vi.waitFor(() => expect(sink.synced.has('Ingress')).toBe(true));
    const { url } = server;
    await server.close();
    await vi.waitFor(() => expect(slept.length).toBeGreaterThan(5));
    expect(log.lines.filter((line) => line.includes('refuses connections'))[0]).toContain(url);
    expect(log.lines.filter((line) => line.startsWith('warn')).length).toBeLessThan(3);
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    server.reply = (exchange) => {
      exchange.events(event('DELETED', a));
    };
    await server.listen(Number(new URL(url).port));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/b']));
    expect(lastQuery()?.get('resourceVersion')).toBe('10');
  });

  test('a token file that ends in a newline is a token all the same', async () => {
    const tokenFile = join(directory, 'token');
    await writeFile(tokenFile, 'secret\n');
    await start(
      streamed,
      ['Ingress'],
      {},
      { 'auth-provider': { name: 'file', config: { tokenFile } } },
    );
    await vi.waitFor(() => expect(sink.synced.has('Ingress')).toBe(true));
    expect(server.exchanges[0]?.request.headers.authorization).toBe('Bearer secret');
  });

  test('credentials that make no request are told and tried again: they may be half rotated', async () => {
    await start(streamed, ['Ingress'], {}, { token: 'sec\nret' });
    await vi.waitFor(() => expect(slept.length).toBeGreaterThan(2));
    expect(sink.statuses.at(-1)).toMatchObject({
      state: 'failing',
      reason: expect.stringContaining('Authorization'),
    });
  });

  test('an abort during a request without an answer ends at once', async () => {
    await start(() => undefined);
    await vi.waitFor(() => expect(server.exchanges).toHaveLength(1));
    stop.abort();
    await running;
    expect(sink.statuses.map(({ state }) => state)).toEqual(['listing']);
  });

  test('a bug of the sink comes out', async () => {
    vi.spyOn(sink, 'upsert').mockImplementation(() => {
      throw new TypeError('a bug');
    });
    await start(streamed, ['Ingress', 'Service']);
    await expect(running).rejects.toThrow('a bug');
    running = Promise.resolve();
  });

  test('a bug of the sink comes out, be it while a connection opens', async () => {
    vi.spyOn(sink, 'status').mockImplementation((_kind, { state }) => {
      if (state === 'watching' && slept.length > 0) throw new TypeError('a bug');
    });
    await start(
      inTurn(
        (exchange) => exchange.events(event('ADDED', a), bookmark('10', true)).cut(),
        (exchange) => exchange.response.flushHeaders(),
      ),
    );
    await expect(running).rejects.toThrow(TypeError);
    running = Promise.resolve();
  });
});
