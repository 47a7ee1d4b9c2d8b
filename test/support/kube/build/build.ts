// Builds etcd and kube-apiserver from their Go modules, once, into a cache outside the repository.
//
//   node test/support/kube/build/build.ts     builds what is missing and prints where it is

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startChild } from '../../child.ts';

const run = promisify(execFile);
const MODULE = import.meta.dirname;
const PACKAGES = ['go.etcd.io/etcd/server/v3', 'k8s.io/kubernetes/cmd/kube-apiserver'] as const;
// The same tags for both, so that what they share is compiled once.
const TAGS = 'selinux,notest,grpcnotrace';

/** Paths of the two programs. */
export interface KubeBinaries {
  readonly etcd: string;
  readonly apiServer: string;
}

/** Go isn't there, or is too old: the cluster tests can't run on this machine. */
export class GoMissing extends Error {
  override readonly name = 'GoMissing';
}

interface Release {
  /** `v1.36.3` */
  readonly kubernetes: string;
  /** `v3.6.8` */
  readonly etcd: string;
  /** The least Go version, `1.26.0`. */
  readonly go: string;
}

/**
 * The two programs in the versions that go.mod names, built first if the cache lacks them (5 to 7
 * minutes on two cores). Progress goes to `report` in words. Throws GoMissing where they would have
 * to be built and can't be.
 */
export const ensureKube = async (report: (line: string) => void): Promise<KubeBinaries> => {
  const release = await pinnedRelease();
  const folder = join(cacheFolder(), folderName(release));
  if (await isWanted(folder, release)) return binaries(folder);
  await requireGo(release.go);
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}.building-`);
  try {
    await build(building, release, report);
    if (!(await isWanted(building, release)))
      throw new Error(`${building}: not what was asked for`);
    await moveIntoPlace(building, folder, release);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  report(`built; kept in ${folder}`);
  return binaries(folder);
};

const binaries = (folder: string): KubeBinaries => ({
  etcd: join(folder, 'etcd'),
  apiServer: join(folder, 'kube-apiserver'),
});

const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'seamark', 'kube');

const folderName = (release: Release): string =>
  `kubernetes-${release.kubernetes}-etcd-${release.etcd}-${process.platform}-${process.arch}`;

const pinnedRelease = async (): Promise<Release> => {
  const text = await readFile(join(MODULE, 'go.mod'), 'utf8');
  const version = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`go.mod has nothing like ${pattern}`);
    return found;
  };
  return {
    kubernetes: version(/^require k8s\.io\/kubernetes (\S+)$/m),
    etcd: version(/^\s*go\.etcd\.io\/etcd\/server\/v3 (v\S+)/m),
    go: version(/^go (\S+)$/m),
  };
};

const isWanted = async (folder: string, release: Release): Promise<boolean> => {
  const { etcd, apiServer } = binaries(folder);
  try {
    const [ofEtcd, ofApiServer] = await Promise.all([
      run(etcd, ['--version']),
      run(apiServer, ['--version']),
    ]);
    return (
      ofEtcd.stdout.includes(`etcd Version: ${release.etcd.slice(1)}\n`) &&
      ofApiServer.stdout.trim() === `Kubernetes ${release.kubernetes}`
    );
  } catch {
    return false;
  }
};

const requireGo = async (least: string): Promise<void> => {
  const need = `etcd and kube-apiserver are built once from their Go modules, which needs Go ${least} or newer`;
  let said: string;
  try {
    // In the module's folder, where a newer `go` may fetch the toolchain that go.mod asks for.
    said = (await run('go', ['version'], { cwd: MODULE })).stdout;
  } catch (cause) {
    throw new GoMissing(`${need}; \`go version\` can't be run`, { cause });
  }
  const found = /\bgo(\d+(?:\.\d+)*)/.exec(said)?.[1] ?? '0';
  if (isOlder(found, least)) throw new GoMissing(`${need}; here is ${said.trim()}`);
};

const isOlder = (version: string, least: string): boolean =>
  version.localeCompare(least, 'en', { numeric: true }) < 0;

const build = async (
  folder: string,
  release: Release,
  report: (line: string) => void,
): Promise<void> => {
  report(`building etcd ${release.etcd} and kube-apiserver ${release.kubernetes} with Go`);
  report('(some minutes the first time, cached afterwards)');
  const go = startChild('go', buildArguments(folder, release), {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { stderr } = go.process;
  if (stderr === null) throw new Error('stderr is not a pipe');
  const lastWords: string[] = [];
  const started = performance.now();
  const progress = { downloaded: 0, compiled: 0 };
  const ticker = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const { downloaded, compiled } = progress;
    report(`${seconds} s: ${downloaded} modules downloaded, ${compiled} packages compiled`);
  }, 15_000);
  for await (const line of createInterface(stderr)) {
    if (line.startsWith('go: downloading ')) progress.downloaded++;
    else progress.compiled++;
    lastWords.splice(0, lastWords.length - 19);
    lastWords.push(line);
  }
  const { code } = await go.exited.finally(() => clearInterval(ticker));
  if (code !== 0) throw new Error(`go build failed:\n${lastWords.join('\n')}`);
  // `go build` calls the program after the last element of its path that isn't a version.
  await rename(join(folder, 'server'), join(folder, 'etcd'));
};

const buildArguments = (folder: string, { kubernetes }: Release): string[] => {
  const [major = '', minor = ''] = kubernetes.slice(1).split('.');
  const stamps = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor };
  const stamp = Object.entries(stamps).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  const linker = ['-s', '-w', ...stamp].join(' ');
  return [
    'build',
    ...['-v', '-mod=readonly', '-trimpath', '-buildvcs=false', `-tags=${TAGS}`],
    ...['-ldflags', linker, '-o', `${folder}/`],
    ...PACKAGES,
  ];
};

/** Two processes may have built at once: the first rename wins, and the second finds it good. */
const moveIntoPlace = async (from: string, to: string, release: Release): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (await isWanted(to, release)) return;
    // What lies there is no good (an interrupted copy, say).
    await rm(to, { recursive: true, force: true });
    await rename(from, to).catch(() => Promise.reject(error));
  }
};

if (import.meta.main) {
  const { etcd, apiServer } = await ensureKube((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${etcd}\n${apiServer}\n`);
}
