// What the README tells a new user to type is there, and answers as it says.

import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Message,
  parseMessage,
  presentRecord,
  query,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { fencesOf, readPage } from '../support/markdown.ts';
import { SeamarkServer } from '../support/server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const CLI = join(ROOT, 'apps', 'server', 'dist', 'cli.js');

const page = readPage('README.md');
const fences = fencesOf(page);
const commands = fences
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''))
  .filter((line) => line !== '');

describe('commands', () => {
  const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };

  test('npm start and npm test are the first two', () => {
    expect(commands.slice(0, 2)).toEqual(['npm start', 'npm test']);
  });

  test('every npm script on the page exists', () => {
    const named = [...page.matchAll(/\bnpm (?:run ([\w-]+)|(start|test))\b/g)];
    const missing = named
      .map(([, script, short]) => script ?? short ?? '')
      .filter((name) => !(name in scripts));
    expect(missing).toEqual([]);
  });

  test('what a script of package.json starts is there', () => {
    const files = Object.values(scripts).flatMap((script) => script.match(/[\w/.-]+\.mjs/g) ?? []);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('every vitest project on the page exists', () => {
    const projects = globSync('test/*/', { cwd: ROOT }).map((path) => path.split(/[\\/]/)[1]);
    const named = [...page.matchAll(/--project (\w+)/g)].map(([, project]) => project);
    expect(named.filter((name) => name !== 'unit' && !projects.includes(name))).toEqual([]);
  });

  const seamark = commands.filter((line) => line.startsWith('npm exec -- seamark '));
  const corefile = fences.find(({ language }) => language === 'corefile');

  test('seamark check takes the Corefile of the page, seamark serve the same options', () => {
    const verbs = seamark.map((line) => line.split(' ')[4]);
    expect([...new Set(verbs)].sort()).toEqual(['check', 'serve']);
    const folder = mkdtempSync(join(tmpdir(), 'seamark-readme-'));
    try {
      writeFileSync(join(folder, 'Corefile'), corefile?.text ?? '');
      for (const line of seamark) {
        // `check` stands for `serve` too: both read the command line and the file in one way.
        const args = line.split(' ').slice(5);
        const { status, stderr } = spawnSync(NODE, [CLI, 'check', ...args], { cwd: folder });
        expect(`${status} ${stderr}`).toBe('0 ');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface Dig {
  readonly asked: string;
  readonly isTcp: boolean;
  readonly answer: readonly string[];
}

/** Each `$ dig …` with the lines that it prints; the port must be that of the examples. */
const digs: readonly Dig[] = fences
  .filter(({ language }) => language === 'console')
  .flatMap(({ text }) => text.split(/^\$ /m).filter((part) => part.startsWith('dig ')))
  .map((part) => {
    const [command = '', ...printed] = part.trimEnd().split('\n');
    const [, args = ''] = /^dig @127\.0\.0\.1 -p 1053 \+noall \+answer (.*)$/.exec(command) ?? [];
    const words = args.split(' ');
    return {
      asked: words.filter((word) => !word.startsWith('+')).join(' '),
      isTcp: words.includes('+tcp'),
      answer: printed.map((line) => line.replaceAll(/\s+/g, ' ')),
    };
  });

describe('dig', () => {
  let server: SeamarkServer | undefined;

  beforeAll(async () => {
    const manifests = join(ROOT, 'examples', 'manifests');
    const example = readPage('examples/Corefile');
    expect(example).toContain('.:1053 {');
    expect(example).toContain('bind 127.0.0.1\n');
    // The port of the examples may be taken here.
    const corefile = example
      .replace('.:1053 {', '.:{$PORT} {')
      .replace('manifests manifests', `manifests ${manifests}`);
    server = await SeamarkServer.start(corefile);
    await server.event('synced');
  });
  afterAll(async () => await server?.[Symbol.asyncDispose]());

  test('stands there three times', () => {
    expect(digs).toHaveLength(3);
  });

  test.each(digs)('$asked is answered as on the page', async ({ asked, isTcp, answer }) => {
    expect(answer.length).toBeGreaterThan(0);
    const reply = await ask(asked, isTcp);
    expect(reply.answer.map(presentRecord)).toEqual(answer);
  });

  const ask = async (asked: string, isTcp: boolean): Promise<Message> => {
    if (server === undefined) throw new Error('no server');
    const endpoint = await server.endpoint();
    const [name = '', type = 'A'] = asked.split(' ');
    const sent = query(`${name}. ${type}`);
    await using client = await (isTcp ? TcpClient.open(endpoint) : UdpClient.open(endpoint));
    return parseMessage(await client.exchange(sent));
  };
});
