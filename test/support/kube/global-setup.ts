// Vitest's global setup of the projects `cluster` and `chart`: one API server for all the files of each.

import type { TestProject } from 'vitest/node';
import { GoMissing, unlessGoIsMissing } from '../go/go-programs.ts';
import { ensureKube, type KubeBinaries } from './build/build.ts';
import { Cluster } from './cluster.ts';
import { TOKENS } from './kubeconfig.ts';

/** What the test files get by `inject('kube')`. */
export type Kube =
  | { readonly missing: string }
  | {
      readonly missing?: never;
      /** For tests that need a cluster of their own to break. */
      readonly binaries: KubeBinaries;
      readonly url: string;
      /** PEM. */
      readonly ca: string;
      readonly token: string;
      /** A file with the contexts of `CONTEXTS`. */
      readonly kubeconfig: string;
    };

declare module 'vitest' {
  interface ProvidedContext {
    kube: Kube;
  }
}

/** Builds (the first time), starts and provides the cluster; returns what takes it down. */
export default async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  const binaries = await unlessGoIsMissing(() => ensureKube((line) => announce([line])));
  if (binaries instanceof GoMissing) {
    announce(['THE CLUSTER TESTS ARE SKIPPED', binaries.message]);
    project.provide('kube', { missing: binaries.message });
    return undefined;
  }
  const cluster = await Cluster.start(binaries);
  const { url, kubeconfig, certificate: ca } = cluster.apiServer;
  project.provide('kube', { binaries, url, ca, token: TOKENS.admin, kubeconfig });
  return () => cluster.remove();
};

const announce = (lines: readonly string[]): void => {
  for (const line of lines) process.stderr.write(`cluster tests: ${line}\n`);
};
