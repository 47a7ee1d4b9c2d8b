// Programs that the tests need and that no registry ships: built from their Go modules, once, into a cache
// outside the repository.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startChild } from '../child.ts';

const run = promisify(execFile);

/** Go isn't there, or is too old: what needs these programs can't run on this machine. */
export class GoMissing extends Error {
  override readonly name = 'GoMissing';
}

/** What is to be built. */
export interface GoPrograms {
  /** The folder of the go.mod that pins every version. */
  readonly module: string;
  /** For people: `etcd v3.6.8 and kube-apiserver v1.36.3`. */
  readonly what: string;
  /** The least Go version, `1.26.0`. */
  readonly go: string;
  /** Where the programs are kept: `kube/kubernetes-v1.36.3-etcd-v3.6.8`. */
  readonly shelf: string;
  readonly packages: readonly string[];
  readonly flags?: readonly string[];
  /** `-X` of the linker: `path.variable=value`. */
  readonly stamps: readonly string[];
  /** File names: as `go build` calls a program, and as it is to be called. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Whether the programs in a folder are those that are wanted; it may throw where there are none. */
  isWanted(folder: string): Promise<boolean>;
}

/**
 * The folder with the programs, built first if the cache lacks them. Progress goes to `report` in words. Throws
 * GoMissing where they would have to be built and can't be.
 */
export const ensurePrograms = async (
  programs: GoPrograms,
  report: (line: string) => void,
): Promise<string> => {
  const folder = join(cacheFolder(), `${programs.shelf}-${process.platform}-${process.arch}`);
  if (await isGood(folder, programs)) return folder;
  await requireGo(programs);
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}.building-`);
  try {
    await build(building, programs, report);
    if (!(await isGood(building, programs))) throw new Error(`${building}: not what was asked for`);
    await moveIntoPlace(building, folder, programs);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  report(`built; kept in ${folder}`);
  return folder;
};

const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'seamark');

const isGood = async (folder: string, { isWanted }: GoPrograms): Promise<boolean> => {
  try {
    return await isWanted(folder);
  } catch {
    return false;
  }
};

const requireGo = async ({ go: least, module, what }: GoPrograms): Promise<void> => {
  const need = `${what}: built once with Go ${least} or newer`;
  let said: string;
  try {
    // In the module's folder, where a newer `go` may fetch the toolchain that go.mod asks for.
    said = (await run('go', ['version'], { cwd: module })).stdout;
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
  programs: GoPrograms,
  report: (line: string) => void,
): Promise<void> => {
  report(`building ${programs.what} with Go`);
  report('(some minutes the first time, cached afterwards)');
  const go = startChild('go', buildArguments(folder, programs), {
    cwd: programs.module,
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
  for (const [built, wanted] of Object.entries(programs.renamed ?? {})) {
    await rename(join(folder, built), join(folder, wanted));
  }
};

const buildArguments = (folder: string, { flags = [], stamps, packages }: GoPrograms): string[] => {
  const linker = ['-s', '-w', ...stamps.map((stamp) => `-X ${stamp}`)].join(' ');
  return [
    'build',
    ...['-v', '-mod=readonly', '-trimpath', '-buildvcs=false', ...flags],
    ...['-ldflags', linker, '-o', `${folder}/`],
    ...packages,
  ];
};

/** Two processes may have built at once: the first rename wins, and the second finds it good. */
const moveIntoPlace = async (from: string, to: string, programs: GoPrograms): Promise<void> => {
  try {
    await rename(from, to);
  } catch (error) {
    if (await isGood(to, programs)) return;
    // What lies there is no good (an interrupted copy, say).
    await rm(to, { recursive: true, force: true });
    await rename(from, to).catch(() => Promise.reject(error));
  }
};

/** The first group of `pattern` in a go.mod: the version that is pinned there. */
export const pinnedIn = (goMod: string, pattern: RegExp): string => {
  const found = pattern.exec(goMod)?.[1];
  if (found === undefined) throw new Error(`go.mod has nothing like ${pattern}`);
  return found;
};

/**
 * What `ensure` resolves to, or GoMissing: the tests are skipped then, but never unnoticed, and with CI=true it is
 * an error.
 */
export const unlessGoIsMissing = async <Programs>(
  ensure: () => Promise<Programs>,
): Promise<Programs | GoMissing> => {
  try {
    return await ensure();
  } catch (error) {
    if (error instanceof GoMissing && process.env['CI'] !== 'true') return error;
    throw error;
  }
};
