import { randomInt } from 'node:crypto';

export type Policy = 'random' | 'round_robin' | 'sequential';

/** In which order upstreams are tried, anew for each question. */
export function orderBy(policy: Policy): <T>(all: readonly T[]) => readonly T[] {
  let turn = 0;
  switch (policy) {
    case 'sequential':
      return (all) => all;
    case 'round_robin':
      return (all) => rotate(all, turn++ % all.length);
    case 'random':
      return shuffle;
  }
}

function rotate<T>(all: readonly T[], by: number): readonly T[] {
  return [...all.slice(by), ...all.slice(0, by)];
}

/** Each order is as likely as another (Fisher and Yates). */
function shuffle<T>(all: readonly T[]): readonly T[] {
  const order = [...all];
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
