// What of the code under test has run, as V8 itself counts it: by block, without touching the sources.

import { Session } from 'node:inspector';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptReport {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** Bit 0 of a character's mark: it has run. The others say how often in one run, as in AFL. */
const RAN = 1;

/** 1, 2, 3, 4 to 7, 8 to 31, 32 to 127, and more times. */
function magnitude(count: number): number {
  if (count < 4) return 1 << count;
  if (count < 8) return 1 << 4;
  if (count < 32) return 1 << 5;
  return count < 128 ? 1 << 6 : 1 << 7;
}

/** How much of the code has run. */
export interface Extent {
  /** Characters of functions, white space aside. */
  readonly characters: number;
  readonly covered: number;
}

/**
 * V8's precise coverage by block (`Profiler.takePreciseCoverage`) of this thread, as a map of what has ever run. Each look
 * costs a millisecond or so whatever ran before it (V8 goes through all functions it knows), so that the fuzzer looks after
 * many runs, and closely only where something is new.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isWatched: (url: string) => boolean;
  /** A mark for each character of a function, under its script and place. */
  readonly #functions = new Map<string, Uint8Array>();
  /** What functions have been seen to do, so that the same need not be looked at again. */
  readonly #known = new Map<string, Set<string>>();

  /** Begins to count. Sources that are loaded from now on are known whole: before that, only what runs. */
  constructor(isWatched: (url: string) => boolean) {
    this.#isWatched = isWatched;
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Forgets what has run since the last look. */
  skip(): void {
    this.#take();
  }

  /** Whether code has run since the last look that never had before. It stays news until `note` has seen it. */
  hasNews(): boolean {
    let isNews = false;
    for (const [key, ranges] of this.#take()) {
      if (!isNews && this.#marks(key, ranges, (mark) => (mark & RAN) === 0, false)) isNews = true;
    }
    return isNews;
  }

  /** Notes what has run since the last look. @returns whether something ran that never had, or never so often. */
  note(): boolean {
    let isNews = false;
    for (const [key, ranges] of this.#take()) {
      const signature = ranges.map((r) => `${r.startOffset}:${r.endOffset}:${sizeOf(r)}`).join();
      let known = this.#known.get(key);
      if (known === undefined) {
        known = new Set();
        this.#known.set(key, known);
      }
      if (known.has(signature)) continue;
      known.add(signature);
      if (this.#marks(key, ranges, () => false, true)) isNews = true;
    }
    return isNews;
  }

  /** Of each watched source, by the end of its address; `texts` are the sources. */
  extents(textOf: (url: string) => string): Map<string, Extent> {
    const extents = new Map<string, Extent>();
    for (const [url, ran] of this.#painted(textOf)) {
      const text = textOf(url);
      let [characters, covered] = [0, 0];
      for (let at = 0; at < text.length; at++) {
        if (ran[at] === UNKNOWN || text.charCodeAt(at) <= 0x20) continue;
        characters += 1;
        if (ran[at] === COVERED) covered += 1;
      }
      extents.set(url, { characters, covered });
    }
    return extents;
  }

  /** Lines, counted from 1, of which something has not run. */
  uncoveredLines(textOf: (url: string) => string): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (const [url, ran] of this.#painted(textOf)) {
      const lines: number[] = [];
      let at = 0;
      for (const [index, line] of textOf(url).split('\n').entries()) {
        const isCode = /^\s*(?!\/\/|\*|\/\*|[\s})\];,]*$)/.test(line);
        let missed = false;
        for (let i = 0; i < line.length; i++) {
          if (ran[at + i] === MISSED && line.charCodeAt(i) > 0x20) missed = true;
        }
        if (missed && isCode) lines.push(index + 1);
        at += line.length + 1;
      }
      if (lines.length > 0) found.set(url, lines);
    }
    return found;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** Inner functions over outer ones. */
  #painted(textOf: (url: string) => string): Map<string, Uint8Array> {
    const functions = [...this.#functions].map(([key, marks]) => {
      const at = key.lastIndexOf('#');
      return { url: key.slice(0, at), start: Number(key.slice(at + 1)), marks };
    });
    functions.sort((a, b) => a.start - b.start || b.marks.length - a.marks.length);
    const painted = new Map<string, Uint8Array>();
    for (const { url, start, marks } of functions) {
      let ran = painted.get(url);
      if (ran === undefined) {
        ran = new Uint8Array(textOf(url).length);
        painted.set(url, ran);
      }
      // What is of a module and of no function in it runs once, at the start, and is no matter of inputs.
      if (start === 0) continue;
      for (let i = 0; i < marks.length; i++) ran[start + i] = marks[i] === 0 ? MISSED : COVERED;
    }
    return painted;
  }

  /**
   * Goes through the characters of a function that ran.
   *
   * @param isNew judges a mark without a change, where `notes` is false.
   * @returns whether one was new.
   */
  #marks(
    key: string,
    ranges: readonly Range[],
    isNew: (mark: number) => boolean,
    notes: boolean,
  ): boolean {
    const [whole] = ranges as [Range];
    const start = whole.startOffset;
    let marks = this.#functions.get(key);
    if (marks === undefined) {
      marks = new Uint8Array(whole.endOffset - start);
      this.#functions.set(key, marks);
    }
    // Ranges are nested, outer ones first: the last that a character lies in has its count.
    const counts = new Uint8Array(marks.length);
    for (const range of ranges) {
      const size = range.count === 0 ? 0 : RAN | magnitude(range.count);
      counts.fill(size, range.startOffset - start, range.endOffset - start);
    }
    let found = false;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] as number;
      const mark = marks[i] as number;
      if (count === 0) continue;
      if (!notes) {
        if (isNew(mark)) return true;
      } else if ((mark | count) !== mark) {
        marks[i] = mark | count;
        found = true;
      }
    }
    return found;
  }

  /** Functions of watched sources that ran since the last time. */
  *#take(): Generator<[string, readonly Range[]]> {
    const { result } = this.#post('Profiler.takePreciseCoverage') as {
      result: readonly ScriptReport[];
    };
    for (const { url, functions } of result) {
      if (!this.#isWatched(url)) continue;
      for (const { ranges } of functions) yield [`${url}#${ranges[0]?.startOffset}`, ranges];
    }
  }

  /** Of a session with its own thread, answers come before `post` returns. */
  #post(method: string, params: object = {}): unknown {
    let answer: { error: Error | null; result: unknown } | undefined;
    this.#session.post(method, params, (error, result) => {
      answer = { error, result };
    });
    if (answer === undefined) throw new Error(`${method} was not answered at once`);
    if (answer.error !== null) throw new Error(method, { cause: answer.error });
    return answer.result;
  }
}

const UNKNOWN = 0;
const MISSED = 1;
const COVERED = 2;

function sizeOf({ count }: Range): number {
  return count === 0 ? 0 : magnitude(count);
}
