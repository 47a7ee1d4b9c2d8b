// `seamark compare` between the two: the reasons that it gives for a difference are among those that the model of
// the plugin has for it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Command, type Outcome } from '../server/harness/command.ts';
import { type Endpoint, TYPE } from '../support/dns/index.ts';
import type { KubeBinaries } from '../support/kube/build/build.ts';
import { SeamarkServer } from '../support/server.ts';
import { explain } from './explain.ts';
import { rowOf } from './habits.ts';
import { interview } from './interview.ts';
import { kubeForPeer, PEER } from './peer-program.ts';
import { PluginServer } from './plugin-server.ts';
import { Scene } from './scene.ts';
import type { Settings } from './settings.ts';
import { FEATURES, KINDS } from './under-test.ts';
import type { World } from './world.ts';

/** Of `--json`, what is looked at. */
interface ComparisonDocument {
  readonly different: number;
  readonly unexplained: number;
  readonly guessed: number;
  readonly groups: readonly {
    readonly reasons: readonly { readonly codes: readonly string[] }[];
    readonly differences: readonly Readonly<Record<'name' | 'type' | 'ours' | 'theirs', string>>[];
  }[];
}

const SETTINGS: Settings = {
  zones: ['example.com', 'a.b.example.net'],
  resources: KINDS,
  ttl: 30,
  apex: 'dns1.kube-system',
  nodeAddressType: 'InternalIP',
};
const OBJECTS = 400;
const SEED = Number(process.env['SEAMARK_PEER_SEED'] ?? 1);
/**
 * Of the differences in a world as odd as this one, the share that may be left open, or be told wrong: two replies and
 * the objects of the name say less than all objects do.
 */
const OPEN_OR_WRONG = 0.03;
const TIMEOUT_MS = 600_000;

const kube = await kubeForPeer();

if (typeof kube === 'string') {
  test(`the plugin is not compared: ${kube}`, ({ skip }) => skip(kube));
} else {
  test('the reasons of seamark compare are those of the model', () => compare(kube), TIMEOUT_MS);
}

async function compare(binaries: KubeBinaries): Promise<void> {
  const wanted = { kinds: KINDS, features: FEATURES, count: OBJECTS };
  await using scene = await Scene.build(binaries, {
    ...wanted,
    ...{ seed: SEED, zones: SETTINGS.zones },
  });
  const { world, corefile, isRead } = scene.view(SETTINGS, 1);
  const since = Math.floor(Date.now() / 1000);
  await using plugin = await PluginServer.start(PEER, corefile);
  await using seamark = await SeamarkServer.start(corefile);
  const [theirs, ours] = [plugin.endpoint, await seamark.endpoint()];
  await Promise.all([isRead(theirs), isRead(ours)]);

  const ownCorefile = corefile.replace('{$PORT}', String(ours.port));
  const { stdout, stderr, code } = await runCompare(ownCorefile, theirs);
  expect(stderr).toEqual([]);
  const found: ComparisonDocument = JSON.parse(stdout);
  expect(found.different).toBeGreaterThan(OBJECTS);
  expect(code).toBe(found.unexplained + found.guessed === 0 ? 0 : 1);
  expect(found.unexplained).toBeLessThan(OPEN_OR_WRONG * found.different);
  const wrong = await wrongReasons(found, world, { theirs, ours, since });
  expect(wrong.length, wrong.join('\n')).toBeLessThan(OPEN_OR_WRONG * found.different);
}

async function runCompare(corefile: string, other: Endpoint): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'seamark-compare-'));
  try {
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile);
    const server = `${other.host}:${other.port}`;
    const args = ['compare', '--config', config, '--with', server, '--json', '--all'];
    await using command = new Command(args);
    return await command.outcome();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same questions once more, put to the model: which row it needs to come from one reply to the other. */
async function wrongReasons(
  { groups }: ComparisonDocument,
  world: World,
  { theirs, ours, since }: { theirs: Endpoint; ours: Endpoint; since: number },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { reasons, differences } of groups) {
    const questions = differences.map(({ name, type }) => ({
      ...{ asked: name, name: name.slice(0, -1), type: TYPE[type as keyof typeof TYPE] },
    }));
    const [peer, own] = await Promise.all([
      interview(theirs, questions, since),
      interview(ours, questions, since),
    ]);
    for (const [i, question] of questions.entries()) {
      const verdict = explain(world, question, { peer: peer[i] ?? '', ours: own[i] ?? '' });
      if ('unexplained' in verdict) throw new Error(verdict.unexplained);
      const rows = verdict.map(rowOf);
      const odd = reasons.filter(({ codes }) => !codes.some((one) => rows.includes(one)));
      if (odd.length === 0) continue;
      const {
        name,
        type,
        ours: said,
        theirs: told,
      } = differences[i] as (typeof differences)[number];
      const given = odd.map(({ codes }) => codes.join(' or '));
      wrong.push(`${name} ${type}: ${given}, not ${rows}; ${said}; ${told}`);
    }
  }
  return wrong;
}
