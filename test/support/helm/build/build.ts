// Builds Helm from its Go module, once, into a cache outside the repository.
//
//   node test/support/helm/build/build.ts     builds it if it is missing and prints where it is

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrograms, pinnedIn } from '../../go/go-programs.ts';

const run = promisify(execFile);
const MODULE = import.meta.dirname;

/**
 * The path of Helm in the version that go.mod names, built first if the cache lacks it (two minutes on two cores).
 * Throws GoMissing where it would have to be built and can't be.
 */
export const ensureHelm = async (report: (line: string) => void): Promise<string> => {
  const goMod = await readFile(join(MODULE, 'go.mod'), 'utf8');
  const version = pinnedIn(goMod, /^\s*helm\.sh\/helm\/v3 (v\S+)/m);
  // What Kubernetes Helm takes for granted without a cluster; unstamped it says v1.20.
  const minor = pinnedIn(goMod, /^\s*k8s\.io\/client-go v0\.(\d+)\./m);
  const kubernetes = ['pkg/lint/rules', 'pkg/chartutil'].flatMap((place) => [
    `helm.sh/helm/v3/${place}.k8sVersionMajor=1`,
    `helm.sh/helm/v3/${place}.k8sVersionMinor=${minor}`,
  ]);
  const ofHelm = 'helm.sh/helm/v3/internal/version';
  const folder = await ensurePrograms(
    {
      module: MODULE,
      what: `Helm ${version}`,
      go: pinnedIn(goMod, /^go (\S+)$/m),
      shelf: `helm/helm-${version}`,
      packages: ['helm.sh/helm/v3/cmd/helm'],
      stamps: [`${ofHelm}.version=${version}`, `${ofHelm}.metadata=`, ...kubernetes],
      isWanted: async (there) => {
        const { stdout } = await run(join(there, 'helm'), ['version', '--template={{.Version}}']);
        return stdout.trim() === version;
      },
    },
    report,
  );
  return join(folder, 'helm');
};

if (import.meta.main) {
  process.stdout.write(`${await ensureHelm((line) => process.stderr.write(`${line}\n`))}\n`);
}
