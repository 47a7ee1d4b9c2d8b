import { dirname, resolve } from 'node:path';
import { formatPosition, type Token } from '../../../corefile/token.ts';
import { parseDuration } from '../../duration.ts';
import type { GatewayDraft } from '../../gateway-draft.ts';
import type { SourceConfig } from '../../server-config.ts';
import { readChoice } from '../../values.ts';
import type { Context, Word } from '../../vocabulary.ts';

/** Where objects are read, and how long that is waited for. */

/** Each has connections and an index of its own; a mistake in a generated file should not start hundreds. */
const MOST_CLUSTERS = 16;
/** Beyond some 25 days a timer of Node fires at once. */
const MAX_SYNC_TIMEOUT_MS = 86_400_000;

export const kubeconfig: Word<GatewayDraft> = {
  name: 'kubeconfig',
  usage: 'kubeconfig FILE [CONTEXT]',
  help: 'Connect as this file says, not as the pod; several lines name several clusters.',
  least: 1,
  most: 2,
  isRepeatable: true,
  read({ name, arguments: [file, context] }, gateway, given) {
    if (file === undefined || !isNamed(file, given)) return;
    const value = { kind: 'kubeconfig', file: resolvePath(file) } as const;
    // As in the plugin, an empty one is the file's own current context.
    const isNone = context === undefined || context.text === '';
    addSource(gateway, isNone ? value : { ...value, context: context.text }, name, given);
  },
};

export const manifests: Word<GatewayDraft> = {
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
    addSource(gateway, { kind: 'manifests', directories: [...directories] }, name, given);
  },
};

export const clusters: Word<GatewayDraft> = {
  name: 'clusters',
  usage: 'clusters merge|first',
  help: 'What a name of several clusters is answered: all they have (the default), or the first.',
  least: 1,
  most: 1,
  read({ name, arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const choice = readChoice(token, name.text, ['merge', 'first'], problems);
    if (choice !== undefined) gateway.clusters = choice;
  },
};

export const synctimeout: Word<GatewayDraft> = {
  name: 'synctimeout',
  usage: 'synctimeout DURATION|never',
  help: 'Deny what is missing after so long although a kind could not be read; 60s by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const isNever = token.text === 'never';
    const milliseconds = isNever ? Number.POSITIVE_INFINITY : parseDuration(token.text);
    if (milliseconds === undefined) {
      const allowed = ['0', '30s', '1m30s', 'never'];
      problems.report(token, `"${token.text}" is no duration`, { allowed });
    } else if (!isNever && milliseconds > MAX_SYNC_TIMEOUT_MS) {
      const allowed = ['0-24h', 'never'];
      problems.report(token, `"${token.text}" is longer than a day`, { allowed });
    } else gateway.syncTimeoutMs = milliseconds;
  },
};

function addSource(
  { sources }: GatewayDraft,
  value: SourceConfig,
  token: Token,
  { problems }: Context,
): void {
  const other = sources.find((source) => source.value.kind !== value.kind);
  if (other !== undefined) {
    problems.report(
      token,
      `"${token.text}" and "${other.token.text}" at ${formatPosition(other.token.position)} ` +
        'exclude each other; keep one of them',
    );
    return;
  }
  const same = sources.find((source) => isSame(source.value, value));
  if (same !== undefined) {
    const place = formatPosition(same.token.position);
    problems.report(token, `this file and context stand at ${place} already`);
  } else if (sources.length === MOST_CLUSTERS) {
    problems.report(
      token,
      `more than ${MOST_CLUSTERS} clusters; give some a "k8s_gateway" of their own`,
    );
  } else sources.push({ value, token });
}

function isSame(one: SourceConfig, other: SourceConfig): boolean {
  if (one.kind !== 'kubeconfig' || other.kind !== 'kubeconfig') return false;
  return one.file === other.file && one.context === other.context;
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
