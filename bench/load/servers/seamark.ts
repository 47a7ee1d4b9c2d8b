// Seamark as its users run it: the built artefact, reading manifests.

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NAME_SERVER, TTL, ZONE } from '../names.ts';
import type { Recipe } from './contract.ts';

const ROOT: string = join(import.meta.dirname, '../../..');
const APP: string = join(ROOT, 'apps', 'server');

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

export const seamark: Recipe = {
  name: 'seamark',
  async missing() {
    return existsSync(join(APP, 'dist', 'cli.js')) ? undefined : 'apps/server has not been built';
  },
  async prepare({ folder, port, manifests }) {
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile(port, manifests));
    const cli = join(APP, 'dist', 'cli.js');
    // SEAMARK_BENCH_NODE_FLAGS: for profiles (--perf-basic-prof).
    const flags = (process.env['SEAMARK_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
    const args = [...flags, cli, 'serve', '--config', config, '--workers', '1'];
    return { program: join(ROOT, 'node_modules', '.bin', 'node'), args };
  },
  async version() {
    const manifest = await readFile(join(APP, 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  },
};
