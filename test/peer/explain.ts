// Why two servers answer differently: the habits of the plugin without which the model would not come from
// one answer to the other.

import { typeName } from '../support/dns/index.ts';
import { type Habit, likePlugin, likeSeamark } from './habits.ts';
import { predict } from './model.ts';
import type { Question } from './questions.ts';
import type { World } from './world.ts';

/** Both replies in their normal form. */
export interface Replies {
  readonly peer: string;
  readonly ours: string;
}

/** The habits behind the difference, none where there is none; or in words what no row explains. */
export type Verdict = readonly Habit[] | { readonly unexplained: string };

/**
 * The model must have foreseen both replies: the plugin's with every habit, ours with none. Which of them
 * matter is then a question to the model alone: those that can't be left out.
 */
export const explain = (world: World, question: Question, { peer, ours }: Replies): Verdict => {
  const asPlugin = consulted(world, question);
  if (!asPlugin.replies.includes(peer)) {
    return failure(world, question, { peer, ours }, 'the plugin', asPlugin.replies);
  }
  const asSeamark = predict(world, question, likeSeamark);
  if (!asSeamark.includes(ours)) {
    return failure(world, question, { peer, ours }, 'Seamark', asSeamark);
  }
  return peer === ours ? [] : neededFor(world, question, peer);
};

/** Undefined where the plugin answers as the model says it does. */
export const checkPlugin = (world: World, question: Question, peer: string): string | undefined => {
  const expected = predict(world, question, likePlugin);
  return expected.includes(peer)
    ? undefined
    : failure(world, question, { peer, ours: '(not asked)' }, 'the plugin', expected).unexplained;
};

/** Leaves out one habit after the other, and keeps those without which the reply would be another. */
const neededFor = (world: World, question: Question, peer: string): Habit[] => {
  const needed = consulted(world, question).habits;
  for (const habit of [...needed]) {
    needed.delete(habit);
    if (!predict(world, question, (one) => needed.has(one)).includes(peer)) needed.add(habit);
  }
  return [...needed];
};

/** What the plugin replies, and the habits that this depends on. */
const consulted = (world: World, question: Question) => {
  const habits = new Set<Habit>();
  const replies = predict(world, question, (habit) => {
    habits.add(habit);
    return likePlugin(habit);
  });
  return { habits, replies };
};

const failure = (
  world: World,
  { asked, name, type }: Question,
  { peer, ours }: Replies,
  who: string,
  expected: readonly string[],
): { readonly unexplained: string } => ({
  unexplained: [
    `${asked} ${typeName(type)}: ${who} answers what neither its objects nor docs/differences.md explain`,
    `expected of ${who}: ${expected.join('\n               or: ')}`,
    `plugin:  ${peer}`,
    `Seamark: ${ours}`,
    'objects:',
    ...world.around(name).map((line) => `  ${line}`),
  ].join('\n'),
});
