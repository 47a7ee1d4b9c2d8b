// The command line of `npm run fuzz`.

import { parseArgs } from 'node:util';
import { TARGETS } from './targets/index.ts';

export interface Options {
  readonly targets: readonly string[];
  /** Milliseconds for each target. */
  readonly mostMs: number;
  /** Runs of each target. */
  readonly mostRuns: number;
  readonly seed: number;
  /** Folders of whole DNS messages. */
  readonly seedFolders: readonly string[];
  /** One input, to be run once. */
  readonly input: string | undefined;
  /** Whether the corpus is written back, reduced to what adds something. */
  readonly saves: boolean;
  /** Whether lines that did not run are listed. */
  readonly missed: boolean;
}

export const USAGE: string = `Usage: npm run fuzz -- [OPTIONS], or npm run fuzz -- wire [OPTIONS]

  --target A,B    of ${TARGETS.join(', ')} (default: all, one after another)
  --time SECONDS  for each target (default: 60)
  --runs N        of each target, if sooner; with the same seed and corpus, the same inputs each time
  --seed N        of all that is random (default: 1)
  --seeds FOLDER  of DNS messages, a file each, to begin with; may be given more than once
  --input FILE    runs this one input through the one --target, and shows what is thrown
  --missed        lists the lines that no input reached
  --save          writes the corpus back to test/fuzz/corpus, reduced to inputs that each add something

  npm run fuzz -- wire --help    a running server, over UDP and TCP
`;

/** A command line that can't be followed. */
export class UsageError extends Error {}

/** Undefined where help was asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const targets = values.target?.split(',') ?? TARGETS;
  for (const name of targets) {
    if (!TARGETS.some((known) => known === name)) {
      throw new UsageError(`--target: no ${name}; there are ${TARGETS.join(', ')}`);
    }
  }
  if (values.input !== undefined && targets.length !== 1) {
    throw new UsageError('--input needs the --target that it is for');
  }
  const hasRuns = values.runs !== undefined;
  return {
    targets,
    mostRuns: hasRuns ? whole('--runs', values.runs ?? '') : Number.MAX_SAFE_INTEGER,
    // Where runs are counted, time is not: the same inputs on any machine.
    mostMs:
      values.time === undefined && hasRuns
        ? Number.MAX_SAFE_INTEGER
        : 1000 * whole('--time', values.time ?? '60'),
    seed: whole('--seed', values.seed ?? '1'),
    seedFolders: values.seeds ?? [],
    input: values.input,
    saves: values.save,
    missed: values.missed,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        target: { type: 'string' },
        time: { type: 'string' },
        runs: { type: 'string' },
        seed: { type: 'string' },
        seeds: { type: 'string', multiple: true },
        input: { type: 'string' },
        missed: { type: 'boolean', default: false },
        save: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** A whole number from 0 on. */
export function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${option} takes a whole number, not ${text}`);
  return Number(text);
}
