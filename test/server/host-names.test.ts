// Load balancers that have a host name: the resolvers of the Corefile are asked, and questions wait for none of them.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FakeResolver } from '../../packages/watcher/test-support/fake-resolver.ts';
import { type Ingress, ingress } from '../support/kube/objects.ts';
import { fault } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

const reached = (path: string, host: string, hostname: string): Ingress => ({
  ...ingress(path, [host], []),
  status: { loadBalancer: { ingress: [{ hostname }] } },
});

test('an apex is answered with what its target resolves to, as soon as that is known', async ({
  manifests,
  serve,
  asker,
}) => {
  await using resolver = await FakeResolver.open();
  resolver
    .set('lb.example.net', 'SERVFAIL', 'SERVFAIL')
    .set('slow.example.net', 'SILENCE', 'SILENCE');
  await manifests.write(
    'flat.json',
    reached('web/apex', 'example.com', 'lb.example.net'),
    reached('web/slow', 'slow.example.com', 'slow.example.net'),
  );
  const { address, port } = resolver.address;
  const server = await serve(corefile(manifests, { options: [`flatten ${address}:${port}`] }));
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('example.com. A')).toBe('SERVFAIL EDE 14');
  expect(await client.answer('example.com. MX')).toBe('NODATA');
  expect(await client.answer('slow.example.com. A')).toBe('SERVFAIL EDE 14');
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  // The second is where the silent one has failed as well by then.
  await Promise.race(['target-unresolved', 'resolver-outage'].map((one) => server.event(one)));
  resolver.set('lb.example.net', '60 192.0.2.7', '60 2001:db8::7');
  await client.becomes('example.com. A', '192.0.2.7');
  await client.becomes('example.com. AAAA', '2001:db8::7');
  // Amid a question that is not answered.
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('below the apex it is a CNAME unless the Corefile says otherwise', async ({
  manifests,
  serve,
  asker,
}) => {
  await manifests.write(
    'alias.json',
    reached('web/out', 'out.example.com', 'lb.example.net'),
    reached('web/in', 'in.example.com', 'www.example.com'),
  );
  const server = await serve(corefile(manifests));
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('out.example.com. A')).toBe('lb.example.net.');
  expect(await client.answer('in.example.com. A')).toBe('192.0.2.1 www.example.com.');
});

test('when the watcher dies its successor takes over with what it has resolved itself', async ({
  folder,
  manifests,
  serve,
  asker,
}) => {
  await using resolver = await FakeResolver.open();
  resolver.set('lb.example.net', '60 192.0.2.7', '60 2001:db8::7');
  await manifests.write('flat.json', reached('web/apex', 'example.com', 'lb.example.net'));
  const { address, port } = resolver.address;
  const trigger = join(folder, 'kill');
  const server = await serve(corefile(manifests, { options: [`flatten ${address}:${port}`] }), [], {
    preload: fault('kill-watcher'),
    env: { SEAMARK_KILL_WATCHER: trigger },
  });
  const client = await asker(await server.endpoint(), server);
  await client.becomes('example.com. A', '192.0.2.7');
  // The successor's first questions are lost: its resolver asks again after two seconds.
  resolver.set('lb.example.net', 'SILENCE', 'SILENCE');
  await writeFile(trigger, '');
  const before = resolver.asked.length;
  while (server.events('watcher-replaced').length === 0) {
    expect(await client.answer('example.com. A')).toBe('192.0.2.7');
    if (resolver.asked.length >= before + 2) {
      resolver.set('lb.example.net', '60 192.0.2.7', '60 2001:db8::7');
    }
  }
  expect(await client.answer('example.com. A')).toBe('192.0.2.7');
  expect(await client.answer('example.com. AAAA')).toBe('2001:db8::7');
});
