// Follows the Dockerfile without Docker: each stage is a folder, its base image the tools of this machine.

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { CONTEXT, ROOT, STAGES, type Stage, type Step } from './dockerfile.ts';

const run = promisify(execFile);
const BIN = 'usr/local/bin';

/** A stage as far as it has been followed. */
interface Place {
  readonly root: string;
  workdir: string;
  readonly env: Record<string, string>;
}

/**
 * Carries out all stages below `scratch` and returns the root of the last one. What only Debian can do (apt-get), is left
 * out; whatever else a step says is done, and a keyword that isn't known here is an error.
 */
export const follow = async (scratch: string): Promise<string> => {
  const places = new Map<string, Place>();
  let last = '';
  for (const stage of STAGES) {
    const place = await begin(stage, scratch, places.get(stage.base));
    for (const step of stage.steps) await take(step, place, places);
    places.set(stage.name, place);
    last = place.root;
  }
  return last;
};

const begin = async ({ name, base }: Stage, scratch: string, on?: Place): Promise<Place> => {
  const root = join(scratch, name);
  await mkdir(root);
  if (on !== undefined) {
    await cp(on.root, root, { recursive: true, verbatimSymlinks: true });
    return { root, workdir: on.workdir, env: { ...on.env } };
  }
  if (base.startsWith('node:')) {
    // The image's Node is the one that is pinned here; a test holds the versions together.
    await mkdir(join(root, BIN), { recursive: true });
    await cp(join(ROOT, 'node_modules/node/bin/node'), join(root, BIN, 'node'));
  }
  return { root, workdir: '/', env: {} };
};

const take = async (
  step: Step,
  place: Place,
  places: ReadonlyMap<string, Place>,
): Promise<void> => {
  switch (step.keyword) {
    case 'WORKDIR':
      place.workdir = posix.resolve(place.workdir, step.words[0] ?? '');
      await mkdir(join(place.root, place.workdir), { recursive: true });
      return;
    case 'ENV':
      for (const word of step.words) {
        const [name = '', value = ''] = word.split('=', 2);
        place.env[name] = value;
      }
      return;
    case 'COPY':
      return await copy(step, place, places);
    case 'RUN':
      if (step.text.startsWith('apt-get ')) return;
      return await execute(step.text, place);
    case 'LABEL':
    case 'USER':
    case 'EXPOSE':
    case 'ENTRYPOINT':
    case 'CMD':
      return;
    default:
      throw new Error(`nobody knows here what ${step.keyword} does`);
  }
};

const execute = async (text: string, { root, workdir, env }: Place): Promise<void> => {
  const path = [join(root, BIN), process.env['PATH']].join(delimiter);
  const options = {
    cwd: join(root, workdir),
    // What this machine says of npm's registry holds; that it runs in a test does not.
    env: { ...process.env, NODE_ENV: '', ...env, PATH: path, npm_config_prefer_offline: 'true' },
    maxBuffer: 1 << 26,
  };
  await run('sh', ['-ec', text], options);
};

/** As Docker: a folder's contents are copied, a file into a folder where the target is one. */
const copy = async (
  step: Step,
  place: Place,
  places: ReadonlyMap<string, Place>,
): Promise<void> => {
  const target = step.words.at(-1) ?? '';
  const into = join(place.root, posix.resolve(place.workdir, target));
  const { from, chmod: mode } = step.flags;
  for (const source of step.words.slice(0, -1)) {
    if (from === undefined) {
      await copyOfContext(source, into, target.endsWith('/'), mode);
      continue;
    }
    const path = join(places.get(from)?.root ?? '', source);
    const isFolder = (await stat(path)).isDirectory();
    const to = isFolder || !target.endsWith('/') ? into : join(into, basename(path));
    await cp(path, to, { recursive: true, verbatimSymlinks: true });
  }
};

const copyOfContext = async (
  source: string,
  into: string,
  isFolder: boolean,
  mode: string | undefined,
): Promise<void> => {
  const files = CONTEXT.filter((path) => path === source || path.startsWith(`${source}/`));
  if (files.length === 0) throw new Error(`COPY ${source}: nothing of that name is sent`);
  for (const path of files) {
    const isItself = path === source;
    const inside = isItself ? basename(path) : path.slice(source.length + 1);
    const to = isItself && !isFolder ? into : join(into, inside);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(ROOT, path), to);
    if (mode !== undefined) await chmod(to, Number.parseInt(mode, 8));
  }
};
