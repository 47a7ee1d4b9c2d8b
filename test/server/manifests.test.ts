// Manifests are followed as they change, and a file that can't be read takes nothing else with it.

import { mkdir, rename, rm } from 'node:fs/promises';
import { expect } from 'vitest';
import { ingress } from '../support/kube/objects.ts';
import { isComplaint, type LogLine } from '../support/server.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { corefile, test, WWW } from './harness/fixtures.ts';

test('an edited file shows in answers, and raises the serial each time', async ({
  manifests,
  serve,
  asker,
}) => {
  const server = await serve(corefile(manifests));
  const client = await asker(await server.endpoint(), server);
  let serial = await client.serial('example.com.');
  for (let change = 2; change < 8; change++) {
    const address = `192.0.2.${change}`;
    await manifests.write('www.json', ingress('web/www', ['www.example.com'], [address]));
    await client.becomes('www.example.com. A', address);
    const next = await client.serial('example.com.');
    expect(next).toBeGreaterThan(serial);
    serial = next;
  }
  await manifests.write('new.json', ingress('web/new', ['new.example.com'], ['192.0.2.9']));
  await client.becomes('new.example.com. A', '192.0.2.9');
  await manifests.remove('new.json');
  await client.becomes('new.example.com. A', 'NXDOMAIN');
  expect(await client.serial('example.com.')).toBeGreaterThan(serial + 1);
});

test('what is unchanged leaves the serial alone', async ({ manifests, serve, asker }) => {
  const server = await serve(corefile(manifests));
  const client = await asker(await server.endpoint(), server);
  const serial = await client.serial('example.com.');
  await manifests.write('www.json', WWW);
  await manifests.writeText('notes.txt', 'no manifest');
  // Seen after those two, at the latest together with them.
  await manifests.write('new.json', ingress('web/new', ['new.example.com'], ['192.0.2.9']));
  await client.becomes('new.example.com. A', '192.0.2.9');
  const changed = await client.serial('example.com.');
  expect(changed).toBeGreaterThan(serial);
});

test('broken YAML is named by file and line while the rest is served, and then mended', async ({
  manifests,
  serve,
  asker,
}) => {
  await manifests.writeText('broken.yaml', 'kind: Ingress\nmetadata:\n  name: [\n');
  const server = await serve(corefile(manifests));
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  const line = await complaint(server, 'broken.yaml');
  expect(line.msg).toMatch(/\/broken\.yaml:[34]\b/);

  const mended = JSON.stringify(ingress('web/new', ['new.example.com'], ['192.0.2.9']));
  await manifests.writeText('broken.yaml', mended);
  await client.becomes('new.example.com. A', '192.0.2.9');

  // What a file said last holds until it can be read again.
  await manifests.writeText('broken.yaml', `${mended}\n}`);
  await waitFor(() => complaints(server, 'broken.yaml').length > 1, { what: 'another complaint' });
  expect(await client.answer('new.example.com. A')).toBe('192.0.2.9');
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
});

test('a directory that goes away is missed, its answers stay, and it is followed again', async ({
  manifests,
  serve,
  asker,
}) => {
  const server = await serve(corefile(manifests));
  const client = await asker(await server.endpoint(), server);
  await rename(manifests.path, `${manifests.path}.away`);
  await complaint(server, manifests.path);
  expect(await client.answer('www.example.com. A')).toBe('192.0.2.1');
  await rm(`${manifests.path}.away`, { recursive: true });
  await mkdir(manifests.path);
  await manifests.write('new.json', ingress('web/new', ['new.example.com'], ['192.0.2.9']));
  await client.becomes('new.example.com. A', '192.0.2.9');
  await client.becomes('www.example.com. A', 'NXDOMAIN');
});

const complaints = (server: Command, about: string): LogLine[] =>
  server.log.filter((line) => isComplaint(line) && line.msg.includes(about));

const complaint = (server: Command, about: string): Promise<LogLine> =>
  waitFor(() => complaints(server, about)[0], {
    what: `a complaint about ${about}`,
    evidence: () => server.transcript(),
  });
