import type { KubeConfig } from '@kubernetes/client-node';
import type { Access, AccessSource, KubeconfigLocation } from './access.ts';
import { ConnectionError, messageOf } from './failure.ts';
import { accessOf, loadKubeConfig } from './kube-config.ts';

/** A kubeconfig in this process, client-node and all, asked for every request. */
export class LibraryAccess implements AccessSource {
  readonly server: string;
  readonly #config: KubeConfig;

  /** @throws SourceError */
  constructor(location: KubeconfigLocation) {
    this.#config = loadKubeConfig(location);
    this.server = this.#config.getCurrentCluster()?.server ?? '';
  }

  async current(): Promise<Access> {
    try {
      return await accessOf(this.#config);
    } catch (cause) {
      const message = `no credentials for ${this.server}: ${messageOf(cause)}`;
      throw new ConnectionError(message, { cause });
    }
  }

  accepted(): void {}

  refused(): boolean {
    return false;
  }
}
