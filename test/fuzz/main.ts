// `npm run fuzz`: mutated inputs at every parser, guided by what of its code they run. README.md says how to read it.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { reportOf } from './engine/error-report.ts';
import type { SourceCoverage } from './engine/fuzz-worker.ts';
import { type FuzzResult, runFuzzer } from './engine/run-fuzzer.ts';
import type { Finding, Target } from './engine/target.ts';
import { corpusFolder, readInputs, writeCorpus, writeFinding } from './files.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { moduleOf } from './targets/index.ts';
import { fuzzWire } from './wire/main.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns the exit status */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === 'wire') return await fuzzWire(args.slice(1), say);
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { input } = options;
  if (input !== undefined) return await runOne(options.targets[0] as string, input);
  let findings = 0;
  for (const name of options.targets) findings += await fuzzTarget(name, options);
  say(findings === 0 ? 'fuzz: nothing found' : `fuzz: ${findings} found`);
  return findings === 0 ? 0 : 1;
}

async function runOne(name: string, file: string): Promise<number> {
  const { target } = (await import(moduleOf(name))) as { target: Target };
  try {
    target.run(Uint8Array.from(readFileSync(file)));
    say(`${name}: ${file} does no harm`);
    return 0;
  } catch (error) {
    say(`${name}: ${file}\n${reportOf(error)}`);
    return 1;
  }
}

async function fuzzTarget(name: string, options: Options): Promise<number> {
  const messages = options.seedFolders.flatMap(readInputs);
  if (options.seedFolders.length > 0 && messages.length === 0) {
    throw new UsageError(`--seeds: no files in ${options.seedFolders.join(', ')}`);
  }
  let findings = 0;
  const onFinding = (finding: Finding): void => {
    findings += 1;
    tell(finding);
  };
  const result = await runFuzzer({
    ...{ name, module: moduleOf(name), seed: options.seed, onFinding, messages },
    ...{ inputs: readInputs(corpusFolder(name)), minimises: options.saves },
    ...{ mostRuns: options.mostRuns, mostMs: options.mostMs },
  });
  if (result === undefined) return findings;
  say(summary(name, result, findings));
  for (const source of sorted(result.sources)) say(sourceLine(source, options.missed));
  if (options.saves) writeCorpus(name, result.corpus);
  return findings;
}

function tell({ target, input, report }: Finding): void {
  const path = relative(process.cwd(), writeFinding(target, input));
  say(`${target}: FOUND, in ${input.length} octets\n  ${report.replaceAll('\n', '\n  ')}`);
  say(`  again: npm run fuzz -- --target ${target} --input ${path}`);
}

function summary(name: string, { runs, seconds, corpus, sources }: FuzzResult, findings: number) {
  const rate = Math.round(runs / seconds).toLocaleString('en');
  const sum = (of: (source: SourceCoverage) => number): number =>
    sources.reduce((total, source) => total + of(source), 0);
  const percent = percentOf(
    sum(({ covered }) => covered),
    sum(({ characters }) => characters),
  );
  return (
    `${name}: ${runs.toLocaleString('en')} runs in ${seconds.toFixed(0)} s (${rate}/s), ` +
    `${corpus.length} inputs kept, ${percent} of its code run, ${findings} found`
  );
}

const sorted = (sources: readonly SourceCoverage[]): SourceCoverage[] =>
  sources
    .filter(({ characters }) => characters > 0)
    .sort((a, b) => a.covered / a.characters - b.covered / b.characters);

function sourceLine({ path, characters, covered, missed }: SourceCoverage, all: boolean): string {
  const lines = all && missed.length > 0 ? `  not: ${ranges(missed)}` : '';
  return `  ${percentOf(covered, characters).padStart(6)} ${path}${lines}`;
}

function percentOf(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(1)}%`;
}

/** `3-5, 9` */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`fuzz: ${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
