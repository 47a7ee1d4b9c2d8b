// Builds etcd and kube-apiserver from their Go modules, once, into a cache outside the repository.
//
//   node test/support/kube/build/build.ts     builds what is missing and prints where it is

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrograms, pinnedIn } from '../../go/go-programs.ts';

const run = promisify(execFile);
const MODULE = import.meta.dirname;

/** Paths of the two programs. */
export interface KubeBinaries {
  readonly etcd: string;
  readonly apiServer: string;
}

/**
 * The two programs in the versions that go.mod names, built first if the cache lacks them (5 to 7
 * minutes on two cores). Progress goes to `report` in words. Throws GoMissing where they would have
 * to be built and can't be.
 */
export const ensureKube = async (report: (line: string) => void): Promise<KubeBinaries> => {
  const goMod = await readFile(join(MODULE, 'go.mod'), 'utf8');
  const kubernetes = pinnedIn(goMod, /^require k8s\.io\/kubernetes (\S+)$/m);
  const etcd = pinnedIn(goMod, /^\s*go\.etcd\.io\/etcd\/server\/v3 (v\S+)/m);
  const [major = '', minor = ''] = kubernetes.slice(1).split('.');
  const stamps = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor };
  const folder = await ensurePrograms(
    {
      module: MODULE,
      what: `etcd ${etcd} and kube-apiserver ${kubernetes}`,
      go: pinnedIn(goMod, /^go (\S+)$/m),
      shelf: `kube/kubernetes-${kubernetes}-etcd-${etcd}`,
      packages: ['go.etcd.io/etcd/server/v3', 'k8s.io/kubernetes/cmd/kube-apiserver'],
      // The same tags for both, so that what they share is compiled once.
      flags: ['-tags=selinux,notest,grpcnotrace'],
      stamps: Object.entries(stamps).map(
        ([name, value]) => `k8s.io/component-base/version.${name}=${value}`,
      ),
      // `go build` calls the program after the last element of its path that isn't a version.
      renamed: { server: 'etcd' },
      isWanted: async (there) =>
        (await versionOf(binaries(there).etcd)).includes(`etcd Version: ${etcd.slice(1)}\n`) &&
        (await versionOf(binaries(there).apiServer)).trim() === `Kubernetes ${kubernetes}`,
    },
    report,
  );
  return binaries(folder);
};

const binaries = (folder: string): KubeBinaries => ({
  etcd: join(folder, 'etcd'),
  apiServer: join(folder, 'kube-apiserver'),
});

const versionOf = async (program: string): Promise<string> =>
  (await run(program, ['--version'])).stdout;

if (import.meta.main) {
  const { etcd, apiServer } = await ensureKube((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${etcd}\n${apiServer}\n`);
}
