// The values, as they are written down in four places: the file, its schema, the README's table, and the server.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencesOf, readPage, tablesOf } from '../support/markdown.ts';
import { LEAST, missing, render, type Values } from './chart.ts';

const CHART = 'charts/seamark';
const ROOT = join(import.meta.dirname, '..', '..');

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: { readonly enum?: readonly string[] };
}

const schema = JSON.parse(readPage(`${CHART}/values.schema.json`)) as Schema;
const values = parse(readPage(`${CHART}/values.yaml`)) as Record<string, unknown>;

/** `service.port`: every value that the schema knows by name, but for Helm's own. */
const known = (of: Schema, prefix = ''): string[] =>
  Object.entries(of.properties ?? {}).flatMap(([name, inner]) =>
    inner.additionalProperties === false ? known(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
const ALL = known(schema).filter((name) => name !== 'global');

const rows = tablesOf(readPage(`${CHART}/README.md`)).get('Values')?.rows ?? [];
const namesIn = (cell = ''): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

test('the table of the README has a row for every value, and no other', () => {
  expect(rows.flatMap(([cell]) => namesIn(cell)).sort()).toEqual([...ALL].sort());
});

test('values.yaml names every value, be it in a comment', () => {
  const text = readPage(`${CHART}/values.yaml`);
  const unnamed = ALL.filter((name) => !new RegExp(`\\b${name.split('.').at(-1)}:`).test(text));
  expect(unnamed).toEqual([]);
});

test('the defaults of the table are those of values.yaml', () => {
  const wrong = rows.flatMap(([cell, written = '']) => {
    const names = namesIn(cell);
    const defaults = namesIn(written);
    // Of what is described in words, or left to the templates, the file says nothing to compare with.
    if (defaults.length !== names.length) return [];
    return names.flatMap((name, i) => {
      const path = name.split('.');
      const real = path.reduce<unknown>((at, key) => (at as Values | undefined)?.[key], values);
      const said = parse(defaults[i] ?? '') as unknown;
      const isTemplated = real === '' || real === undefined;
      return isTemplated || JSON.stringify(real) === JSON.stringify(said) ? [] : [name];
    });
  });
  expect(wrong).toEqual([]);
});

test('what the table calls new is what the chart of the plugin does not have', () => {
  const fresh = rows
    .filter(([, , text = '']) => text.includes('*new*'))
    .flatMap(([cell]) => namesIn(cell));
  expect(fresh.sort()).toEqual(ALL.filter((name) => !isOfThePlugin(name)).sort());
});

/** chart/values.yaml and chart/templates of the plugin (bd2cc78). */
const OF_THE_PLUGIN: ReadonlySet<string> = new Set([
  ...['image', 'imagePullSecrets', 'domain', 'scheme', 'customLabels', 'podAnnotations', 'ttl'],
  ...['resources', 'watchedResources', 'filters', 'secondary', 'fallthrough', 'apex'],
  ...[
    'dnsChallenge',
    'extraZonePlugins',
    'serviceAccount',
    'service',
    'nodeSelector',
    'tolerations',
  ],
  ...[
    'topologySpreadConstraints',
    'affinity',
    'replicaCount',
    'priorityClassName',
    'debug',
    'secure',
  ],
  ...['podSecurityContext', 'securityContext', 'zoneFiles', 'extraVolumes', 'extraVolumeMounts'],
  ...['nameOverride', 'fullnameOverride'],
]);
const isOfThePlugin = (name: string): boolean => OF_THE_PLUGIN.has(name.split('.')[0] ?? '');

test('every value of the plugin is there', () => {
  const top = new Set(Object.keys(schema.properties ?? {}));
  expect([...OF_THE_PLUGIN].filter((name) => !top.has(name))).toEqual([]);
});

test('watchedResources may be what the Corefile may name', () => {
  const page = readPage('docs/configuration.md');
  const sentence = /^KIND is ([^.]+)\./m.exec(page)?.[1];
  const kinds = schema.properties?.['watchedResources']?.items?.enum ?? [];
  expect([...kinds].sort()).toEqual(namesIn(sentence).sort());
});

test('the chart is of the version of the server', () => {
  const { appVersion } = parse(readPage(`${CHART}/Chart.yaml`)) as { appVersion: string };
  const manifest = readFileSync(join(ROOT, 'apps', 'server', 'package.json'), 'utf8');
  expect(appVersion).toBe((JSON.parse(manifest) as { version: string }).version);
});

test.skipIf(missing)('the values that the README shows are rendered', async () => {
  const shown = fencesOf(readPage(`${CHART}/README.md`)).filter(
    ({ language }) => language === 'yaml',
  );
  expect(shown.length).toBeGreaterThan(0);
  for (const { text } of shown) {
    const objects = await render({ ...LEAST, ...(parse(text) as Values) });
    expect(objects.map(({ kind }) => kind)).toContain('Deployment');
  }
});
