// `seamark compare`: two servers asked about every name, and what they answer differently.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ingress, ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import type { Outcome } from './harness/command.ts';
import { corefile, type Fixtures, Manifests, test } from './harness/fixtures.ts';

type Given = Pick<Fixtures, 'folder' | 'run'>;

const OBJECTS = [
  ingress('web/www', ['www.example.com'], ['192.0.2.1', '2001:db8::1']),
  ingress('web/api', ['api.example.com'], ['192.0.2.2']),
  ingress('web/apps', ['*.apps.example.com'], ['192.0.2.3']),
];

/** A server of these objects: its Corefile, and where it answers. */
const start = async (
  { folder, run }: Given,
  name: string,
  objects: readonly Ingress[],
  options: readonly string[] = [],
): Promise<{ config: string; port: number }> => {
  const manifests = new Manifests(join(folder, `manifests-${name}`));
  await mkdir(manifests.path);
  await manifests.write('all.json', ...objects);
  const port = await freePort();
  const config = join(folder, `Corefile.${name}`);
  await writeFile(config, corefile(manifests, { port, options: ['ttl 60', ...options] }));
  await run(['serve', '--config', config]).ready();
  return { config, port };
};

const compare = async (
  { run }: Given,
  config: string,
  ...args: readonly string[]
): Promise<Outcome> => await run(['compare', '--config', config, ...args]).outcome();

test('two servers that say the same do not differ', async ({ folder, run }) => {
  const one = await start({ folder, run }, 'one', OBJECTS);
  const same = await compare({ folder, run }, one.config, '--with', `127.0.0.1:${one.port}`);
  expect(same.stderr).toEqual([]);
  // Three names with A, AAAA and TXT, an apex and its probes, probes below the wildcard, ENTs.
  expect(same.stdout).toMatch(/\n\d{2} questions, (\d{2}) answered alike, 0 differently\n/);
  expect(same.stdout).toContain(`Seamark at 127.0.0.1:${one.port} beside 127.0.0.1:${one.port}\n`);
  expect(same.code).toBe(0);
});

test('what nothing explains is shown with its object, and is the exit status', async ({
  folder,
  run,
}) => {
  const one = await start({ folder, run }, 'one', OBJECTS);
  const moved = ingress('web/api', ['api.example.com'], ['192.0.2.99']);
  const other = await start({ folder, run }, 'other', [...OBJECTS.slice(0, 1), moved]);
  const server = `127.0.0.1:${other.port}`;
  const { code, stdout } = await compare({ folder, run }, one.config, '--with', server, '--json');
  expect(code).toBe(1);
  const { groups } = JSON.parse(stdout);
  const all = groups.flatMap(({ differences }: { differences: unknown[] }) => differences);
  expect(all).toContainEqual(
    expect.objectContaining({
      ...{ name: 'api.example.com.', type: 'A' },
      ours: 'NOERROR: api.example.com. 60 A 192.0.2.2',
      theirs: 'NOERROR: api.example.com. 60 A 192.0.2.99',
    }),
  );
});

test('the sources themselves can be compared where no Seamark runs', async ({ folder, run }) => {
  const one = await start({ folder, run }, 'one', OBJECTS);
  const args = ['--with', `127.0.0.1:${one.port}`, '--no-ask', 'EXAMPLE.com'];
  const { stdout } = await compare({ folder, run }, one.config, ...args);
  expect(stdout).toContain('what the sources say now beside');
  expect(stdout).toMatch(/ 0 differently\n/);
});

test('a server that is not there, and a line that makes no sense, are told', async ({
  folder,
  run,
}) => {
  const one = await start({ folder, run }, 'one', OBJECTS);
  const nobody = `127.0.0.1:${await freePort()}`;
  const silent = await compare({ folder, run }, one.config, '--with', nobody);
  expect(silent.code).toBe(1);
  expect(silent.stderr).toEqual([
    expect.stringContaining(`the server at ${nobody} does not answer: `),
  ]);
  const refusals = [
    [[], 'compare takes the other server: seamark compare --with 192.0.2.53:53'],
    [['--with', 'ns1.example.com'], '--with takes an IP address'],
    [['--with', nobody, 'example.org'], 'no zone is example.org.; '],
  ] as const;
  for (const [args, message] of refusals) {
    const { code, stderr } = await compare({ folder, run }, one.config, ...args);
    expect({ code, line: stderr[0] }).toEqual({ code: 2, line: expect.stringContaining(message) });
  }
});

test('a zone that a file has alone is compared, too', async ({ folder, run }) => {
  const zone = (address: string): string =>
    `$ORIGIN example.org.\n@ 60 SOA ns1 hostmaster 1 7200 1800 86400 60\n@ 60 NS ns1\nns1 60 A 192.0.2.53\nwww 60 A ${address}\n`;
  const start = async (name: string, address: string): Promise<[string, number]> => {
    const port = await freePort();
    const [config, file] = [join(folder, `Corefile.${name}`), join(folder, `${name}.zone`)];
    await writeFile(file, zone(address));
    await writeFile(config, `.:${port} {\n  bind 127.0.0.1\n  file ${file} example.org\n}\n`);
    await run(['serve', '--config', config]).ready();
    return [config, port];
  };
  const [config] = await start('one', '192.0.2.1');
  const [, port] = await start('other', '192.0.2.2');
  const with2 = ['--with', `127.0.0.1:${port}`, 'example.org'];
  const { code, stdout } = await compare({ folder, run }, config, ...with2);
  expect(code).toBe(1);
  expect(stdout).toContain(
    'www.example.org. A\n    Seamark  NOERROR: www.example.org. 60 A 192.0.2.1\n',
  );
  expect(stdout).toMatch(/ 1 differently\n/);
});
