// Each package as its users get it: packed, installed in an empty folder, its example run there.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fencesOf } from '../support/markdown.ts';
import { exampleOf } from './example.ts';
import { Installation, NODE, packages, ROOT, readManifest } from './installation.ts';

/** The command is used by its name, the others by import. */
const COMMAND = 'seamark';
const libraries = packages.filter(({ name }) => name !== COMMAND);

let installed: Installation;
beforeAll(async () => {
  installed = await Installation.create();
}, 600_000);
afterAll(() => installed?.[Symbol.dispose]());

describe.each(packages)('$name', ({ name, room, version }) => {
  const textOf = (path: string): string => readFileSync(join(installed.home(name), path), 'utf8');

  test('holds what was built, its README and its licence, and nothing else', () => {
    const expected =
      /^(package\.json|README\.md|LICENSE|bin\/[\w-]+\.mjs|dist\/.+\.(js|d\.ts)(\.map)?)$/;
    const files = installed.contents.get(name) ?? [];
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    expect(files.filter((file) => /test|mock|fixture/.test(file))).toEqual([]);
  });

  test('has the licence of the repository', () => {
    expect(textOf('LICENSE')).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  });

  test('has a file for whatever its exports promise to those who install it', () => {
    const targets = Object.values(readManifest(join(installed.home(name), 'package.json')).exports)
      .flatMap((entry) =>
        typeof entry === 'string' ? [['default', entry]] : Object.entries(entry),
      )
      // The condition that resolves to sources is for this repository alone.
      .filter(([condition]) => condition !== 'seamark-source')
      .map(([, target = '']) => target);
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((path) => !existsSync(join(installed.home(name), path)))).toEqual([]);
  });

  test('names no path of the machine that built it', () => {
    const strays = [ROOT, homedir(), tmpdir(), 'file:///'].filter((path) => path.length > 1);
    const files = globSync('**/*.*', { cwd: installed.home(name), exclude: ['node_modules'] });
    expect(files.length).toBeGreaterThan(3);
    const found = files.flatMap((file) =>
      strays.filter((stray) => textOf(file).includes(stray)).map((stray) => `${file}: ${stray}`),
    );
    expect(found).toEqual([]);
  });

  test('requires exactly the versions of its siblings that were released with it', () => {
    const { dependencies = {} } = JSON.parse(textOf('package.json')) as {
      dependencies?: Record<string, string>;
    };
    const siblings = Object.entries(dependencies).filter(([key]) => key.startsWith('@seamark/'));
    expect(siblings.filter(([, wanted]) => wanted !== version)).toEqual([]);
  });

  test('has a README that says what it is', () => {
    expect(readFileSync(join(ROOT, room, 'README.md'), 'utf8')).toMatch(`# ${name}\n`);
  });
});

test.each(libraries)('the example of $name runs as its README says', async ({ room }) => {
  const example = exampleOf(readFileSync(join(ROOT, room, 'README.md'), 'utf8'));
  if (example === undefined) throw new Error(`${room}/README.md has no example in JavaScript`);
  const file = `example-of-${room.replace('/', '-')}.${example.extension}`;
  writeFileSync(join(installed.folder, file), example.code);
  const stdout = await installed.run(NODE, [file]);
  expect(stdout).not.toBe('');
  if (example.output !== undefined) expect(stdout).toBe(example.output);
  const printed = stdout.split('\n').filter((line) => example.lines.includes(line));
  expect(printed).toEqual(example.lines);
});

test('the types of every package are whole', async () => {
  const lines = libraries.map(({ name }, index) => `export * as p${index} from '${name}';`);
  writeFileSync(join(installed.folder, 'consumer.ts'), `${lines.join('\n')}\n`);
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024'];
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules', '@types')];
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [compiler, ...strict, ...types, 'consumer.ts'];
  const said = await installed.run(NODE, args).catch(({ stdout }: { stdout: string }) => stdout);
  // What is wrong in the declarations of other libraries is theirs to mend.
  const ours = said.split('\n').filter((line) => /^(consumer|node_modules\/@seamark)/.test(line));
  expect(ours).toEqual([]);
});

describe('the command seamark', () => {
  test('runs under the Node of whoever calls it', async () => {
    const { version } = readManifest(join(installed.home(COMMAND), 'package.json'));
    expect(await installed.run('npx', ['seamark', '--version'])).toBe(`seamark ${version}\n`);
  });

  test('checks the Corefile of its README as the README says', async () => {
    const fences = fencesOf(readFileSync(join(ROOT, 'apps/server/README.md'), 'utf8'));
    const corefile = fences.find(({ language }) => language === 'corefile');
    const output = fences.find(({ language }) => language === 'text');
    writeFileSync(join(installed.folder, 'Corefile'), corefile?.text ?? '');
    expect(await installed.run('npx', ['seamark', 'check'])).toBe(output?.text);
  });
});
