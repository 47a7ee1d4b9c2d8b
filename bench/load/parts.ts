// The parts of the bench that are no cases of dnsperf, by the words that begin their command lines.

import { runChurnPart } from './churn-part.ts';
import { runClusterPart } from './cluster-part.ts';
import { PartUsageError } from './part.ts';

const CLUSTER_PARTS: readonly string[] = ['start', 'freshness'];

/** Whether the command line named a part, which then has been run. */
export async function runPart(args: readonly string[]): Promise<boolean> {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  const words = first < 0 ? args : args.slice(0, first);
  const rest = args.slice(words.length);
  const isChurn = words.length === 1 && words[0] === 'churn';
  const isCluster = words.length > 0 && words.every((word) => CLUSTER_PARTS.includes(word));
  if (!isChurn && !isCluster) return false;
  try {
    await (isChurn ? runChurnPart(rest) : runClusterPart(new Set(words), rest));
  } catch (error) {
    if (!(error instanceof PartUsageError)) throw error;
    process.stderr.write(`bench: ${error.message}`);
    process.exitCode = 2;
  }
  return true;
}
