// One etcd with a data directory of its own.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { Daemon } from './daemon.ts';

/** A running etcd; its data stay in `folder` when it is killed. */
export interface Etcd {
  readonly url: string;
  readonly daemon: Daemon;
}

/** Starts etcd on loopback, over plain HTTP, and resolves once it is healthy. */
export const startEtcd = async (binary: string, folder: string): Promise<Etcd> => {
  await mkdir(folder, { recursive: true });
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const daemon = new Daemon({
    name: 'etcd',
    binary,
    logFile: join(folder, 'etcd.log'),
    args: [
      '--name=test',
      `--data-dir=${join(folder, 'data')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=test=${peerUrl}`,
      '--unsafe-no-fsync', // test data: nobody misses them after a crash of the machine
    ],
    isReady: async () => (await fetch(`${url}/health`)).ok,
  });
  await daemon.start();
  return { url, daemon };
};
