import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPT_LENGTH } from '@seamark/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Logger } from '../log/logger.ts';
import { CookieKeeper, readCookies } from '../workers/cookie-memory.ts';
import { CookieSecrets, CookieSecretsError } from './cookie-secrets.ts';

const ONE = '000102030405060708090a0b0c0d0e0f';
const TWO = 'FFEEDDCCBBAA99887766554433221100';

let folder: string;
let file: string;
let lines: { level: string; event: unknown; text: string }[];
let keeper: CookieKeeper;
let secrets: CookieSecrets;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seamark-secrets-'));
  file = join(folder, 'secrets');
  lines = [];
  const note = (level: string) => (fields: { event?: unknown }, text: string) =>
    void lines.push({ level, event: fields.event, text });
  const log = { info: note('info'), error: note('error') } as unknown as Logger;
  keeper = new CookieKeeper();
  secrets = new CookieSecrets(keeper, log);
});
afterEach(async () => {
  secrets.stop();
  keeper.stop();
  await rm(folder, { recursive: true });
});

/** The cookie that a client without one is given, at no matter what time. */
function hash(keeper: CookieKeeper): string {
  const view = new DataView(new ArrayBuffer(64));
  new Int32Array(keeper.memory)[keeper.memory.byteLength / 4 - 1] = 1_800_000_000;
  const cookies = readCookies(keeper.memory);
  cookies.receive(view, 0, 8, new Uint8Array(20));
  cookies.append(view, 0, OPT_LENGTH);
  return Buffer.from(view.buffer, OPT_LENGTH).toString('hex');
}

/** The same of a server with this secret. */
function hashOf(secret: string): string {
  const other = new CookieKeeper();
  other.use([Buffer.from(secret, 'hex')]);
  const made = hash(other);
  other.stop();
  return made;
}

test('those of the Corefile, the first of which makes cookies', async () => {
  const own = hash(keeper);
  const use = await secrets.prepare({ secrets: [ONE, TWO] });
  expect(hash(keeper)).toBe(own);
  use();
  expect(hash(keeper)).toBe(hashOf(ONE));
});

test('those of a file, with comments, and as it changes', async () => {
  await writeFile(file, `# of the fleet\n${ONE} # since May\n\n  ${TWO}\r\n`);
  (await secrets.prepare({ file }))();
  expect(hash(keeper)).toBe(hashOf(ONE));
  await secrets.look();
  expect(lines).toEqual([]);
  await writeFile(file, `${TWO}\n${ONE}\n`);
  await secrets.look();
  expect(hash(keeper)).toBe(hashOf(TWO));
  expect(lines).toMatchObject([{ level: 'info', event: 'cookie-secrets-changed' }]);
  expect(lines[0]?.text).not.toMatch(/[0-9a-f]{16}/i);
});

test('what a file has become that cannot be read changes nothing, and is told once', async () => {
  await writeFile(file, ONE);
  (await secrets.prepare({ file }))();
  await writeFile(file, `${ONE}\n${TWO.slice(1)}\n`);
  await secrets.look();
  await secrets.look();
  await rm(file);
  await secrets.look();
  await secrets.look();
  expect(hash(keeper)).toBe(hashOf(ONE));
  expect(lines).toMatchObject([
    { level: 'error', text: expect.stringContaining(`${file}: line 2 is no secret; it takes`) },
    { level: 'error', text: expect.stringContaining(`${file}: there is no such file; it takes`) },
  ]);
  for (const { text } of lines) expect(text).not.toContain(TWO.slice(1));
  // And once it is there again, it counts.
  await writeFile(file, TWO);
  await secrets.look();
  expect(hash(keeper)).toBe(hashOf(TWO));
});

describe('what cannot be gone over to', () => {
  test.each([
    ['no line', '# nothing\n', /it has no secret/],
    ['one that is too short', ONE.slice(2), /line 1 is no secret/],
    ['zeros', '0'.repeat(32), /line 1 is no secret/],
    ['five of them', `${ONE}\n`.repeat(5), /it has 5 secrets/],
  ])('%s', async (_, text, reason) => {
    await writeFile(file, text);
    const own = hash(keeper);
    await expect(secrets.prepare({ file })).rejects.toThrow(reason);
    await expect(secrets.prepare({ file })).rejects.toBeInstanceOf(CookieSecretsError);
    expect(hash(keeper)).toBe(own);
  });

  test('a directory', async () => {
    await expect(secrets.prepare({ file: folder })).rejects.toThrow('it is a directory');
  });
});

test('a configuration without goes back to a secret of its own', async () => {
  (await secrets.prepare({ secrets: [ONE] }))();
  (await secrets.prepare(undefined))();
  expect(hash(keeper)).not.toBe(hashOf(ONE));
  const own = hash(keeper);
  (await secrets.prepare(undefined))();
  expect(hash(keeper)).toBe(own);
});
