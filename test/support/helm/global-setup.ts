// Vitest's global setup of the project `chart`: Helm, built the first time.

import type { TestProject } from 'vitest/node';
import { GoMissing, unlessGoIsMissing } from '../go/go-programs.ts';
import { ensureHelm } from './build/build.ts';

/** What the test files get by `inject('helm')`: the path of the program, or why there is none. */
export type HelmProgram = { readonly missing: string } | { readonly program: string };

declare module 'vitest' {
  interface ProvidedContext {
    helm: HelmProgram;
  }
}

/** Builds Helm if the cache lacks it, and says where it is. */
export default async (project: TestProject): Promise<void> => {
  const found = await unlessGoIsMissing(() => ensureHelm(announce));
  if (found instanceof GoMissing) {
    announce('THE CHART IS NOT TESTED');
    announce(found.message);
    project.provide('helm', { missing: found.message });
    return;
  }
  project.provide('helm', { program: found });
};

const announce = (line: string): void => {
  process.stderr.write(`chart tests: ${line}\n`);
};
