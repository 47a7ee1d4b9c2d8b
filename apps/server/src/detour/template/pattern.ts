// The one door to re2js: Go's regular expressions, in linear time whatever is asked.

import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

/** Not an import: few Corefiles have a template, and each start would wait for it. */
const load = (): typeof import('re2js') => createRequire(import.meta.url)('re2js');

/** What a pattern found in a name. */
export interface Found {
  /** The whole match, then each group; '' for one that took no part. */
  readonly groups: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

/** A regular expression as Go's package regexp has it: it may match anywhere, unless it is anchored. */
export class Pattern {
  private readonly compiled: RE2JS;

  /** @throws PatternError */
  constructor(text: string) {
    const re2js = load();
    try {
      this.compiled = re2js.RE2JS.compile(text);
    } catch (cause) {
      if (!(cause instanceof re2js.RE2JSException)) throw cause;
      throw new PatternError(cause.message, { cause });
    }
  }

  find(text: string): Found | undefined {
    const matcher = this.compiled.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, i) => matcher.group(i) ?? '',
    );
    const named = Object.entries(this.compiled.namedGroups());
    return { groups, named: new Map(named.map(([name, index]) => [name, groups[index] ?? ''])) };
  }

  get groupCount(): number {
    return this.compiled.groupCount();
  }

  get groupNames(): readonly string[] {
    return Object.keys(this.compiled.namedGroups());
  }
}

/** A text is no regular expression; the message says why. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Escapes of one character or none, whatever it is: no run goes through them. */
const PLAIN_ESCAPE = /^\\(?:[dDwWsSbBAz]|[^a-zA-Z0-9])/;

/** In brackets, of one or several characters, with escapes of one; not such as `[[:alpha:]]`. A bracket in first place is one of it. */
const PLAIN_CLASS = /^\[\^?\]?(?:[^\]\\[]|\\(?:[dDwWsS]|[^a-zA-Z0-9]))*\]/;

const REPETITION = /^\{\d+(?:,\d*)?\}/;

/**
 * Letters, digits, hyphens and underscores that stand in every name which the expression matches, the longest run
 * of them that `isTelling` likes; '' where none is sure to: those in groups, classes and alternatives are not. Nor
 * is anything where there is an escape or a class that is not plainly one character: names would go unanswered
 * that this takes for others'.
 */
export function literalIn(text: string, isTelling: (run: string) => boolean): string {
  if (/\||\(\?[a-zA-Z-]*[i]/.test(text)) return '';
  let best = '';
  let run = '';
  const end = (keep: number): void => {
    const whole = run.slice(0, keep);
    if (whole.length > best.length && isTelling(whole)) best = whole;
    run = '';
  };
  for (let i = 0, depth = 0; i < text.length; i++) {
    const character = text[i] as string;
    const form = FORMS[character];
    if (form !== undefined) {
      const [found] = form.exec(text.slice(i)) ?? [];
      if (found === undefined) return '';
      // What repeats is about the character before it, which may then be missing.
      end(run.length - (character === '{' ? 1 : 0));
      i += found.length - 1;
    } else if (character === '(' || character === ')') {
      end(run.length);
      depth += character === '(' ? 1 : -1;
    } else if (depth > 0) {
      run = '';
    } else if (character === '?' || character === '*') {
      end(run.length - 1);
    } else if (/[a-zA-Z0-9_-]/.test(character)) {
      run += character;
    } else {
      end(run.length);
    }
  }
  end(run.length);
  return best;
}

/** How what begins with these goes on. */
const FORMS: Readonly<Record<string, RegExp>> = {
  '\\': PLAIN_ESCAPE,
  '[': PLAIN_CLASS,
  '{': REPETITION,
};
