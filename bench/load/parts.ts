// The parts of the bench that are no cases of dnsperf, by the words that begin their command lines.

import { runClusterPart } from './cluster-part.ts';
import { PartUsageError } from './part.ts';

const CLUSTER_PARTS: readonly string[] = ['start', 'freshness'];

/** Whether the command line named a part, which then has been run. */
export async function runPart(args: readonly string[]): Promise<boolean> {
  const first = args.findIndex((arg) => arg.startsWith('-'));
  const words = first < 0 ? args : args.slice(0, first);
  const rest = args.slice(words.length);
  if (words.length === 0 || !words.every((word) => CLUSTER_PARTS.includes(word))) return false;
  try {
    await runClusterPart(new Set(words), rest);
  } catch (error) {
    if (!(error instanceof PartUsageError)) throw error;
    process.stderr.write(`bench: ${error.message}`);
    process.exitCode = 2;
  }
  return true;
}
