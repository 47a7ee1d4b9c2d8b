// Builds and packs every package as a release would, and installs the tarballs in an empty folder.

import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const ROOT: string = join(import.meta.dirname, '..', '..');
/** The Node that the project pins. */
export const NODE: string = join(ROOT, 'node_modules', '.bin', 'node');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** What a package.json says, as far as anybody here asks. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** A package of this repository that is to be published. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Its folder in the repository, from the root: `packages/udp`. */
  readonly room: string;
}

export const packages: readonly Package[] = globSync('{packages,apps}/*/package.json', {
  cwd: ROOT,
})
  .sort()
  .map((path) => {
    const { name, version } = readManifest(join(ROOT, path));
    return { name, version, room: path.slice(0, -'/package.json'.length) };
  });

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

/** An empty folder in which all tarballs were installed. Dispose of it. */
export class Installation implements Disposable {
  readonly folder: string;
  /** The paths in each package's tarball, by its name. */
  readonly contents: ReadonlyMap<string, readonly string[]>;

  private constructor(folder: string, contents: ReadonlyMap<string, readonly string[]>) {
    this.folder = folder;
    this.contents = contents;
  }

  /** Takes libraries from npm's cache where they are there, from the registry where not. */
  static async create(): Promise<Installation> {
    const scratch = mkdtempSync(join(tmpdir(), 'seamark-packages-'));
    const folder = join(scratch, 'installed');
    mkdirSync(folder);
    const workshop = openWorkshop(scratch);
    const contents = new Map<string, readonly string[]>();
    const tarballs: string[] = [];
    for (const subject of inOrder()) {
      const { path, files } = await pack(subject, workshop);
      contents.set(subject.name, files);
      tarballs.push(path);
    }
    // A package.json of its own keeps npm from looking for one in the folders above.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...options, ...tarballs], { cwd: folder });
    return new Installation(folder, contents);
  }

  /** Where a package was installed. */
  home(name: string): string {
    return join(this.folder, 'node_modules', name);
  }

  /**
   * Runs a program in the folder and resolves to its stdout.
   *
   * @throws with what it wrote, if its exit status is not 0.
   */
  async run(command: string, args: readonly string[]): Promise<string> {
    const { stdout } = await run(command, args, { cwd: this.folder });
    return stdout;
  }

  [Symbol.dispose](): void {
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}

/**
 * A folder like the repository, with a copy of every package: what an earlier build left in `dist` is not packed, and
 * what the server takes in of the packages lies beside it as there.
 */
function openWorkshop(scratch: string): string {
  const workshop = join(scratch, 'build');
  const modules = join(workshop, 'node_modules');
  mkdirSync(join(modules, '@seamark'), { recursive: true });
  cpSync(join(ROOT, 'tsconfig.base.json'), join(workshop, 'tsconfig.base.json'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '@seamark') symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const { name, room } of packages) {
    const copy = join(workshop, room);
    cpSync(join(ROOT, room), copy, {
      recursive: true,
      filter: (path) =>
        !['dist', 'node_modules', '.turbo'].some((left) => path.endsWith(`/${left}`)),
    });
    if (name.startsWith('@seamark/')) symlinkSync(copy, join(modules, name));
  }
  return workshop;
}

/** The packages, each after those that it stands on, whose types its build reads. */
function inOrder(): Package[] {
  const ordered: Package[] = [];
  const left = new Set(packages);
  while (left.size > 0) {
    const next = [...left].find(({ room }) => {
      const { dependencies, devDependencies } = readManifest(join(ROOT, room, 'package.json'));
      const needed = { ...dependencies, ...devDependencies };
      return ![...left].some(({ name }) => name in needed);
    });
    if (next === undefined) throw new Error('the packages stand on one another in a circle');
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** @returns the tarball's path, and what is in it */
async function pack(
  { room }: Package,
  workshop: string,
): Promise<{ readonly path: string; readonly files: readonly string[] }> {
  const copy = join(workshop, room);
  if (existsSync(join(copy, 'rolldown.config.mjs')))
    await run('npm', ['run', 'build'], { cwd: copy });
  else await run(NODE, [TSC, '-p', join(copy, 'tsconfig.json')]);
  const { stdout } = await run('npm', ['pack', '--json'], { cwd: copy });
  // npm 11 gives a list, later ones an object by package name.
  const [packed] = Object.values(
    JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
  );
  if (packed === undefined) throw new Error(`npm pack in ${room} told of no tarball: ${stdout}`);
  return { path: join(copy, packed.filename), files: packed.files.map(({ path }) => path) };
}
