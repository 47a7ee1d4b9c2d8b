import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { SourceError } from '../sources/contract.ts';
import type { Access, AccessSource } from './access.ts';
import { ConnectionError, messageOf } from './failure.ts';

/** Where the kubelet mounts it. */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount';

const outsidePod =
  "outside a pod, or in one with automountServiceAccountToken: false, name a kubeconfig: 'kubeconfig FILE [CONTEXT]'";

/**
 * The pod's own service account: two variables and two files that Kubernetes promises to every pod, so
 * client-node is not asked, whose 76 MB and 0.5 s would buy nothing here. The files are read for each request,
 * as the kubelet renews the token in place.
 */
export class ServiceAccount implements AccessSource {
  readonly server: string;
  readonly #directory: string;

  /** @throws SourceError where there is none */
  constructor(directory: string = mounted) {
    const host = variable('KUBERNETES_SERVICE_HOST');
    const port = variable('KUBERNETES_SERVICE_PORT');
    this.server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    this.#directory = directory;
    for (const name of ['token', 'ca.crt']) {
      try {
        this.#read(name);
      } catch (cause) {
        const file = `${directory}/${name}`;
        const message = `service account file ${file} can't be read (${codeOf(cause)}); ${outsidePod}`;
        throw new SourceError('SERVICE_ACCOUNT_MISSING', message, { cause });
      }
    }
  }

  async current(): Promise<Access> {
    try {
      const headers = { Authorization: `Bearer ${this.#read('token').trim()}` };
      return { server: this.server, options: { headers, ca: this.#read('ca.crt') } };
    } catch (cause) {
      const message = `no credentials for ${this.server}: ${messageOf(cause)}`;
      throw new ConnectionError(message, { cause });
    }
  }

  accepted(): void {}

  refused(): boolean {
    return false;
  }

  #read(name: string): string {
    return readFileSync(`${this.#directory}/${name}`, 'utf8');
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new SourceError('SERVICE_ACCOUNT_MISSING', `${name} is not set; ${outsidePod}`);
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : String(error);
}
