import { defineConfig, type ViteUserConfig } from 'vitest/config';

// Sources are tested as they stand: the condition resolves our own packages to src/index.ts.
// Whole-system tests start the built artefact (dist), which scripts/test.mjs builds first.
const source = {
  resolve: { conditions: ['seamark-source'] },
  ssr: { resolve: { conditions: ['seamark-source'] } },
};

/** What waits for nobody but itself. Servers under test have the machine for themselves, or as good as. */
const ALONGSIDE: ReadonlySet<string> = new Set(['unit', 'arrows', 'docs', 'fuzz', 'conformance']);
const TWO_AT_ONCE = { maxWorkers: 2, sequence: { groupOrder: 0 } };
const ONE_BY_ONE = { maxWorkers: 1, sequence: { groupOrder: 1 } };

const project = (
  name: string,
  include: string[],
  testTimeout: number,
  globalSetup: string[] = [],
) => ({
  ...source,
  test: {
    ...{ name, include, testTimeout, hookTimeout: testTimeout * 2, globalSetup },
    ...(ALONGSIDE.has(name) ? TWO_AT_ONCE : ONE_BY_ONE),
  },
});

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'], 30_000),
      project('arrows', ['test/arrows/**/*.test.ts'], 30_000),
      project('docs', ['test/docs/**/*.test.ts'], 60_000),
      project('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      project('server', ['test/server/**/*.test.ts'], 60_000),
      project('conformance', ['test/conformance/**/*.test.ts'], 60_000),
      project('packages', ['test/packages/**/*.test.ts'], 300_000),
      project('cluster', ['test/cluster/**/*.test.ts'], 300_000, [
        'test/support/kube/global-setup.ts',
      ]),
      project('chart', ['test/chart/**/*.test.ts'], 300_000, [
        'test/support/kube/global-setup.ts',
        'test/support/helm/global-setup.ts',
      ]),
      project('image', ['test/image/**/*.test.ts'], 300_000),
      project('peer', ['test/peer/**/*.test.ts'], 300_000),
      project('load', ['test/load/**/*.test.ts', 'bench/load/**/*.test.ts'], 120_000),
    ],
  },
});

export default config;
