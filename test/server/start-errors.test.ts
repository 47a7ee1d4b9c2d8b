// What keeps the server from serving is one line that says what, where and what to do; then it ends with 1.

import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { type Endpoint, parseMessage, query, UdpClient } from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { isComplaint, type LogLine } from '../support/server.ts';
import { type Command, NODE } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

const NOBODY = 65_534;

/** Whether we can run Node as nobody, and nobody may not have port 53: many containers let everybody. */
const isRefusedPort53 = (): boolean => {
  if (process.getuid?.() !== 0) return false;
  const script = `require('dgram').createSocket('udp4').bind(53, '127.0.0.1', () => process.exit())
    .on('error', ({ code }) => process.exit(code === 'EACCES' ? 13 : 1))`;
  return spawnSync(NODE, ['-e', script], { uid: NOBODY, gid: NOBODY }).status === 13;
};

describe('an address that cannot be had', () => {
  test('a UDP port that another program holds', async ({ manifests, launch }) => {
    await using taken = await holdUdp();
    const server = await launch(corefile(manifests, { port: taken.port }));
    expect(await failure(server)).toMatch(
      new RegExp(`^cannot open UDP 127\\.0\\.0\\.1:${taken.port}: .*EADDRINUSE; .*\`ss -lunp\``),
    );
  });

  test('a TCP port that another program holds', async ({ manifests, launch }) => {
    await using taken = await holdTcp();
    const server = await launch(corefile(manifests, { port: taken.port }));
    expect(await failure(server)).toMatch(
      new RegExp(
        `^cannot open DNS over TCP on 127\\.0\\.0\\.1:${taken.port}: EADDRINUSE; .*\`ss -ltnp\``,
      ),
    );
  });

  test.for(['batched', 'dgram'])(
    'a port that another Seamark serves by %s',
    async (backend, { manifests, serve, launch }) => {
      const first = await serve(corefile(manifests), ['--udp', backend]);
      const { port } = await first.endpoint();
      const second = await launch(corefile(manifests, { port }), ['--udp', backend]);
      expect(await failure(second)).toContain(
        `cannot open UDP 127.0.0.1:${port}: bind: EADDRINUSE`,
      );
      expect(await answers(await first.endpoint())).toBe(true);
    },
  );

  test('a port of every address that another Seamark serves on one', async ({
    manifests,
    serve,
    launch,
  }) => {
    const first = await serve(corefile(manifests));
    const { port } = await first.endpoint();
    const second = await launch(corefile(manifests, { port, bind: '' }));
    expect(await failure(second)).toContain(`cannot open UDP [::]:${port}: bind: EADDRINUSE`);
    expect(await answers(await first.endpoint())).toBe(true);
  });

  test('an address that is not on this machine', async ({ manifests, launch }) => {
    const port = await freePort();
    const server = await launch(corefile(manifests, { port, bind: 'bind 192.0.2.1' }));
    expect(await failure(server)).toMatch(/UDP 192\.0\.2\.1:\d+: .*EADDRNOTAVAIL; .*`ip address`/);
  });

  test('the port of an endpoint', async ({ manifests, launch }) => {
    await using taken = await holdTcp();
    const server = await launch(corefile(manifests, { also: [`ready 127.0.0.1:${taken.port}`] }));
    expect(await failure(server)).toMatch(
      new RegExp(`^cannot open ready, status on 127\\.0\\.0\\.1:${taken.port}: EADDRINUSE; `),
    );
  });

  test.skipIf(!isRefusedPort53())('a privileged port', async ({ folder, manifests, launch }) => {
    await chmod(folder, 0o755);
    const server = await launch(corefile(manifests, { port: 53 }), [], { user: NOBODY });
    expect(await failure(server)).toMatch(/UDP 127\.0\.0\.1:53: .*EACCES; .*CAP_NET_BIND_SERVICE/);
  });
});

describe('a source that can never work', () => {
  test('an absent directory of manifests', async ({ manifests, launch }) => {
    const server = await launch(corefile(manifests).replace(manifests.path, '/nowhere/manifests'));
    expect(await failure(server)).toBe("manifests directory /nowhere/manifests doesn't exist");
  });

  test('a file in place of a directory', async ({ folder, manifests, launch }) => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const server = await launch(corefile(manifests).replace(manifests.path, file));
    expect(await failure(server)).toBe(`manifests directory ${file} is no directory`);
  });

  test('an absent kubeconfig', async ({ launch }) => {
    const server = await launch(overKubeconfig('/nowhere/kubeconfig'));
    expect(await failure(server)).toMatch(/\/nowhere\/kubeconfig.*(doesn't exist|no such file)/);
  });

  test('a kubeconfig that is none', async ({ folder, launch }) => {
    const file = join(folder, 'kubeconfig');
    await writeFile(file, 'clusters: [');
    const server = await launch(overKubeconfig(file));
    expect(await failure(server)).toContain(file);
  });

  test('a context that is not in the kubeconfig', async ({ folder, launch }) => {
    const file = join(folder, 'kubeconfig');
    await writeFile(file, KUBECONFIG);
    const server = await launch(overKubeconfig(`${file} production`));
    const message = await failure(server);
    expect(message).toContain(file);
    expect(message).toMatch(/no context 'production'; its contexts are staging/);
  });

  test('no service account where no cluster is named', async ({ launch }) => {
    const server = await launch('.:{$PORT} {\n bind 127.0.0.1\n k8s_gateway example.com\n}\n');
    expect(await failure(server)).toMatch(
      /^KUBERNETES_SERVICE_HOST is not set; .*'kubeconfig FILE/,
    );
  });
});

const KUBECONFIG = `
apiVersion: v1
kind: Config
current-context: staging
clusters: [{ name: staging, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: staging, user: { token: token } }]
contexts: [{ name: staging, context: { cluster: staging, user: staging } }]
`;

const overKubeconfig = (given: string): string => `
.:{$PORT} {
  bind 127.0.0.1
  k8s_gateway example.com {
    kubeconfig ${given}
  }
}
`;

/** The message of the one complaint that it ended with. */
const failure = async (server: Command): Promise<string> => {
  const { code, stderr, log } = await server.outcome();
  const complaints = log.filter(isComplaint);
  expect({ code, plain: stderr.length - log.length, complaints }).toMatchObject({
    code: 1,
    plain: 0,
    complaints: [{ level: 'error', event: 'cannot-serve' }],
  });
  const [complaint] = complaints as [LogLine];
  expect(Object.keys(complaint).sort(), 'what the world did needs no stack').toEqual(
    ['event', 'level', 'msg', 'time'].sort(),
  );
  expect(complaint.msg).not.toContain('\n');
  return complaint.msg;
};

const answers = async (endpoint: Endpoint): Promise<boolean> => {
  await using client = await UdpClient.open(endpoint);
  return parseMessage(await client.exchange(query('www.example.com. A'))).answer.length === 1;
};

interface Held extends AsyncDisposable {
  readonly port: number;
}

const holdUdp = async (): Promise<Held> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(resolve)),
  };
};

const holdTcp = async (): Promise<Held> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
