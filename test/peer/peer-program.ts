// The plugin to compare with, and what it needs.

import { existsSync } from 'node:fs';
import { GoMissing } from '../support/go/go-programs.ts';
import { ensureKube, type KubeBinaries } from '../support/kube/build/build.ts';

/** CoreDNS with the plugin. */
export const PEER: string = process.env['SEAMARK_PEER'] ?? '';

/** What runs the API server, or why the plugin can't be compared. */
export async function kubeForPeer(): Promise<KubeBinaries | string> {
  if (PEER === '') return 'SEAMARK_PEER names no CoreDNS with the k8s_gateway plugin';
  if (!existsSync(PEER)) return `SEAMARK_PEER: there is no ${PEER}`;
  try {
    return await ensureKube((line) => process.stderr.write(`peer test: ${line}\n`));
  } catch (error) {
    if (error instanceof GoMissing) return error.message;
    throw error;
  }
}
