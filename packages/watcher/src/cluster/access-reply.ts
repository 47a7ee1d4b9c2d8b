import { SourceError, type SourceErrorCode } from '../sources/contract.ts';
import type { Access, KubeconfigLocation } from './access.ts';
import { messageOf } from './failure.ts';

/** What a kubeconfig file gives, as a plain value. */
export type AccessReply =
  /** `context`: the one it is for, should it have been the current one. */
  | { readonly kind: 'access'; readonly context: string; readonly access: Access }
  /** What it needs can't be sent: a proxy's agent, or an identity provider's token that changes with each use. */
  | { readonly kind: 'here-only' }
  /** Waiting can't mend it. */
  | { readonly kind: 'hopeless'; readonly code: SourceErrorCode; readonly message: string }
  /** Waiting may: an exec plugin failed, a certificate's file is being replaced. */
  | { readonly kind: 'failed'; readonly server: string; readonly message: string };

/** Gets a reply, or rejects with a ConnectionError. */
export type AccessAsker = (
  location: KubeconfigLocation,
  signal: AbortSignal,
) => Promise<AccessReply>;

/** In place of what an exec plugin didn't say. */
export const saidNothing = 'the exec plugin failed and said nothing';

/** Long enough for an exec plugin's stack trace to show its beginning and its end. */
const longestMessage = 400;

/** Reads the kubeconfig in this process, which loads client-node for good. */
export async function replyHere(location: KubeconfigLocation): Promise<AccessReply> {
  const { accessOf, loadKubeConfig } = await import('./kube-config.ts');
  let server = '';
  try {
    const config = loadKubeConfig(location);
    server = config.getCurrentCluster()?.server ?? '';
    // OpenID Connect: many providers take a refresh token once, and the next one is in client-node's memory.
    const isOidc = config.getCurrentUser()?.authProvider?.name === 'oidc';
    if (isOidc || config.getCurrentCluster()?.proxyUrl) return { kind: 'here-only' };
    const access = await accessOf(config);
    return { kind: 'access', context: config.getCurrentContext(), access };
  } catch (error) {
    if (!(error instanceof SourceError)) {
      return { kind: 'failed', server, message: oneLine(error) };
    }
    return { kind: 'hopeless', code: error.code, message: error.message };
  }
}

/** All that was thrown, for client-node passes on what an exec plugin wrote to stderr, line by line. */
function oneLine(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : messageOf(error);
  return shorten(text) || saidNothing;
}

/** In one line, and without its middle if it is long. */
export function shorten(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  if (line.length <= longestMessage) return line;
  const half = longestMessage / 2;
  return `${line.slice(0, half)} … ${line.slice(-half)}`;
}
