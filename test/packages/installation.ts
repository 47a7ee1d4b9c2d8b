// Builds and packs every package as a release would, and installs the tarballs in an empty folder.

import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
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
    for (const subject of packages) {
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

/** A folder with all that the packages share, so that each is built in a place like its own. */
function openWorkshop(scratch: string): string {
  const workshop = join(scratch, 'build');
  mkdirSync(workshop);
  cpSync(join(ROOT, 'tsconfig.base.json'), join(workshop, 'tsconfig.base.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(workshop, 'node_modules'));
  return workshop;
}

/**
 * Builds a copy, so that what an earlier build left in `dist` is not packed. The packages that it
 * stands on have to be built where they are: their types are read.
 */
async function pack(
  { room }: Package,
  workshop: string,
): Promise<{ readonly path: string; readonly files: readonly string[] }> {
  const copy = join(workshop, room);
  cpSync(join(ROOT, room), copy, {
    recursive: true,
    filter: (path) => !['dist', 'node_modules', '.turbo'].some((name) => path.endsWith(`/${name}`)),
  });
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
