// The image, as far as it can be looked at without Docker: see image/README.md.

import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Asker } from '../cluster/asker.ts';
import { parseMessage, query, TcpClient } from '../support/dns/index.ts';
import { isComplaint, SeamarkServer } from '../support/server.ts';
import { CONTEXT, ROOT, STAGES, stage, TEXT, wordsOf } from './dockerfile.ts';
import { follow } from './follow.ts';

const run = promisify(execFile);

const manifest = JSON.parse(readFileSync(join(ROOT, 'apps/server/package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

describe('the Dockerfile', () => {
  test('has nothing that a linter objects to', () => {
    expect(validate(TEXT)).toEqual([]);
  });

  test('stands on the Node that the server pins, and on releases that are named', () => {
    const bases = STAGES.map(({ base }) => base).filter((base) => base.includes(':'));
    const node = `node:${manifest.dependencies['node']}-trixie-slim`;
    expect(bases).toEqual([node, node, 'debian:trixie-slim']);
  });

  test('ends as a user without rights, by number, whom Kubernetes can tell from root', () => {
    const user = wordsOf('final', 'USER');
    expect(user).toEqual(['65532:65532']);
    const keywords = stage('final').steps.map(({ keyword }) => keyword);
    const after = keywords.slice(keywords.indexOf('USER'));
    expect(after.filter((keyword) => keyword === 'RUN' || keyword === 'COPY')).toEqual([]);
  });

  test('installs with the manifest of every package', () => {
    const copied = stage('manifests').steps.flatMap(({ words }) => words.slice(0, -1));
    const needed = globSync('{apps,packages}/*/package.json', { cwd: ROOT });
    expect(copied.filter((path) => path.includes('/')).sort()).toEqual(needed.sort());
  });

  test('runs no install script of a library', () => {
    const installs = STAGES.flatMap(({ steps }) => steps).filter(({ text }) =>
      /^npm ci/.test(text),
    );
    expect(installs).toHaveLength(2);
    for (const { text } of installs) expect(text).toContain('--ignore-scripts');
  });

  test('is sent sources, and neither tests nor what was installed or built', () => {
    expect(CONTEXT).toEqual(
      expect.arrayContaining(['LICENSE', '.npmrc', 'apps/server/src/cli.ts']),
    );
    const strays = /test|node_modules|(^|\/)dist\/|^(docs|bench|charts|\.git)/;
    expect(CONTEXT.filter((path) => strays.test(path))).toEqual([]);
  });
});

// They are those of Linux: cp --parents, and libraries compiled for it.
describe.skipIf(process.platform !== 'linux')('its steps, followed', () => {
  let scratch: string;
  let root: string;
  /** The entry of the image, with its paths where they lie here. */
  let entry: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'seamark-image-'));
    // Others than its owner are to run what is in there.
    await chmod(scratch, 0o755);
    root = await follow(scratch);
    entry = join(scratch, 'entry');
    const paths = / (\/usr\/local\/bin\/node|\/seamark\/)/g;
    const text = readFileSync(join(root, 'usr/local/bin/seamark'), 'utf8');
    await writeFile(entry, text.replaceAll(paths, ` ${root}$1`));
  }, 900_000);
  afterAll(async () => await rm(scratch, { recursive: true, force: true }));

  /** As the image's user, or as who we are if we aren't root. */
  const asItsUser = process.getuid?.() === 0 ? { uid: 65532, gid: 65532 } : {};

  test('lead to what is served, and nothing else of the repository', async () => {
    const ours = globSync('{apps,packages}/*/*', { cwd: join(root, 'seamark') });
    const expected = /^(apps\/server\/(bin|dist|package\.json)|packages\/\w+\/package\.json)$/;
    expect(ours.filter((path) => !expected.test(path))).toEqual([]);
    expect(ours).toContain('apps/server/dist');
    expect(globSync('**/*.{map,d.ts}', { cwd: join(root, 'seamark/apps') })).toEqual([]);
    expect(existsSync(join(root, 'seamark/LICENSE'))).toBe(true);
  });

  test('install libraries to run, and none to build', () => {
    const modules = join(root, 'seamark/node_modules');
    for (const library of ['koffi', 'pino', '@kubernetes/client-node'])
      expect(existsSync(join(modules, library)), library).toBe(true);
    for (const library of ['typescript', 'vitest', '@biomejs', 'turbo'])
      expect(existsSync(join(modules, library)), library).toBe(false);
    // Node itself comes from its own image, not a second time from npm.
    expect(existsSync(join(modules, 'node/bin/node'))).toBe(false);
  });

  test('make the command of the version that is built', async () => {
    const { stdout } = await run('sh', [entry, '--version'], asItsUser);
    expect(stdout).toBe(`seamark ${manifest.version}\n`);
  });

  test('make a command that serves as a user without rights, by UDP and TCP', async () => {
    const folder = join(scratch, 'etc');
    await mkdir(folder);
    await writeFile(join(folder, 'web.yaml'), INGRESS);
    await using server = await SeamarkServer.launch(
      `.:{$PORT} {\n bind 127.0.0.1\n errors\n k8s_gateway example.com {\n  manifests ${folder}\n }\n}\n`,
      { command: ['sh', entry], spawn: asItsUser },
    );
    await server.event('serving');
    const endpoint = await server.endpoint();
    await using asker = await Asker.open(endpoint, () => server.transcript());
    await asker.becomes('www.example.com. A', '192.0.2.1');
    await using stream = await TcpClient.open(endpoint);
    const { answer } = parseMessage(await stream.exchange(query('www.example.com. A')));
    expect(answer).toHaveLength(1);
    // Batched UDP: the compiled part of koffi was found.
    expect(server.log.filter(isComplaint)).toEqual([]);
    await server.stop();
  });
});

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {rules: [{host: www.example.com}]}
status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}
`;
