// A thread that fuzzes one target until it is to end, or is ended.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { kindOf, reportOf } from './error-report.ts';
import { Fuzzer, minimise, shrink } from './fuzzer.ts';
import type { Target } from './target.ts';

export interface FuzzTask {
  /** The module that exports `target`. */
  readonly module: string;
  readonly seed: number;
  readonly inputs: readonly Uint8Array[];
  /** Whole messages, for targets that take them. */
  readonly messages: readonly Uint8Array[];
  /** Ends after so many runs, or so long, whichever comes first. */
  readonly mostRuns: number;
  readonly mostMs: number;
  /** Whether the corpus is reduced to what all of it runs. */
  readonly minimises: boolean;
  /** [0]: runs so far, [1]: octets of the input in hand, which lies behind them. */
  readonly watched: SharedArrayBuffer;
}

export type FuzzMessage =
  | { readonly kind: 'finding'; readonly input: Uint8Array; readonly report: string }
  | {
      readonly kind: 'done';
      readonly runs: number;
      readonly seconds: number;
      readonly corpus: readonly Uint8Array[];
      /** By path: percent of the characters of its functions, and the lines that did not run. */
      readonly sources: readonly SourceCoverage[];
    };

export interface SourceCoverage {
  readonly path: string;
  readonly characters: number;
  readonly covered: number;
  readonly missed: readonly number[];
}

/** Words before the input in hand. */
export const WATCHED_HEAD = 8;
const ROOT: string = join(import.meta.dirname, '../../..');

async function fuzz(task: FuzzTask): Promise<void> {
  const watched: string[] = [];
  const base = pathToFileURL(ROOT).href;
  const isWatched = (url: string): boolean =>
    !url.endsWith('.test.ts') &&
    watched.some((path) => (path.endsWith('/') ? url.startsWith(path) : url === path));
  const watch = (paths: readonly string[]): void => {
    watched.push(...paths.map((path) => `${base}/${path}`));
  };
  // Before the code is loaded, so that functions that nothing calls are known as well.
  const coverage = new Coverage(isWatched);
  const loaded = (await import(task.module)) as { target: Target };
  const target = beingWatched(loaded.target, task.watched);
  watch(target.watched);
  coverage.note();

  const seen = new Set<string>();
  const fuzzer = new Fuzzer({
    ...{ target, coverage, seed: task.seed },
    onError: (input, error) => {
      const kind = kindOf(error);
      if (seen.has(kind)) return;
      seen.add(kind);
      const smallest = shrink(input, (smaller) => kindOfRun(target, smaller) === kind);
      const message: FuzzMessage = { kind: 'finding', input: smallest, report: reportOf(error) };
      parentPort?.postMessage(message);
    },
  });
  const started = performance.now();
  const hasTime = (): boolean =>
    fuzzer.runs < task.mostRuns && performance.now() - started < task.mostMs;
  fuzzer.takeClosely([...target.seeds, ...task.inputs]);
  if (target.takesMessages) fuzzer.take(task.messages);
  while (hasTime()) fuzzer.round();
  const seconds = (performance.now() - started) / 1000;
  const sources = sourcesOf(coverage, base);
  coverage.close();
  let corpus: readonly Uint8Array[] = fuzzer.corpus;
  if (task.minimises) {
    const afresh = new Coverage(isWatched);
    corpus = minimise(corpus, target, afresh);
    afresh.close();
  }
  const done: FuzzMessage = { kind: 'done', runs: fuzzer.runs, seconds, corpus, sources };
  parentPort?.postMessage(done);
}

/** The target, each of whose runs is announced beforehand: afterwards may be too late. */
function beingWatched(target: Target, watched: SharedArrayBuffer): Target {
  const head = new Int32Array(watched, 0, 2);
  const inHand = new Uint8Array(watched, WATCHED_HEAD);
  return {
    ...target,
    run: (input) => {
      const part = input.length > inHand.length ? input.subarray(0, inHand.length) : input;
      inHand.set(part);
      head[1] = part.length;
      head[0] = (head[0] as number) + 1;
      target.run(input);
    },
  };
}

function kindOfRun(target: Target, input: Uint8Array): string | undefined {
  try {
    target.run(input);
    return undefined;
  } catch (error) {
    return kindOf(error);
  }
}

function sourcesOf(coverage: Coverage, base: string): SourceCoverage[] {
  const texts = new Map<string, string>();
  const textOf = (url: string): string => {
    const text = texts.get(url) ?? readFileSync(fileURLToPath(url), 'utf8');
    texts.set(url, text);
    return text;
  };
  const missed = coverage.uncoveredLines(textOf);
  return [...coverage.extents(textOf)].map(([url, extent]) => ({
    ...extent,
    path: url.slice(base.length + 1),
    missed: missed.get(url) ?? [],
  }));
}

if (parentPort !== null) await fuzz(workerData as FuzzTask);
