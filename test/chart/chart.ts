// The chart as Helm renders it.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../support/kube/objects.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const CHART = join(ROOT, 'charts', 'seamark');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const CLI = join(ROOT, 'apps', 'server', 'dist', 'cli.js');

const found = inject('helm');

/** Why Helm isn't there; undefined where it is. */
export const missing: string | undefined = 'missing' in found ? found.missing : undefined;

/** What goes into a values file. */
export type Values = Readonly<Record<string, unknown>>;

/** What every release has to say. */
export const LEAST: Values & { readonly image: object } = {
  domain: 'example.com',
  image: { registry: 'registry.example.com', repository: 'edge/seamark' },
};

/** Any object, with the members of its kind. */
export interface Rendered extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface Release {
  readonly name?: string;
  readonly namespace?: string;
}

/**
 * The objects of a release, and what Helm would say of it.
 *
 * @throws with Helm's own words, where it refuses
 */
export const render = async (
  values: Values,
  { name = 'edge', namespace = 'dns' }: Release = {},
): Promise<readonly Rendered[]> => {
  const { stdout } = await helm(values, 'template', name, CHART, '--namespace', namespace);
  return parseAllDocuments(stdout)
    .map((document) => {
      if (document.errors.length > 0) throw new Error(`${document.errors[0]}\n${stdout}`);
      return document.toJS() as Rendered | null;
    })
    .filter((object) => object !== null);
};

/** What Helm says when it refuses to render; throws if it doesn't. */
export const refusal = async (values: Values): Promise<string> => {
  const said = await render(values).catch(({ stderr }: { stderr?: string }) => stderr ?? '');
  if (typeof said !== 'string') throw new Error('Helm renders that');
  return said;
};

/** NOTES.txt, as an installation shows it. */
export const notes = async (values: Values): Promise<string> => {
  // `helm template` leaves the notes out, and an installation wants a cluster: so they are rendered as a manifest.
  const folder = await mkdtemp(join(tmpdir(), 'seamark-notes-'));
  try {
    await run('cp', ['-R', CHART, folder]);
    const text = readFileSync(join(CHART, 'templates', 'NOTES.txt'), 'utf8');
    const defined = `{{- define "notes" }}${text}{{ end }}notes: {{ include "notes" . | quote }}\n`;
    await writeFile(join(folder, 'seamark', 'templates', 'notes.yaml'), defined);
    const show = ['--namespace', 'dns', '--show-only', 'templates/notes.yaml'];
    const { stdout } = await helm(values, 'template', 'edge', join(folder, 'seamark'), ...show);
    return (parse(stdout) as { notes: string }).notes;
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** What `helm lint --strict` finds; it throws for anything worse than a remark. */
export const lint = async (values: Values): Promise<string> =>
  (await helm(values, 'lint', CHART, '--strict')).stdout;

/** Installs, or upgrades, a release in a real cluster; resolves to what Helm says, the notes among it. */
export const install = async (
  values: Values,
  { name, namespace }: Required<Release>,
  kubeconfig: string,
  ...flags: readonly string[]
): Promise<string> => {
  const cluster = ['--kubeconfig', kubeconfig, '--namespace', namespace];
  return (await helm(values, 'upgrade', '--install', name, CHART, ...cluster, ...flags)).stdout;
};

/** Takes a release away. */
export const uninstall = async (
  { name, namespace }: Required<Release>,
  kubeconfig: string,
): Promise<void> => {
  await helm(undefined, 'uninstall', name, '--kubeconfig', kubeconfig, '--namespace', namespace);
};

/** Runs Helm, where values are given with a file of them. */
const helm = async (
  values: Values | undefined,
  ...args: readonly string[]
): Promise<{ stdout: string }> => {
  if ('missing' in found) throw new Error(found.missing);
  const folder = await mkdtemp(join(tmpdir(), 'seamark-helm-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values ?? {}));
    const given = values === undefined ? [] : ['--values', file];
    // A home of its own: plugins and repositories of whoever runs the tests have no say.
    const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    return await run(found.program, [...args, ...given], { env });
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** The only object of that kind, and of that name where one is given. */
export const only = (objects: readonly Rendered[], kind: string, name?: string): Rendered => {
  const matching = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [object] = matching;
  if (object === undefined || matching.length > 1)
    throw new Error(`${matching.length} objects of kind ${kind} ${name ?? ''}`);
  return object;
};

/** The Corefile among the objects. */
export const corefileOf = (objects: readonly Rendered[]): string => {
  const corefile = only(objects, 'ConfigMap').data?.['Corefile'];
  if (corefile === undefined) throw new Error('the ConfigMap has no Corefile');
  return corefile;
};

/** A line of what `seamark check` complains of, and the word that it is about. */
export interface Complaint {
  readonly line: string;
  /** The directive or option, if it is one that Seamark is yet to have. */
  readonly awaited: string | undefined;
}

/** What `seamark check` says against a Corefile: nothing, if it would be served. */
export const complaintsOf = async (corefile: string): Promise<readonly Complaint[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamark-corefile-'));
  const file = join(folder, 'Corefile');
  try {
    await writeFile(file, corefile);
    await run(NODE, [CLI, 'check', '--config', file]);
    return [];
  } catch (error) {
    const { stderr = '', code } = error as { stderr?: string; code?: unknown };
    const lines = stderr.split('\n').filter((line) => line.startsWith(`${file}:`));
    if (code !== 2 || lines.length === 0) throw error;
    return lines.map((whole) => {
      const line = whole.slice(folder.length + 1);
      return { line, awaited: /"([^"]+)" is not supported yet/.exec(line)?.[1] };
    });
  } finally {
    await rm(folder, { recursive: true });
  }
};
