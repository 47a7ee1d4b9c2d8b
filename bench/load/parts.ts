// The parts of the bench that are no cases of dnsperf, by the words that begin their command lines.

import { runChurnPart } from './churn/part.ts';
import { runClusterPart } from './cluster/part.ts';
import { PartUsageError } from './part.ts';
import { runSteadyPart } from './steady/part.ts';

/** These can share their preparations. */
const CLUSTER_PARTS: readonly string[] = ['start', 'freshness'];
const LONE_PARTS: ReadonlyMap<string, (args: readonly string[]) => Promise<void>> = new Map([
  ['churn', runChurnPart],
  ['steady', runSteadyPart],
]);

/** Whether the command line named a part, which then has been run. */
export async function runPart(args: readonly string[]): Promise<boolean> {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  const words = first < 0 ? args : args.slice(0, first);
  const rest = args.slice(words.length);
  const run = words.length === 1 ? LONE_PARTS.get(words[0] ?? '') : undefined;
  const isCluster = words.length > 0 && words.every((word) => CLUSTER_PARTS.includes(word));
  if (run === undefined && !isCluster) return false;
  try {
    await (run === undefined ? runClusterPart(new Set(words), rest) : run(rest));
  } catch (error) {
    if (!(error instanceof PartUsageError)) throw error;
    process.stderr.write(`bench: ${error.message}`);
    process.exitCode = 2;
  }
  return true;
}
