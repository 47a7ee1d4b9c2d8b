import type { Token } from '../../corefile/token.ts';
import type { BlockDraft } from '../draft.ts';
import { parseDuration } from '../duration.ts';
import type { Context, Word } from '../vocabulary.ts';

const INTERVAL_MS = 30_000;
const LEAST_INTERVAL_MS = 2000;
const LEAST_JITTER_MS = 1000;

/** How often the Corefile is looked at: of the whole process, whatever block says it. As CoreDNS has it, but for `off`. */
export const reload: Word<BlockDraft> = {
  name: 'reload',
  usage: 'reload [INTERVAL] [JITTER] | off',
  help: 'Read the Corefile again when it has changed; looked at every 30s unless told otherwise.',
  least: 0,
  most: 2,
  read({ name, arguments: [first, second] }, block, context) {
    if (first?.text === 'off' && second === undefined) {
      block.reload = { value: 'off', token: first };
      return;
    }
    const intervalMs = readAtLeast(first, INTERVAL_MS, LEAST_INTERVAL_MS, context);
    if (intervalMs === undefined) return;
    const jitterMs = readAtLeast(second, intervalMs / 2, LEAST_JITTER_MS, context, 'no jitter: 0s');
    if (jitterMs === undefined) return;
    const value = { intervalMs, jitterMs: Math.min(jitterMs, intervalMs / 2) };
    block.reload = { value, token: first ?? name };
  },
};

/** @param none what 0 would mean; absent where it means nothing */
function readAtLeast(
  token: Token | undefined,
  fallback: number,
  least: number,
  { problems }: Context,
  none?: string,
): number | undefined {
  if (token === undefined) return fallback;
  const milliseconds = parseDuration(token.text);
  if (milliseconds === undefined) {
    const allowed = ['30s', '1m30s', 'off'];
    problems.report(token, `"${token.text}" is no duration`, { allowed });
    return undefined;
  }
  if (milliseconds >= least || (none !== undefined && milliseconds === 0)) return milliseconds;
  const sentence = `"${token.text}" is too short: ${least / 1000}s is the least`;
  problems.report(token, none === undefined ? sentence : `${sentence}; ${none}`);
  return undefined;
}
