import { defineConfig, type ViteUserConfig } from 'vitest/config';

// Sources are tested as they stand: the condition resolves our own packages to src/index.ts.
// Whole-system tests start the built artefact (dist), which scripts/test.mjs builds first.
const source = {
  resolve: { conditions: ['seamark-source'] },
  ssr: { resolve: { conditions: ['seamark-source'] } },
};

const project = (
  name: string,
  include: string[],
  testTimeout: number,
  globalSetup: string[] = [],
) => ({
  ...source,
  test: { name, include, testTimeout, hookTimeout: testTimeout * 2, globalSetup },
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
