import { readFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { SourceError } from '../sources/contract.ts';
import { listOf, shapeOf, textOf } from '../sources/shape.ts';
import type { Access, KubeconfigLocation } from './access.ts';

/**
 * Loads a kubeconfig and checks that a request could be made of it, so that what can't ever work is
 * told at the start. Nothing is searched for: neither $KUBECONFIG nor ~/.kube/config count.
 *
 * Whoever imports this file loads client-node: 76 MB and half a second. Only the helper process does
 * (`access-helper.ts`), and `library-access.ts` where there is no other way. What is plain is read without it, to the
 * same effect (`plain-kubeconfig.ts`).
 *
 * @throws SourceError
 */
export function loadKubeConfig({ file, context }: KubeconfigLocation): KubeConfig {
  const config = loadFile(file, context);
  checkCluster(config, file);
  return config;
}

/** What a request needs, from files, exec plugins and identity providers; throws whatever they do. */
export async function accessOf(config: KubeConfig): Promise<Access> {
  const headers: OutgoingHttpHeaders = {};
  const options: RequestOptions = { headers };
  await config.applyToHTTPSOptions(options);
  // A token file ends in a newline as often as not: client-go trims it, client-node doesn't.
  const { Authorization: token } = headers;
  if (typeof token === 'string') headers['Authorization'] = token.trim();
  // client-node caches its agent with the certificates of the first request; only a proxy needs that agent.
  const cluster = config.getCurrentCluster();
  if (!cluster?.proxyUrl) delete options.agent;
  return { server: cluster?.server ?? '', options };
}

function loadFile(file: string, context: string | undefined): KubeConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = codeOf(cause);
    throw code === 'ENOENT'
      ? new SourceError('KUBECONFIG_MISSING', `kubeconfig file ${file} doesn't exist`, { cause })
      : new SourceError(
          'KUBECONFIG_UNREADABLE',
          `kubeconfig file ${file} can't be read (${code})`,
          {
            cause,
          },
        );
  }
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
    takeTokenFiles(config, text, dirname(file));
  } catch (cause) {
    const reason = firstLine(cause instanceof Error ? cause.message : String(cause));
    const message = `kubeconfig file ${file} is no valid kubeconfig: ${reason}`;
    throw new SourceError('KUBECONFIG_INVALID', message, { cause });
  }
  selectContext(config, file, context);
  return config;
}

/**
 * kubectl's `tokenFile`, which client-node (2.0.1) passes over: its own spelling is `token-file`. The one provider of
 * its that reads a file does it anew each minute, as client-go does. Of file and token the file counts, as there.
 */
function takeTokenFiles(config: KubeConfig, text: string, directory: string): void {
  if (!text.includes('tokenFile')) return;
  const files = new Map<unknown, string>();
  for (const entry of listOf(shapeOf(parse(text))['users']).map(shapeOf)) {
    const file = textOf(shapeOf(entry['user'])['tokenFile']);
    if (file !== '' && !files.has(entry['name'])) files.set(entry['name'], file);
  }
  config.users = config.users.map((user) => {
    const tokenFile = files.get(user.name);
    if (tokenFile === undefined || user.exec || user.authProvider) return user;
    const { token: _, ...rest } = user;
    const provider = { name: 'tokenFile', config: { tokenFile: resolve(directory, tokenFile) } };
    return { ...rest, authProvider: provider };
  });
}

function selectContext(config: KubeConfig, file: string, wanted: string | undefined): void {
  const known = config.getContexts().map((context) => context.name);
  const list =
    known.length === 0 ? 'it has no contexts' : `its contexts are ${known.sort().join(', ')}`;
  const name = wanted ?? config.getCurrentContext();
  if (!name) {
    const message = `kubeconfig file ${file} has no current-context: name one; ${list}`;
    throw new SourceError('CONTEXT_MISSING', message);
  }
  if (!known.includes(name)) {
    const message = `kubeconfig file ${file} has no context '${name}'; ${list}`;
    throw new SourceError('CONTEXT_MISSING', message);
  }
  config.setCurrentContext(name);
}

function checkCluster(config: KubeConfig, where: string): void {
  const invalid = (message: string): SourceError =>
    new SourceError('KUBECONFIG_INVALID', `${where}: ${message}`);
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (cluster === null || context === null) {
    throw invalid(`context '${config.getCurrentContext()}' names no cluster of this file`);
  }
  const protocol = URL.parse(cluster.server)?.protocol;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw invalid(`cluster '${cluster.name}' has server '${cluster.server}', which is no URL`);
  }
  if (protocol === 'http:' && !cluster.skipTLSVerify) {
    throw invalid(
      `cluster '${cluster.name}' has the unencrypted server ${cluster.server}; ` +
        'if that is meant, set insecure-skip-tls-verify: true on it',
    );
  }
  if (config.getCurrentUser() !== null) return;
  if (context.user) throw invalid(`context '${context.name}' names no user of this file`);
  // A context may do without a user, but client-node then leaves out the cluster's CA as well.
  // The context keeps its name, by which the file is read again.
  config.users = [{ name: 'anonymous' }];
  config.contexts = [{ ...context, user: 'anonymous' }];
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : String(error);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
