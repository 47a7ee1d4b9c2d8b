// CoreDNS with the k8s_gateway plugin, as SEAMARK_PEER names it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Endpoint, query, UdpClient } from '../support/dns/index.ts';
import { Daemon } from '../support/kube/daemon.ts';
import { freePort } from '../support/ports.ts';

export class PluginServer implements AsyncDisposable {
  readonly endpoint: Endpoint;
  private readonly daemon: Daemon;
  private readonly folder: string;

  private constructor(endpoint: Endpoint, daemon: Daemon, folder: string) {
    this.endpoint = endpoint;
    this.daemon = daemon;
    this.folder = folder;
  }

  /** Resolves when it answers whatever it is asked, if only SERVFAIL. `{$PORT}` is a free port. */
  static async start(program: string, corefile: string): Promise<PluginServer> {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-plugin-'));
    const endpoint = { host: '127.0.0.1', port: await freePort() };
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile.replace('{$PORT}', String(endpoint.port)));
    const daemon = new Daemon({
      name: 'CoreDNS',
      binary: program,
      args: ['-conf', config],
      logFile: join(folder, 'coredns.log'),
      isReady: async () => {
        await using client = await UdpClient.open(endpoint);
        return (await client.exchange(query('outside.invalid. A'), 200)).length > 0;
      },
    });
    const server = new PluginServer(endpoint, daemon, folder);
    try {
      await daemon.start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The end of its log, for the message of a failure. */
  async lastWords(): Promise<string> {
    return await this.daemon.lastWords();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
