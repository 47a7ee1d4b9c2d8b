import type { AccessAsker } from './access-reply.ts';
import { readPlainKubeconfig } from './plain-kubeconfig.ts';

/** Reads a plain kubeconfig here and now, and has a process read any other. */
export const askAccess: AccessAsker = async (location, signal) => {
  const plain = readPlainKubeconfig(location);
  if (plain !== undefined) return plain;
  const { askHelper } = await import('./helper-process.ts');
  return askHelper(location, signal);
};
