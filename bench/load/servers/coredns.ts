// CoreDNS with the k8s_gateway plugin, the server that Seamark succeeds. It reads no files: its data live in
// a real API server, which the harness of the cluster tests starts beside it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GoMissing } from '../../../test/support/go/go-programs.ts';
import { ensureKube } from '../../../test/support/kube/build/build.ts';
import { LoadedCluster } from '../cluster/loaded-cluster.ts';
import { NAME_SERVER, TTL, ZONE } from '../names.ts';
import type { Recipe } from './contract.ts';

const run = promisify(execFile);

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
  async prepare({ folder, port, data, clientCore, kubeconfig }) {
    const config = join(folder, 'Corefile');
    const command = { program: program(), args: ['-conf', config] };
    if (kubeconfig !== undefined) {
      await writeFile(config, corefile(port, kubeconfig));
      return command;
    }
    const cluster = await LoadedCluster.start(data);
    await cluster.pin(clientCore);
    await writeFile(config, corefile(port, cluster.kubeconfig));
    return { ...command, dispose: () => cluster[Symbol.asyncDispose]() };
  },
  async version() {
    const { stdout } = await run(program(), ['-version']);
    return /CoreDNS-(\S+)/.exec(stdout)?.[1] ?? 'unknown';
  },
};
