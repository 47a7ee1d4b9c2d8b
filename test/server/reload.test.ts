// The Corefile is read again: what changes does so at once, what does not is not touched, and no query is lost.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';
import { Steady } from './harness/steady.ts';

/** The Corefile of the first server of a test, which it is to read again. */
const FIRST = 'Corefile.1';

/** How many attempts to read it again have come to an end, as the log has it. */
const attempts = (server: Command): number =>
  server.events('reloaded').length + server.events('reload-failed').length;

/** Writes a Corefile, has the server read it, and resolves to what it said of that. */
const reload = async (server: Command, folder: string, text: string) => {
  await writeFile(join(folder, FIRST), text);
  return await reread(server);
};

const reread = async (server: Command) => {
  const before = attempts(server);
  server.signal('SIGHUP');
  await waitFor(() => attempts(server) > before, {
    what: 'the end of the reload',
    evidence: () => server.transcript(),
  });
  return server.log.findLast(({ event }) => event === 'reloaded' || event === 'reload-failed');
};

describe.each(['batched', 'dgram'] as const)('%s', (backend) => {
  test('no query is lost, and none is answered wrongly, by twenty reloads', {
    timeout: 240_000,
  }, async ({ folder, manifests, serve, asker }) => {
    const [port, other, ready, moved] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const imported = join(folder, 'imported.conf');
    await writeFile(imported, '# nothing\n');
    const text = (change: {
      readonly options?: string;
      readonly also?: string;
      readonly more?: string;
      readonly ready?: number;
    }): string => `
.:${port} {
  bind 127.0.0.1
  ready 127.0.0.1:${change.ready ?? ready}
  import imported.conf
  ${change.also ?? ''}
  k8s_gateway example.com {
    manifests ${manifests.path}
    ${change.options ?? ''}
  }
}
${change.more ?? ''}
`;
    const listener = `
.:${other} {
  bind 127.0.0.1
  k8s_gateway example.com {
    manifests ${manifests.path}
  }
}`;
    const zone = `k8s_gateway example.org {\n manifests ${manifests.path}\n }`;
    const server = await serve(text({}), ['--udp', backend]);
    const client = await asker(await server.endpoint(), server);
    const steady = await Steady.begin(await server.endpoint(), 300);
    await using _ = steady;
    let serial = 0;
    const steps: readonly (readonly [what: string, text: string, event?: string])[] = [
      ['another TTL', text({ options: 'ttl 7' })],
      ['a zone more', text({ also: zone })],
      ['a listener more', text({ also: zone, more: listener })],
      ['ready elsewhere', text({ also: zone, more: listener, ready: moved })],
      ['a broken file', text({ also: 'k8s_gatway' }), 'reload-failed'],
      ['a listener less', text({ also: 'log', options: 'ttl 9' })],
      ['what it was', text({})],
    ];
    for (const round of [1, 2, 3]) {
      for (const [what, next, event = 'reloaded'] of steps) {
        expect(await reload(server, folder, next), `${what}, round ${round}`).toMatchObject({
          event,
        });
        await steady.answers(3);
        const now = await client.serial('example.com.');
        expect(now, what).toBeGreaterThanOrEqual(serial);
        serial = now;
      }
    }
    await writeFile(imported, 'k8s_gateway example.net {\n manifests manifests\n}\n');
    expect(await reread(server)).toMatchObject({ event: 'reloaded' });
    const { udp, tcp } = await steady.end();
    expect({ lost: udp.sent - udp.answered, wrong: [...udp.wrong, ...tcp.wrong] }).toEqual({
      lost: 0,
      wrong: [],
    });
    expect(udp.sent).toBeGreaterThan(100);
    expect(tcp.answered).toBeGreaterThan(100);
    expect(server.events('worker-died')).toEqual([]);
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});

test('what changes is answered as the new Corefile says', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  const [port, other] = [await freePort(), await freePort()];
  await manifests.write('org.json', ingress('web/org', ['www.example.org'], ['192.0.2.9']));
  const options = (...lines: string[]) => corefile(manifests, { port, options: lines });
  const server = await serve(options('ttl 60'));
  const client = await asker(await server.endpoint(), server);
  const ttl = async () => (await client.ask('www.example.com. A')).answer.map((one) => one.ttl);
  expect(await ttl()).toEqual([60]);
  expect(await client.answer('www.example.org. A')).toBe('REFUSED EDE 20');

  const next = `${options('ttl 7')}
example.org:${port} example.org:${other} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${manifests.path}
  }
}`;
  expect(await reload(server, folder, next)).toMatchObject({
    event: 'reloaded',
    added: [`127.0.0.1:${other}`],
    changed: [`127.0.0.1:${port}`],
    removed: [],
    settings: [],
  });
  expect(await ttl()).toEqual([7]);
  expect(await client.answer('www.example.org. A')).toBe('192.0.2.9');
  const elsewhere = await asker({ host: '127.0.0.1', port: other }, server);
  expect(await elsewhere.answer('www.example.org. A')).toBe('192.0.2.9');
  expect(await elsewhere.answer('www.example.com. A')).toBe('REFUSED EDE 20');
  // What the sources say is followed as before.
  await manifests.write('org.json', ingress('web/org', ['www.example.org'], ['192.0.2.10']));
  await client.becomes('www.example.org. A', '192.0.2.10');
  await elsewhere.becomes('www.example.org. A', '192.0.2.10');

  expect(await reload(server, folder, options('ttl 7'))).toMatchObject({
    event: 'reloaded',
    removed: [`127.0.0.1:${other}`],
  });
  expect(await client.answer('www.example.org. A')).toBe('REFUSED EDE 20');
  await expect(elsewhere.ask('www.example.org. A')).rejects.toThrow();
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('the same goes with `reload`, without a signal, for what is imported as well', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  const part = join(folder, 'gateways.conf');
  await writeFile(part, '');
  const also = ['reload 2s 0s', 'import gateways.conf'];
  const server = await serve(corefile(manifests, { also }));
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('www.example.org. A')).toBe('REFUSED EDE 20');
  await writeFile(part, `k8s_gateway example.org {\n manifests ${manifests.path}\n}\n`);
  await server.event('reloaded');
  expect(await client.answer('www.example.org. A')).toBe('NXDOMAIN');
  // Told once, though it is looked at again and again.
  await writeFile(part, 'k8s_gatway\n');
  const failed = await server.event('reload-failed');
  expect(failed).toMatchObject({ level: 'error', position: `${part}:1:1` });
  await writeFile(part, 'reload off\n');
  const again = await server.event('reload-failed', 2);
  expect(again['position']).toBe(`${part}:1:1`);
  expect(again.msg).toMatch(/"reload" repeats the one at .*; what was served before is served on/);
  expect(await client.answer('www.example.org. A')).toBe('NXDOMAIN');
  expect(server.events('reloaded')).toHaveLength(1);
});

test('a source that was given up is tried again at the signal, though the Corefile is as it was', async ({
  folder,
  manifests,
  launch,
  asker,
}) => {
  const later = join(folder, 'later');
  const also = [`k8s_gateway example.org {\n    manifests ${later}\n  }`];
  const server = await launch(corefile(manifests, { also }));
  await server.event('serving');
  const given = await server.event('source-given-up');
  expect(given).toMatchObject({ level: 'error', code: 'MANIFESTS_MISSING' });
  expect(given.msg).toContain('tried again at SIGHUP');
  const client = await asker(await server.endpoint(), server);
  await client.becomes('www.example.com. A', '192.0.2.1');
  expect(await client.answer('www.example.org. A')).toBe('SERVFAIL EDE 14');
  // It is still not there.
  await reread(server);
  await server.event('source-given-up', 2);
  await mkdir(later);
  const list = { apiVersion: 'v1', kind: 'List' };
  const items = [ingress('web/org', ['www.example.org'], ['192.0.2.9'])];
  await writeFile(join(later, 'org.json'), JSON.stringify({ ...list, items }));
  await reread(server);
  await client.becomes('www.example.org. A', '192.0.2.9');
  expect(server.events('source-tried-again')).toHaveLength(2);
  expect(server.events('source-given-up')).toHaveLength(2);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

describe('what cannot be gone over to', () => {
  test('is told in the log, in metrics and by /status, and all goes on as it was', async ({
    folder,
    manifests,
    serve,
    asker,
  }) => {
    const [port, ready, prometheus] = [await freePort(), await freePort(), await freePort()];
    const also = [`ready 127.0.0.1:${ready}`, `prometheus 127.0.0.1:${prometheus}`];
    const good = corefile(manifests, { port, also });
    const server = await serve(good);
    const client = await asker(await server.endpoint(), server);
    const status = async () => {
      const response = await fetch(`http://127.0.0.1:${prometheus}/status`);
      return (await response.json()) as { reload: { digest: string; failed?: unknown } };
    };
    const before = await status();
    expect(before.reload).toEqual({
      digest: expect.stringMatching(/^[0-9a-f]{128}$/),
      since: expect.any(String),
      needsRestart: [],
    });
    const file = join(folder, FIRST);
    const failed = await reload(server, folder, good.replace('manifests', 'manifest'));
    const message = `${file}:7:5: unknown option of k8s_gateway "manifest"`;
    expect(failed).toMatchObject({ event: 'reload-failed', position: `${file}:7:5` });
    expect(failed?.msg).toMatch(message);
    const after = await status();
    expect(after.reload).toEqual({
      ...before.reload,
      failed: { at: expect.any(String), reasons: [expect.stringContaining(message)] },
    });
    const values = await metrics(prometheus);
    expect(values.get('seamark_reload_failures_total')).toBe(1);
    expect(values.get('coredns_reload_failed_total')).toBe(1);
    expect(values.get('seamark_reload_last_successful')).toBe(0);
    const digest = `coredns_reload_version_info{hash="sha512",value="${before.reload.digest}"}`;
    expect(values.get(digest)).toBe(1);
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');

    expect(await reload(server, folder, `${good}# and a comment\n`)).toMatchObject({
      event: 'reloaded',
    });
    expect((await status()).reload.failed).toBeUndefined();
    expect((await status()).reload.digest).not.toBe(before.reload.digest);
    expect((await metrics(prometheus)).get('seamark_reload_last_successful')).toBe(1);
  });

  test.for(['udp', 'tcp', 'http'] as const)(
    'a port that another program holds: %s',
    async (kind, { folder, manifests, serve, asker, run }) => {
      const [port, taken, second, ready, moved] = await Promise.all([
        freePort(),
        freePort(),
        freePort(),
        freePort(),
        freePort(),
      ]);
      const text = (where: number, more: string): string =>
        corefile(manifests, { port, also: [`ready 127.0.0.1:${where}`] }) + more;
      const blocks = (...ports: number[]): string =>
        ports
          .map(
            (one) =>
              `\n.:${one} {\n bind 127.0.0.1\n k8s_gateway example.com {\n manifests ${manifests.path}\n ttl 5\n }\n}\n`,
          )
          .join('');
      const server = await serve(text(ready, ''));
      const { createSocket } = await import('node:dgram');
      const { createServer } = await import('node:net');
      const { once } = await import('node:events');
      const holder = kind === 'udp' ? createSocket('udp4') : createServer();
      if ('bind' in holder) holder.bind(taken, '127.0.0.1');
      else holder.listen(taken, '127.0.0.1');
      await once(holder, 'listening');
      try {
        const next =
          kind === 'http' ? text(taken, blocks(second)) : text(moved, blocks(second, taken));
        const failed = await reload(server, folder, next);
        expect(failed).toMatchObject({ event: 'reload-failed' });
        expect(failed?.msg).toMatch(
          new RegExp(`127\\.0\\.0\\.1:${taken}: .*EADDRINUSE; another program`),
        );
        // Whatever had been opened is closed again.
        for (const free of [second, moved]) {
          const probe = run(['serve', '--config', await other(folder, free, manifests.path)]);
          await probe.event('serving');
          expect(await probe.end('SIGTERM')).toMatchObject({ code: 0 });
        }
        expect((await fetch(`http://127.0.0.1:${ready}/ready`)).status).toBe(200);
        const client = await asker({ host: '127.0.0.1', port }, server);
        expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
        expect(server.events('worker-died')).toEqual([]);
      } finally {
        await new Promise<void>((done) => holder.close(() => done()));
      }
      // It was no fault of the file: the same goes, once the port is free.
      expect(await reread(server)).toMatchObject({ event: 'reloaded' });
    },
  );

  test('a source that can never work, until it can', async ({
    folder,
    manifests,
    serve,
    asker,
  }) => {
    const port = await freePort();
    const text = (path: string): string =>
      corefile(manifests, { port, also: ['reload 2s 0s'] }).replace(manifests.path, path);
    const server = await serve(text(manifests.path));
    const client = await asker(await server.endpoint(), server);
    const absent = join(folder, 'absent');
    const failed = await reload(server, folder, text(absent));
    expect(failed?.msg).toMatch(/manifests directory .*absent doesn't exist; what was served/);
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
    const { cp } = await import('node:fs/promises');
    await cp(manifests.path, absent, { recursive: true });
    // Nothing in the Corefile has changed: it is tried again for what failed.
    await server.event('reloaded');
    expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  });
});

test('ready moves to an address that covers its old one, and back', async ({
  folder,
  manifests,
  serve,
}) => {
  const [port, ready] = [await freePort(), await freePort()];
  const at = (address: string): string => corefile(manifests, { port, also: [`ready ${address}`] });
  const server = await serve(at(`127.0.0.1:${ready}`));
  for (const address of [`:${ready}`, `127.0.0.1:${ready}`]) {
    expect(await reload(server, folder, at(address))).toMatchObject({
      event: 'reloaded',
      settings: ['ready'],
    });
    expect((await fetch(`http://127.0.0.1:${ready}/ready`)).status).toBe(200);
  }
});

describe('workers', () => {
  test('come and go, are pinned and let go of, without a query being lost', async ({
    folder,
    manifests,
    serve,
  }) => {
    const port = await freePort();
    const with_ = (...also: string[]): string => corefile(manifests, { port, also });
    const server = await serve(with_('workers 2'));
    const threads = async (): Promise<number> => {
      const { readdir } = await import('node:fs/promises');
      return (await readdir(`/proc/${server.pid}/task`)).length;
    };
    const before = await threads();
    const steady = await Steady.begin(await server.endpoint(), 300);
    await using _ = steady;
    for (const also of [
      ['workers 4'],
      ['workers 1'],
      ['workers 2 {', 'pin', '}'],
      ['workers 3 {', 'pin', '}'],
      ['workers 2'],
    ]) {
      expect(await reload(server, folder, with_(...also))).toMatchObject({
        event: 'reloaded',
        settings: ['workers'],
      });
      await steady.answers(20);
    }
    const { udp, tcp } = await steady.end();
    expect({ lost: udp.sent - udp.answered, wrong: [...udp.wrong, ...tcp.wrong] }).toEqual({
      lost: 0,
      wrong: [],
    });
    expect(server.events('worker-died')).toEqual([]);
    await waitFor(async () => (await threads()) === before, { what: `${before} threads` });
  });

  test('that dgram cannot take away without a loss stay until a restart', async ({
    folder,
    manifests,
    serve,
  }) => {
    const port = await freePort();
    const with_ = (...also: string[]): string => corefile(manifests, { port, also });
    const server = await serve(with_('workers 2'), ['--udp', 'dgram']);
    expect(await reload(server, folder, with_('workers 1'))).toMatchObject({ event: 'reloaded' });
    expect(await server.event('needs-restart')).toMatchObject({ setting: 'workers' });
  });
});

test('nothing is left of fifty reloads', { timeout: 300_000 }, async ({
  folder,
  manifests,
  serve,
}) => {
  const hosts = Array.from({ length: 20_000 }, (_, i) => `host${i}.example.com`);
  await manifests.write('many.json', ingress('web/many', hosts, ['192.0.2.2']));
  const [port, prometheus] = [await freePort(), await freePort()];
  const text = (ttl: number): string =>
    corefile(manifests, {
      port,
      also: [`prometheus 127.0.0.1:${prometheus}`],
      options: [`ttl ${ttl}`],
    });
  const server = await serve(text(60));
  const measure = async () => {
    const values = await metrics(prometheus);
    return {
      megabytes: (values.get('process_resident_memory_bytes') ?? 0) / (1 << 20),
      descriptors: values.get('process_open_fds') ?? 0,
    };
  };
  const reloads = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      expect(await reload(server, folder, text(60 + (n % 2)))).toMatchObject({ event: 'reloaded' });
    }
  };
  // The first ones fill what is used again and again.
  await reloads(1, 11);
  const before = await measure();
  await reloads(11, 61);
  const after = await measure();
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
  // A snapshot and an index of these are 5 MB: fifty of them would be 250.
  expect(after.megabytes - before.megabytes).toBeLessThan(60);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

/** A Corefile for another server, on that port. */
async function other(folder: string, port: number, manifests: string): Promise<string> {
  const file = join(folder, `Corefile.on-${port}`);
  const gateway = `k8s_gateway example.com {\n manifests ${manifests}\n }`;
  await writeFile(file, `.:${port} {\n bind 127.0.0.1\n ${gateway}\n}\n`);
  return file;
}
