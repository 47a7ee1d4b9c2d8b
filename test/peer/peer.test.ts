// The real plugin and Seamark beside it: the same Corefile, the same API server, the same questions. Where
// they differ, a row of docs/differences.md says so.
//
//   SEAMARK_PEER=…/coredns npm test -- --project peer
//   SEAMARK_PEER_SEED=7 SEAMARK_PEER_OBJECTS=9000 SEAMARK_PEER=… npm test -- --project peer

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeBinaries } from '../support/kube/build/build.ts';
import { SeamarkServer } from '../support/server.ts';
import { checkPlugin, explain } from './explain.ts';
import { type Habit, habitsOf, rowOf } from './habits.ts';
import { interview } from './interview.ts';
import { kubeForPeer, PEER } from './peer-program.ts';
import { PluginServer } from './plugin-server.ts';
import type { Question } from './questions.ts';
import { Scene, type View } from './scene.ts';
import type { Settings } from './settings.ts';
import { ALL_FEATURES, ALL_KINDS, FEATURES, KINDS, UNDER_TEST } from './under-test.ts';

const SEED = Number(process.env['SEAMARK_PEER_SEED'] ?? 1);
const OBJECTS = Number(process.env['SEAMARK_PEER_OBJECTS'] ?? 2000);

/** Where hosts are drawn: zones beside, below and far below one another. */
const DRAWN = ['example.com', 'sub.example.com', 'example.net', 'a.b.example.net'];
/** In the last one is a wildcard and little else. */
const ZONES = [...DRAWN, 'any.example.com'];

const COMMON: Settings = {
  zones: ZONES,
  resources: KINDS,
  ttl: 30,
  apex: 'dns1.kube-system',
  secondary: 'dns2.kube-system',
  nodeAddressType: 'InternalIP',
};
/** The other way round: of two kinds the other first, a long TTL, a name server alone and of one label. */
const OTHER: Settings = {
  zones: ZONES,
  resources: KINDS.toReversed(),
  ttl: 300,
  apex: 'ns1',
  nodeAddressType: 'ExternalIP',
};

/** Some objects alone. */
const FILTERED: Settings = {
  ...COMMON,
  ingressClasses: ['internal', 'none'],
  gatewayClasses: ['external'],
  serviceLabelSelectors: ['tier=edge', 'tier=none'],
};

/** Questions in a row to both servers; their answers are compared before the next ones. */
const ROUND = 20_000;
/** Failures that are shown of a round; the others are counted. */
const SHOWN = 5;
const TIMEOUT_MS = 600_000;

const binaries = await kubeForPeer();

if (typeof binaries === 'string') {
  test(`the plugin is not compared: ${binaries}`, ({ skip }) => skip(binaries));
} else {
  describe(`seed ${SEED}, ${OBJECTS} objects`, () => compare(binaries));
}

function compare(kube: KubeBinaries): void {
  const seen = new Map<Habit, number>();
  let scene: Scene;
  beforeAll(async () => {
    const wanted = { kinds: KINDS, features: FEATURES, count: OBJECTS };
    scene = await Scene.build(kube, { ...wanted, seed: SEED, zones: DRAWN });
  }, TIMEOUT_MS);
  afterAll(() => scene?.[Symbol.asyncDispose]());

  test(
    'every difference is a row of docs/differences.md',
    async () => count(seen, await differences(scene.view(COMMON, 1))),
    TIMEOUT_MS,
  );
  test(
    'so it is with another Corefile',
    async () => count(seen, await differences(scene.view(OTHER, 10))),
    TIMEOUT_MS,
  );
  test.skipIf(!FEATURES.includes('filters'))(
    'and with one that filters objects',
    async () => count(seen, await differences(scene.view(FILTERED, 10))),
    TIMEOUT_MS,
  );
  test('each habit of the plugin that the model knows made a difference', () => {
    const counts = [...seen].map(([habit, times]) => `${rowOf(habit)} ${habit}: ${times}`);
    process.stdout.write(`peer test: differences by row\n  ${counts.sort().join('\n  ')}\n`);
    const unseen = habitsOf(UNDER_TEST).filter((habit) => !seen.has(habit));
    expect(unseen).toEqual([]);
    expect([...seen.keys()].filter((habit) => rowOf(habit) === undefined)).toEqual([]);
  });
  test('the plugin does what the model says, with every kind', () => check(kube), TIMEOUT_MS);
}

/** How often each row explains an answer; fails where none does. */
async function differences(view: View): Promise<Map<Habit, number>> {
  const { world, questions, corefile, isRead } = view;
  const since = Math.floor(Date.now() / 1000);
  await using plugin = await PluginServer.start(PEER, corefile);
  await using seamark = await SeamarkServer.start(corefile);
  const [theirs, ours] = [plugin.endpoint, await seamark.endpoint()];
  // The kinds that the plugin does not know have no sentinel.
  await Promise.all([isRead(theirs), isRead(ours), seamark.event('synced')]);

  const seen = new Map<Habit, number>();
  for (const round of rounds(questions)) {
    const replies = [interview(theirs, round, since), interview(ours, round, since)] as const;
    const [peer, own] = await Promise.all(replies);
    const verdicts = round.map((question, i) =>
      explain(world, question, { peer: peer[i] ?? '', ours: own[i] ?? '' }),
    );
    report(verdicts.flatMap((verdict) => ('unexplained' in verdict ? verdict.unexplained : [])));
    for (const habits of verdicts) {
      if ('unexplained' in habits) continue;
      for (const habit of habits) seen.set(habit, (seen.get(habit) ?? 0) + 1);
    }
  }
  process.stdout.write(`peer test: ${questions.length} questions to both\n`);
  return seen;
}

function count(into: Map<Habit, number>, from: ReadonlyMap<Habit, number>): void {
  for (const [habit, times] of from) into.set(habit, (into.get(habit) ?? 0) + times);
}

/** A world of its own, with everything that the plugin can read, and the plugin alone in it. */
async function check(kube: KubeBinaries): Promise<void> {
  const wanted = { kinds: ALL_KINDS, features: ALL_FEATURES, count: OBJECTS / 2 };
  await using scene = await Scene.build(kube, { ...wanted, seed: SEED, zones: DRAWN });
  for (const settings of [COMMON, FILTERED]) {
    const { world, questions, corefile, isRead } = scene.view(
      { ...settings, resources: ALL_KINDS },
      8,
    );
    await using plugin = await PluginServer.start(PEER, corefile);
    await isRead(plugin.endpoint);
    for (const round of rounds(questions)) {
      const replies = await interview(plugin.endpoint, round, Number.POSITIVE_INFINITY);
      report(round.flatMap((asked, i) => checkPlugin(world, asked, replies[i] ?? '') ?? []));
    }
    process.stdout.write(`peer test: ${questions.length} questions to the plugin alone\n`);
  }
}

function* rounds(questions: readonly Question[]): IterableIterator<readonly Question[]> {
  for (let at = 0; at < questions.length; at += ROUND) yield questions.slice(at, at + ROUND);
}

/** Fails with the first few of them. */
function report(unexplained: readonly string[]): void {
  const shown = unexplained.slice(0, SHOWN).join('\n\n');
  expect(unexplained.length, `${shown}\n\n${unexplained.length} of this round\n`).toBe(0);
}
