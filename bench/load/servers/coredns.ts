// CoreDNS with the k8s_gateway plugin, the server that Seamark succeeds. It reads no files: its data live in
// a real API server, which the harness of the cluster tests starts beside it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureKube, GoMissing } from '../../../test/support/kube/build/build.ts';
import type { KubeClient } from '../../../test/support/kube/client.ts';
import { Cluster } from '../../../test/support/kube/cluster.ts';
import { NAMESPACE, toObjects } from '../manifests.ts';
import { type Dataset, NAME_SERVER, TTL, ZONE } from '../names.ts';
import type { Recipe } from './contract.ts';

const run = promisify(execFile);

/** Objects that are created at once; the API server takes two requests for each. */
const PARALLEL = 32;
/** More takes it minutes to be told. */
const MOST_HOSTS = 20_000;

const corefile = (port: number, kubeconfig: string): string => `
.:${port} {
    bind 127.0.0.1
    k8s_gateway ${ZONE} {
        kubeconfig ${kubeconfig}
        resources Ingress Service
        apex ${NAME_SERVER.name}.${NAME_SERVER.namespace}
        ttl ${TTL}
    }
    errors
}
`;

const program = (): string => process.env['SEAMARK_PEER'] ?? '';

export const coredns: Recipe = {
  name: 'coredns',
  async missing() {
    if (program() === '') return 'SEAMARK_PEER names no CoreDNS with the k8s_gateway plugin';
    if (!existsSync(program())) return `SEAMARK_PEER: there is no ${program()}`;
    try {
      await ensureKube((line) => process.stderr.write(`bench: API server: ${line}\n`));
      return undefined;
    } catch (error) {
      if (error instanceof GoMissing) return error.message;
      throw error;
    }
  },
  declines({ hosts }) {
    return hosts > MOST_HOSTS ? `${hosts} objects take an API server too long` : undefined;
  },
  async prepare({ folder, port, data, clientCore }) {
    const cluster = await Cluster.start(await ensureKube(() => {}));
    try {
      const { admin, kubeconfig } = cluster.apiServer;
      await createObjects(admin, data);
      await keepOffServerCore(clientCore);
      const config = join(folder, 'Corefile');
      await writeFile(config, corefile(port, kubeconfig));
      return { program: program(), args: ['-conf', config], dispose: () => cluster.remove() };
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  },
  async version() {
    const { stdout } = await run(program(), ['-version']);
    return /CoreDNS-(\S+)/.exec(stdout)?.[1] ?? 'unknown';
  },
};

async function createObjects(admin: KubeClient, data: Dataset): Promise<void> {
  await admin.createNamespace(NAMESPACE);
  const objects = toObjects(data);
  const create = async (): Promise<void> => {
    for (const object of objects) await admin.create(object);
  };
  await Promise.all(Array.from({ length: PARALLEL }, create));
}

/** etcd and the API server are children of this process, and go on working while the server is measured. */
async function keepOffServerCore(core: number): Promise<void> {
  const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'pid=,comm=']);
  for (const [, pid, name] of stdout.matchAll(/(\d+) (\S+)/g)) {
    if (name === 'etcd' || name === 'kube-apiserver') {
      await run('taskset', ['-a', '-p', '-c', String(core), pid as string]);
    }
  }
}
