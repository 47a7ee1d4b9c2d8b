// The example of a README: its code, and what it is said to print.

import { type Fence, fencesOf } from '../support/markdown.ts';

export interface Example {
  /** Of the file that the code goes into. */
  readonly extension: 'mjs' | 'ts';
  readonly code: string;
  /** What must be printed, where a block says it. */
  readonly output: string | undefined;
  /** Lines that must be printed in this order, possibly among others, where comments say it. */
  readonly lines: readonly string[];
}

const EXTENSIONS: Readonly<Record<string, Example['extension']>> = { js: 'mjs', ts: 'ts' };
const OUTPUT: ReadonlySet<string> = new Set(['', 'text', 'console']);
const PROMISE = /\bconsole\.log\(.*\); \/\/ (.*)$/gm;

/**
 * The first block of JavaScript or TypeScript. What it prints is in the block right behind it, or in
 * the comment behind a `console.log(…);`.
 */
export const exampleOf = (readme: string): Example | undefined => {
  const fences: Fence[] = fencesOf(readme);
  const at = fences.findIndex(({ language }) => language in EXTENSIONS);
  const { language = '', text: code = '' } = fences[at] ?? {};
  const extension = EXTENSIONS[language];
  if (extension === undefined) return undefined;
  const next = fences[at + 1];
  const isOutput =
    next !== undefined && OUTPUT.has(next.language) && readme.includes(`${code}\`\`\`\n\n\`\`\``);
  return {
    extension,
    code,
    output: isOutput ? next.text : undefined,
    lines: [...code.matchAll(PROMISE)].map(([, line = '']) => line),
  };
};
