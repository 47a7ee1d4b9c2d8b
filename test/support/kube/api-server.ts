// One kube-apiserver: RBAC, static tokens, certificates that it makes for itself.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../ports.ts';
import { KubeClient } from './client.ts';
import { Daemon } from './daemon.ts';
import { composeKubeconfig, TOKENS, tokenFile } from './kubeconfig.ts';

export interface ApiServerOptions {
  readonly binary: string;
  readonly etcdUrl: string;
  /** Keys, certificates, tokens, kubeconfig and log. Servers that share it trust the same. */
  readonly folder: string;
}

/**
 * A kube-apiserver that can be killed and started again on the same port and data. No
 * controller-manager is beside it: the test itself plays the load balancer's controller, and a
 * deleted namespace stays Terminating.
 */
export class ApiServer {
  readonly url: string;
  /** A kubeconfig with the contexts of `CONTEXTS`; written by the first start. */
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #daemon: Daemon;
  #admin: KubeClient | undefined;

  private constructor({ binary, etcdUrl, folder }: ApiServerOptions, port: number) {
    this.url = `https://127.0.0.1:${port}`;
    this.kubeconfig = join(folder, `kubeconfig-${port}.yaml`);
    this.#folder = folder;
    this.#daemon = new Daemon({
      name: 'kube-apiserver',
      binary,
      logFile: join(folder, `kube-apiserver-${port}.log`),
      args: serverArguments(folder, etcdUrl, port),
      isReady: () => this.#isReady(),
    });
  }

  /** Picks a port and starts; resolves when the server is ready for anything. */
  static async start(options: ApiServerOptions): Promise<ApiServer> {
    await mkdir(options.folder, { recursive: true });
    await writeKeys(options.folder);
    const server = new ApiServer(options, await freePort());
    await server.start();
    return server;
  }

  /** Starts it again after `kill`. */
  async start(): Promise<void> {
    await this.#daemon.start();
    await writeFile(this.kubeconfig, composeKubeconfig(this.url, this.certificate));
  }

  /** From the next start on, the token of the context `refused` is let in. */
  async admitStranger(): Promise<void> {
    await writeFile(join(this.#folder, 'tokens.csv'), tokenFile(true));
  }

  /**
   * SIGKILL; watches break off in mid-stream. There is no gentle stop beside it: with a watch open,
   * SIGTERM takes kube-apiserver a minute.
   */
  async kill(): Promise<void> {
    this.#closeClient();
    await this.#daemon.kill();
  }

  /** The administrator's client. */
  get admin(): KubeClient {
    this.#admin ??= new KubeClient(this.url, this.certificate, TOKENS.admin);
    return this.#admin;
  }

  /** The self-made certificate and its CA's, PEM. */
  get certificate(): string {
    return readFileSync(join(this.#folder, 'certs', 'apiserver.crt'), 'utf8');
  }

  async #isReady(): Promise<boolean> {
    if ((await this.admin.request('GET', '/readyz')) !== 'ok') return false;
    await this.admin.request('GET', '/api/v1/namespaces/default');
    return true;
  }

  #closeClient(): void {
    this.#admin?.close();
    this.#admin = undefined;
  }
}

const serverArguments = (folder: string, etcdUrl: string, port: number): string[] => [
  `--etcd-servers=${etcdUrl}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  '--advertise-address=127.0.0.1',
  '--endpoint-reconciler-type=none',
  // Makes a self-signed CA and certificate on the first start and keeps them: no openssl needed.
  `--cert-dir=${join(folder, 'certs')}`,
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(folder, 'service-account.pub')}`,
  `--service-account-signing-key-file=${join(folder, 'service-account.key')}`,
  '--authorization-mode=RBAC',
  // Its controller, which gives every namespace its account, isn't here.
  '--disable-admission-plugins=ServiceAccount',
  '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
];

const writeKeys = async (folder: string): Promise<void> => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  // 'wx': a second server in the same folder keeps what the first one trusts.
  await Promise.allSettled([
    writeFile(join(folder, 'service-account.pub'), publicKey, { flag: 'wx' }),
    writeFile(join(folder, 'service-account.key'), privateKey, { flag: 'wx', mode: 0o600 }),
  ]);
  await writeFile(join(folder, 'tokens.csv'), tokenFile(false));
};
