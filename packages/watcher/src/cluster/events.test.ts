import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Exchange, FakeApiServer, type Reply } from '../../test-support/fake-api-server.ts';
import {
  enveloped,
  eventFrame,
  frame,
  message,
  objectMessage,
  statusMessage,
} from '../../test-support/kube-messages.ts';
import { RecordingSink, recordingLogger } from '../../test-support/recording-sink.ts';
import { ClusterSource } from './cluster-source.ts';

// What cluster-source.test.ts has of JSON, where protobuf has something of its own.

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const a = ingress('a', '5');
const b = ingress('b', '6');
const endOfList = objectMessage({
  metadata: { resourceVersion: '10', annotations: { 'k8s.io/initial-events-end': 'true' } },
});

let directory: string;
let stop: AbortController;
let server: FakeApiServer;
let sink: RecordingSink;
let log: ReturnType<typeof recordingLogger>;
let running: Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-events-'));
  stop = new AbortController();
  sink = new RecordingSink();
  log = recordingLogger();
});

afterEach(async () => {
  stop.abort();
  await running;
  await server.close();
  await rm(directory, { recursive: true });
});

function ingress(name: string, resourceVersion: string): Buffer {
  return objectMessage({
    metadata: { name, namespace: 'default', resourceVersion },
    spec: { rules: [{ host: `${name}.example.com` }] },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  });
}

/** The nth request gets the nth reply; the last reply serves all that follow. */
async function start(...replies: readonly Reply[]): Promise<void> {
  let turn = 0;
  server = new FakeApiServer((exchange) =>
    replies[Math.min(turn++, replies.length - 1)]?.(exchange),
  );
  await server.listen();
  const file = join(directory, 'kubeconfig');
  await writeFile(file, server.kubeconfig());
  const source = new ClusterSource({ kind: 'kubeconfig', file }, ['Ingress'], {
    logger: log,
    sleep: async () => {
      // Lets the clock of the world go on, so that a failing test is no busy loop.
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  });
  running = source.start(sink, stop.signal);
}

function send({ response }: Exchange, ...octets: readonly Buffer[]): void {
  if (!response.headersSent) response.setHeader('Content-Type', `${PROTOBUF};stream=watch`);
  response.write(Buffer.concat(octets));
}

const listed: Reply = (exchange) => {
  send(exchange, eventFrame('ADDED', a), eventFrame('ADDED', b), eventFrame('BOOKMARK', endOfList));
};
const quiet: Reply = ({ response }) => {
  response.flushHeaders();
};
/** Only a test that fails waits so long. */
const eventually = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 20_000 });
const versions = () => server.exchanges.map(({ query }) => query.get('resourceVersion'));

test('a server is asked for protobuf first, and a list and a change that come so are taken', async () => {
  await start((exchange) => {
    listed(exchange);
    send(exchange, eventFrame('DELETED', b));
  });
  await eventually(() => expect(sink.keys).toEqual(['Ingress default/a']));
  expect(server.exchanges[0]?.request.headers.accept).toBe(`${PROTOBUF}, application/json;q=0.9`);
});

test('a connection cut inside a frame resumes before that frame', async () => {
  await start((exchange) => {
    listed(exchange);
    send(exchange, eventFrame('DELETED', a).subarray(0, 40));
    exchange.cut();
  }, quiet);
  await eventually(() => expect(versions()).toEqual([null, '10']));
  expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
});

test('an ERROR event tells its code: 410 means relist', async () => {
  const expired = eventFrame('ERROR', statusMessage(410, 'Expired', 'too old'), 'Status');
  await start((exchange) => {
    listed(exchange);
    send(exchange, expired);
  }, listed);
  await eventually(() => expect(versions()).toEqual([null, null]));
});

test.each([
  ['a frame that is no message', frame(Buffer.from([0xff]))],
  ['an event without its envelope', frame(message({ 1: 'ADDED', 2: message({ 1: a }) }))],
])('%s resumes, and at the same place again relists', async (_, garbage) => {
  await start(
    (exchange) => {
      listed(exchange);
      send(exchange, garbage);
    },
    (exchange) => send(exchange, garbage),
    listed,
  );
  await eventually(() => expect(versions()).toEqual([null, '10', null]));
  expect(log.lines.join('\n')).toContain('protobuf');
});

test('a refusal that comes as protobuf is told in its own words', async () => {
  await start(({ response }) => {
    response.writeHead(403, { 'Content-Type': PROTOBUF });
    response.end(enveloped('v1', 'Status', statusMessage(403, 'Forbidden', 'words of the server')));
  });
  await eventually(() => expect(log.lines.join('\n')).toContain('words of the server'));
});

test('a refusal that says it is protobuf and is not is told by its status', async () => {
  await start(({ response }) => {
    response.writeHead(403, { 'Content-Type': PROTOBUF });
    response.end('<html>');
  });
  await eventually(() => expect(log.lines.join('\n')).toContain('ingresses.networking.k8s.io'));
});
