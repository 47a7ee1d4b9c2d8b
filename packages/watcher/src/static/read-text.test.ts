import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readText } from './read-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'seamark-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (octets: Buffer): string | undefined => {
  const path = join(folder, 'file');
  writeFileSync(path, octets);
  return readText(path).text;
};

test('what is UTF-8 is read as that', () => {
  expect(read(Buffer.from('a ; café\n'))).toBe('a ; café\n');
});

test('of what is not, each octet is an escape, and the rest of the file counts', () => {
  expect(read(Buffer.from('; caf\xe9\nx A 192.0.2.1 ; \x80\n', 'latin1'))).toBe(
    '; caf\\233\nx A 192.0.2.1 ; \\128\n',
  );
});
