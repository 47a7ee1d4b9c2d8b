// A control plane without nodes: etcd and kube-apiserver in a directory of their own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api-server.ts';
import type { KubeBinaries } from './build/build.ts';
import type { KubeClient } from './client.ts';
import { type Etcd, startEtcd } from './etcd.ts';

export class Cluster {
  readonly apiServer: ApiServer;
  readonly #binaries: KubeBinaries;
  readonly #folder: string;
  readonly #etcd: Etcd;

  private constructor(binaries: KubeBinaries, folder: string, etcd: Etcd, apiServer: ApiServer) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#etcd = etcd;
    this.apiServer = apiServer;
  }

  /** Starts both; resolves when the API server is ready, some seconds later. */
  static async start(binaries: KubeBinaries): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-kube-'));
    const etcd = await startEtcd(binaries.etcd, join(folder, 'etcd'));
    try {
      const options = { binary: binaries.apiServer, etcdUrl: etcd.url, folder };
      return new Cluster(binaries, folder, etcd, await ApiServer.start(options));
    } catch (error) {
      await etcd.daemon.kill();
      throw error;
    }
  }

  /**
   * Lets the administrator work through another API server, on another port but the same data,
   * and ends that one: so the cluster changes while its own API server is down.
   */
  async behindItsBack(work: (admin: KubeClient) => Promise<void>): Promise<void> {
    const { apiServer: binary } = this.#binaries;
    const options = { binary, etcdUrl: this.#etcd.url, folder: this.#folder };
    const other = await ApiServer.start(options);
    try {
      await work(other.admin);
    } finally {
      await other.kill();
    }
  }

  /** Kills both and removes their data. */
  async remove(): Promise<void> {
    await this.apiServer.kill();
    await this.#etcd.daemon.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
