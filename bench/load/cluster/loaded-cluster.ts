// A real API server that holds the data set, and changes it on demand.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { promisify } from 'node:util';
import { ensureKube } from '../../../test/support/kube/build/build.ts';
import { KubeError } from '../../../test/support/kube/client.ts';
import { Cluster } from '../../../test/support/kube/cluster.ts';
import { TOKENS } from '../../../test/support/kube/kubeconfig.ts';
import {
  collectionPath,
  type KubeObject,
  loadBalancer,
} from '../../../test/support/kube/objects.ts';
import { nowNs } from '../freshness/probe.ts';
import { NAMESPACE, toObjects } from '../manifests.ts';
import type { Dataset } from '../names.ts';

const run = promisify(execFile);

/** Objects that are created at once; the API server takes two requests for each. */
const PARALLEL = 64;
const REPORT_EVERY = 10_000;

/** When a change was asked for, and when whoever asked for it knew that it was done: see `nowNs`. */
export interface Confirmation {
  readonly requestedNs: number;
  readonly confirmedNs: number;
}

export class LoadedCluster implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #agent: Agent;

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const ca = cluster.apiServer.certificate;
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: PARALLEL });
  }

  /** Starts it and creates the objects, a thousand a second. */
  static async start(data: Dataset, report?: (line: string) => void): Promise<LoadedCluster> {
    const loaded = new LoadedCluster(await Cluster.start(await ensureKube(() => {})));
    try {
      await loaded.#createObjects(data, report ?? (() => {}));
      return loaded;
    } catch (error) {
      await loaded[Symbol.asyncDispose]();
      throw error;
    }
  }

  get kubeconfig(): string {
    return this.#cluster.apiServer.kubeconfig;
  }

  /** Gives the Ingress of host `index` another address, in place of its controller. */
  async change(index: number, address: string): Promise<Confirmation> {
    const path = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses/i${index}/status`;
    const type = 'application/merge-patch+json';
    const requestedNs = nowNs();
    const response = await this.#send('PATCH', path, type, { status: loadBalancer([address]) });
    const confirmedNs = nowNs();
    await read(response);
    return { requestedNs, confirmedNs };
  }

  /** Moves etcd and the API server, which are children of this process, to these cores: `0` or `0,1`. */
  async pin(cores: number | string): Promise<void> {
    const { stdout } = await run('ps', ['--ppid', String(process.pid), '-o', 'pid=,comm=']);
    for (const [, pid, name] of stdout.matchAll(/(\d+) (\S+)/g)) {
      if (name === 'etcd' || name === 'kube-apiserver') {
        await run('taskset', ['-a', '-p', '-c', String(cores), pid as string]);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await this.#cluster.remove();
  }

  async #createObjects(data: Dataset, report: (line: string) => void): Promise<void> {
    await this.#cluster.apiServer.admin.createNamespace(NAMESPACE);
    const objects = toObjects(data);
    let created = 0;
    const create = async (): Promise<void> => {
      for (const object of objects) {
        await this.#create(object);
        created += 1;
        if (created % REPORT_EVERY === 0) report(`${created} objects created`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, create));
  }

  /** The object, then its status: of what is created the API server drops it. */
  async #create(object: KubeObject): Promise<void> {
    const path = collectionPath(object);
    const made = await read(await this.#send('POST', path, 'application/json', object));
    // PUT costs the API server less than a patch, which it has to apply first.
    const full = { ...(JSON.parse(made) as KubeObject), status: object.status };
    const status = `${path}/${object.metadata.name}/status`;
    await read(await this.#send('PUT', status, 'application/json', full));
  }

  async #send(method: string, path: string, type: string, body: object): Promise<IncomingMessage> {
    const headers = { authorization: `Bearer ${TOKENS.admin}`, 'content-type': type };
    const url = new URL(path, this.#cluster.apiServer.url);
    const outgoing = request(url, { method, headers, agent: this.#agent });
    outgoing.end(JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  }
}

async function read(response: IncomingMessage): Promise<string> {
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const status = response.statusCode ?? 0;
  if (status >= 400) throw new KubeError(status, `${status} ${text}`);
  return text;
}
