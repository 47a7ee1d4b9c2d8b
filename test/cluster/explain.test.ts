// `seamark explain` and `seamark dump` on a real API server, where one kind may not be read.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { Command, type Outcome } from '../server/harness/command.ts';
import { CONTEXTS, INGRESS_READER } from '../support/kube/kubeconfig.ts';
import { ingress, readerRole, roleBinding, service } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('a cluster where Services may not be read', () => {
  test('is explained with the rule that is missing, by the sources and by the server', async ({
    ownCluster,
    serve,
  }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    await admin.createNamespace('web');
    await admin.create(ingress('web/www', ['www.example.com'], ['192.0.2.1']));
    await admin.create(ingress('web/pending', ['www.example.com'], []));
    await admin.create(service('web/www', ['192.0.2.2']));
    await admin.create(readerRole('ingresses', 'networking.k8s.io', 'ingresses'));
    await admin.create(roleBinding('ingresses', INGRESS_READER));
    const ready = await freePort();
    const text = corefile('example.com', kubeconfig, {
      resources: 'Ingress Service HTTPRoute',
      context: CONTEXTS.ingressReader,
      also: [`ready 127.0.0.1:${ready}`],
    });

    const label = `${kubeconfig}#${CONTEXTS.ingressReader}`;
    const rule = /services: .* forbids it: .*\blist\b.*\bservices\b/;
    const www = await seamark(text, ['explain', 'www.example.com']);
    expect({ code: www.code, stderr: www.stderr }).toEqual({ code: 0, stderr: [] });
    expect(www.stdout).toContain(`Ingress web/www (${label}): 192.0.2.1, TTL 10\n`);
    expect(www.stdout).toContain(`Ingress web/pending (${label}) — it has no address yet\n`);
    expect(www.stdout).toContain(`${label} Ingress: read just now, 2 objects with a name here\n`);
    expect(www.stdout).toContain(`${label} HTTPRoute: the cluster has no such kind\n`);
    const [, services = ''] = /^ +\S+ Service: not read: (.*)$/m.exec(www.stdout) ?? [];
    expect(services).toMatch(rule);

    // What a Service might have is not denied.
    const unknown = await seamark(text, ['explain', 'www.web.example.com', '--json']);
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stdout)).toMatchObject({
      answer: { outcome: 'unknown', rcode: 'SERVFAIL', ede: 14 },
      read: {
        sources: [
          {
            source: label,
            kinds: [
              { kind: 'Ingress', state: 'watching', synced: true, objects: 2 },
              { kind: 'Service', state: 'failing', reason: expect.stringMatching(rule) },
              { kind: 'HTTPRoute', state: 'absent' },
              { kind: 'Gateway', state: 'absent' },
              { kind: 'ListenerSet', state: 'absent' },
            ],
          },
        ],
      },
    });

    const zone = await seamark(text, ['dump']);
    expect(zone.code).toBe(1);
    expect(zone.stdout).toContain('www.example.com.\t10\tIN\tA\t192.0.2.1\n');
    expect(zone.stdout).toContain(`; INCOMPLETE without Service of ${label}\n`);
    expect(zone.stderr).toEqual([expect.stringMatching(rule)]);

    const { server, asker } = await serve(text);
    await asker.becomes('www.example.com. A', '192.0.2.1');
    const { port } = await server.endpoint();
    const told = await seamark(text.replace('{$PORT}', String(port)), [
      'explain',
      'www.example.com',
    ]);
    expect(told.stdout).toContain(`from the server at 127.0.0.1:${port} over UDP\n`);
    expect(told.stdout).toMatch(/ Ingress: read just now, .*; the server: watching for \d+ \w+$/m);
    expect(told.stdout).toMatch(
      / Service: not read: .*; the server: failing for \d+ \w+: services: /m,
    );
    const status = await (await fetch(`http://127.0.0.1:${ready}/status`)).json();
    expect(status).toMatchObject({
      ready: false,
      sources: [{ source: label }],
    });
    expect(JSON.stringify(status)).toMatch(rule);

    // Granted, it is all there.
    await admin.create(readerRole('services', '', 'services'));
    await admin.create(roleBinding('services', INGRESS_READER));
    await asker.becomes('www.web.example.com. A', '192.0.2.2');
    const all = await seamark(text, ['explain', 'www.web.example.com']);
    expect(all.code).toBe(0);
    expect(all.stdout).toContain(`Service web/www (${label}): 192.0.2.2, TTL 10\n`);
  });
});

/** Runs a command with this Corefile, on a free port unless it has one. */
const seamark = async (text: string, args: readonly string[]): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamark-explain-'));
  try {
    const config = join(folder, 'Corefile');
    await writeFile(config, text);
    const env = { PORT: String(await freePort()) };
    await using command = new Command([...args, '--config', config], { env });
    return await command.outcome();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
