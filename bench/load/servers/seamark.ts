// Seamark as its users run it: the built artefact, reading manifests.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NAME_SERVER, TTL, ZONE } from '../names.ts';
import type { Recipe } from './contract.ts';

const ROOT: string = join(import.meta.dirname, '../../..');

/** No `log`: none of the rivals logs queries either. */
const corefile = (port: number, manifests: string): string => `
.:${port} {
    bind 127.0.0.1
    k8s_gateway ${ZONE} {
        manifests ${manifests}
        resources Ingress Service
        apex ${NAME_SERVER.name}.${NAME_SERVER.namespace}
        ttl ${TTL}
    }
    errors
}
`;

/** Seamark as built in a checkout. */
function builtIn(name: string, checkout: string): Recipe {
  const app = join(checkout, 'apps', 'server');
  const cli = join(app, 'dist', 'cli.js');
  return {
    name,
    async missing() {
      return existsSync(cli) ? undefined : `${cli} has not been built`;
    },
    async prepare({ folder, port, manifests }) {
      const config = join(folder, 'Corefile');
      await writeFile(config, corefile(port, manifests));
      // For profiles: --perf-basic-prof and the like.
      const flags = (process.env['SEAMARK_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
      const args = [...flags, cli, 'serve', '--config', config, '--workers', '1'];
      return { program: join(ROOT, 'node_modules', '.bin', 'node'), args };
    },
    async version() {
      const manifest = await readFile(join(app, 'package.json'), 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    },
  };
}

export const seamark: Recipe = builtIn('seamark', ROOT);

const BASE: string = process.env['SEAMARK_BASE'] ?? '';

/** Another revision, built elsewhere: a change is judged in one run with what it changes. */
export const base: readonly Recipe[] = BASE === '' ? [] : [builtIn('base', BASE)];
