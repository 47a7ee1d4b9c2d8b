// The Dockerfile as steps, stage by stage, and what of the repository a builder is sent.

import { execFileSync } from 'node:child_process';
import { join, matchesGlob } from 'node:path';
import { DockerfileParser, type From, type JSONInstruction } from 'dockerfile-ast';
import { readPage } from '../support/markdown.ts';

export const ROOT: string = join(import.meta.dirname, '..', '..');

/** One instruction, with the values of its ARGs put in. */
export interface Step {
  /** `COPY`, `RUN`. */
  readonly keyword: string;
  readonly words: readonly string[];
  /** What stands behind the keyword, its lines joined. */
  readonly text: string;
  /** `--from=build` as `from: build`. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  readonly steps: readonly Step[];
}

export const TEXT: string = readPage('Dockerfile');

const read = (): Stage[] => {
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  for (const instruction of DockerfileParser.parse(TEXT).getInstructions()) {
    const keyword = instruction.getKeyword();
    const words = instruction.getExpandedArguments().map((argument) => argument.getValue());
    if (keyword === 'FROM') {
      const name = (instruction as From).getBuildStage() ?? 'final';
      stages.push({ name, base: words[0] ?? '', steps: [] });
      continue;
    }
    const text = instruction.getArgumentsContent() ?? '';
    const flags = (instruction as Partial<JSONInstruction>).getFlags?.call(instruction) ?? [];
    stages.at(-1)?.steps.push({
      ...{ keyword, words, text },
      flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ''])),
    });
  }
  return stages;
};

/** In their order; the last one is the image. */
export const STAGES: readonly Stage[] = read();

export const stage = (name: string): Stage => {
  const found = STAGES.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no stage ${name}`);
  return found;
};

/** The words of the only step of that kind in a stage. */
export const wordsOf = (name: string, keyword: string): readonly string[] => {
  const found = stage(name).steps.filter((step) => step.keyword === keyword);
  if (found.length !== 1) throw new Error(`${found.length} ${keyword} in the stage ${name}`);
  return found[0]?.words ?? [];
};

const PATTERNS = readPage('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** As .dockerignore says: the last pattern counts that matches the path or a folder above it. */
const isSent = (path: string): boolean => {
  const parts = path.split('/');
  const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  return PATTERNS.reduce((sent, pattern) => {
    const includes = pattern.startsWith('!');
    const glob = includes ? pattern.slice(1) : pattern;
    return above.some((one) => matchesGlob(visible(one), visible(glob))) ? includes : sent;
  }, true);
};

/** Docker's `*` matches what begins with a dot, too. */
const visible = (path: string): string => path.replaceAll(/(^|\/)\./g, '$1_.');

/** The paths that a builder is sent of a fresh clone. */
export const CONTEXT: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter((path) => path !== '' && isSent(path));
