// The error classes of the sources and the codes they can carry, found by reading.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

interface ErrorClass {
  readonly name: string;
  /** Empty where the class has no code. */
  readonly codes: readonly string[];
}

/** The text of every file that ships. */
const texts = (): string[] =>
  globSync('{packages,apps}/*/src/**/*.ts', { cwd: ROOT })
    .filter((path) => !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'));

// The formatter ends a class with a brace at the start of a line, or on its first line if it is empty.
const CLASS = /^(?:export )?class (\w+) extends \w*Error \{(\}|.*?^\})/gms;

/** Every class that extends Error, sorted by name. */
export const declaredErrors = (): ErrorClass[] => {
  const files = texts();
  return files
    .flatMap((text) =>
      [...text.matchAll(CLASS)].map(([, name = '', body = '']) => ({
        name,
        codes: codesOf(name, body, text, files),
      })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

/**
 * A literal code; or the members of the union that is its type; or, of a code that is the system's,
 * those that the file has advice for and those that somebody throws by name.
 */
const codesOf = (name: string, body: string, text: string, files: string[]): string[] => {
  const literal = /readonly code = '(\w+)'/.exec(body)?.[1];
  if (literal !== undefined) return [literal];
  const type = /readonly code: (\w+);/.exec(body)?.[1];
  if (type === undefined) return [];
  if (type !== 'string') {
    const union = new RegExp(`type ${type} =(.*?);`, 's').exec(text)?.[1] ?? '';
    return [...union.matchAll(/\| '(\w+)'/g)].map(([, code = '']) => code);
  }
  const advice = /const ADVICE[^=]*= \{(.*?)^\};/ms.exec(text)?.[1] ?? '';
  const advised = [...advice.matchAll(/^ {2}([A-Z0-9]+):/gm)].map(([, code = '']) => code);
  const thrown = files.flatMap((file) =>
    [...file.matchAll(new RegExp(`new ${name}\\(\\s*'(\\w+)'`, 'g'))].map(([, code = '']) => code),
  );
  return [...new Set([...advised, ...thrown])];
};
