import { dirname, resolve } from 'node:path';
import { nearest } from '../../corefile/nearest.ts';
import { formatPosition, type Token } from '../../corefile/token.ts';
import type { GatewayDraft } from '../draft.ts';
import type { ResourceKind, SourceConfig } from '../server-config.ts';
import type { Context, Vocabulary, Word } from '../vocabulary.ts';
import { readNameserverName } from './nameserver-names.ts';

const KINDS: readonly ResourceKind[] = ['Ingress', 'Service'];
const LATER_KINDS: readonly string[] = [
  'HTTPRoute',
  'TLSRoute',
  'GRPCRoute',
  'DNSEndpoint',
  'Node',
];
const MAX_TTL = 3600;

const resources: Word<GatewayDraft> = {
  name: 'resources',
  usage: 'resources KIND…',
  help: 'The kinds of objects, the one that takes precedence first; Ingress Service by default.',
  least: 1,
  read(directive, gateway, { problems }) {
    const kinds = new Map<ResourceKind, Token>();
    for (const token of directive.arguments) {
      const kind = KINDS.find((candidate) => candidate === token.text);
      if (kind === undefined) {
        const isLater = LATER_KINDS.includes(token.text);
        problems.report(
          token,
          isLater ? `"${token.text}" is not supported yet` : `unknown kind "${token.text}"`,
          { allowed: KINDS, suggestion: isLater ? undefined : nearest(token.text, KINDS) },
        );
        continue;
      }
      const first = kinds.get(kind);
      if (first === undefined) kinds.set(kind, token);
      else problems.report(token, `"${kind}" stands at ${formatPosition(first.position)} already`);
    }
    gateway.resources = [...kinds.keys()];
  },
};

const ttl: Word<GatewayDraft> = {
  name: 'ttl',
  usage: 'ttl SECONDS',
  help: `The TTL of answers, 0 to ${MAX_TTL}; 60 by default.`,
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const seconds = /^\d{1,9}$/.test(token.text) ? Number(token.text) : Number.NaN;
    if (seconds <= MAX_TTL) gateway.ttl = seconds;
    else problems.report(token, `"${token.text}" is no TTL`, { allowed: [`0-${MAX_TTL}`] });
  },
};

const apex: Word<GatewayDraft> = {
  name: 'apex',
  usage: 'apex NAME',
  help: 'The name of the nameserver, relative to the zone; dns1.kube-system by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, { problems }) {
    if (token !== undefined)
      gateway.apex = readNameserverName(token, gateway, problems) ?? gateway.apex;
  },
};

const secondary: Word<GatewayDraft> = {
  name: 'secondary',
  usage: 'secondary NAME',
  help: 'The name of a second nameserver, relative to the zone.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const value = readNameserverName(token, gateway, problems);
    if (value !== undefined) gateway.secondary = { value, token };
  },
};

const kubeconfig: Word<GatewayDraft> = {
  name: 'kubeconfig',
  usage: 'kubeconfig FILE [CONTEXT]',
  help: 'Connect as this file says, not as the pod.',
  least: 1,
  most: 2,
  read({ name, arguments: [file, context] }, gateway, given) {
    if (file === undefined || !isNamed(file, given)) return;
    const value = { kind: 'kubeconfig', file: resolvePath(file) } as const;
    setSource(
      gateway,
      context === undefined ? value : { ...value, context: context.text },
      name,
      given,
    );
  },
};

const manifests: Word<GatewayDraft> = {
  name: 'manifests',
  usage: 'manifests DIR…',
  help: 'Read objects from YAML and JSON files in these directories, not from a cluster.',
  least: 1,
  read({ name, arguments: words }, gateway, given) {
    const directories = new Set<string>();
    for (const token of words) {
      if (!isNamed(token, given)) continue;
      const directory = resolvePath(token);
      if (directories.has(directory))
        given.problems.report(token, `"${token.text}" stands here twice`);
      directories.add(directory);
    }
    setSource(gateway, { kind: 'manifests', directories: [...directories] }, name, given);
  },
};

/** The options of `k8s_gateway`; `lacking` holds those of the plugin that are still to come. */
export const GATEWAY_OPTIONS: Vocabulary<GatewayDraft> = {
  noun: 'option of k8s_gateway',
  words: [resources, ttl, apex, secondary, kubeconfig, manifests],
  lacking: {
    ingressClasses: 'remove it, and Ingresses of every class are served',
    gatewayClasses: 'remove it; Gateways are not read at all',
    serviceLabelSelectors: 'remove it, and every Service of type LoadBalancer is served',
    nodeAddressType: 'remove it; Nodes are not read at all',
    fallthrough: 'remove it; what does not exist is answered NXDOMAIN',
  },
};

function setSource(
  gateway: GatewayDraft,
  value: SourceConfig,
  token: Token,
  context: Context,
): void {
  const { source } = gateway;
  if (source === undefined) {
    gateway.source = { value, token };
    return;
  }
  context.problems.report(
    token,
    `"${token.text}" and "${source.token.text}" at ${formatPosition(source.token.position)} ` +
      'exclude each other; keep one of them',
  );
}

function isNamed(token: Token, { problems }: Context): boolean {
  if (token.text === '') problems.report(token, 'a path must not be empty');
  return token.text !== '';
}

/**
 * A path begins at the directory of the file it is written in, as those of `import` do, and not at
 * the working directory, which is another one under npm, systemd and in a container.
 */
function resolvePath(token: Token): string {
  return resolve(dirname(token.position.file), token.text);
}
