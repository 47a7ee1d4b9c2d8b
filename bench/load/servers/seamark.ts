// Seamark as its users run it: the built artefact, reading manifests, or a cluster where they are too many.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeManifests } from '../manifests.ts';
import { NAME_SERVER, TTL, ZONE } from '../names.ts';
import { StreamedCluster } from '../streamed-cluster.ts';
import type { Launch, Recipe } from './contract.ts';

const ROOT: string = join(import.meta.dirname, '../../..');

/** YAML is for people; who has more hosts than this has a cluster. */
const MOST_IN_FILES = 20_000;

/** No `log`: none of the rivals logs queries either. */
const corefile = (port: number, source: string): string => `
.:${port} {
    bind 127.0.0.1
    k8s_gateway ${ZONE} {
        ${source}
        resources Ingress Service
        apex ${NAME_SERVER.name}.${NAME_SERVER.namespace}
        ttl ${TTL}
    }
    errors
}
`;

const ONE_WORKER: readonly string[] = ['--workers', '1'];

/** Seamark as built in a checkout. */
function builtIn(name: string, checkout: string, options = ONE_WORKER): Recipe {
  const app = join(checkout, 'apps', 'server');
  const cli = join(app, 'dist', 'cli.js');
  return {
    name,
    async missing() {
      return existsSync(cli) ? undefined : `${cli} has not been built`;
    },
    async prepare(launch) {
      const { line, dispose } = await writeSource(launch);
      const config = join(launch.folder, 'Corefile');
      await writeFile(config, corefile(launch.port, line));
      // For profiles: --perf-basic-prof and the like.
      const flags = (process.env['SEAMARK_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
      const args = [...flags, cli, 'serve', '--config', config, ...options];
      return { program: join(ROOT, 'node_modules', '.bin', 'node'), args, dispose };
    },
    async version() {
      const manifest = await readFile(join(app, 'package.json'), 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    },
  };
}

/** The Corefile's line about where the objects are, and what ends that. */
async function writeSource({ setup, data, folder, kubeconfig: given }: Launch): Promise<Source> {
  if (given !== undefined) return { line: `kubeconfig ${given}`, dispose: async () => {} };
  if (setup.hosts <= MOST_IN_FILES) {
    const manifests = join(folder, 'manifests');
    await writeManifests(manifests, data);
    return { line: `manifests ${manifests}`, dispose: async () => {} };
  }
  const cluster = await StreamedCluster.start(data);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfig);
  return { line: `kubeconfig ${kubeconfig}`, dispose: () => cluster[Symbol.asyncDispose]() };
}

interface Source {
  readonly line: string;
  readonly dispose: () => Promise<void>;
}

export const seamark: Recipe = builtIn('seamark', ROOT);

/** The same under another name and with other options of the command line. */
export function seamarkWith(name: string, options: readonly string[]): Recipe {
  return builtIn(name, ROOT, options);
}

const BASE: string = process.env['SEAMARK_BASE'] ?? '';

/** Another revision, built elsewhere: a change is judged in one run with what it changes. */
export const base: readonly Recipe[] = BASE === '' ? [] : [builtIn('base', BASE)];
