import { formatHttpAddress } from '../../config/http-address.ts';
import type { HttpAddress } from '../../config/server-config.ts';
import type { Difference } from './index.ts';

/** Shown of each reason. */
const SHOWN = 3;
/** Kept of each reason where not all are shown: whoever compares a million names wants no million lines. */
const KEPT = SHOWN;

export interface TallyOptions {
  readonly with: HttpAddress;
  readonly listener: HttpAddress;
  readonly isAsked: boolean;
  /** Every difference is kept and shown. */
  readonly all: boolean;
}

/** The document of `--json`. */
export interface ComparisonDocument {
  readonly seamark: string;
  readonly other: string;
  readonly questions: number;
  readonly different: number;
  readonly unexplained: number;
  readonly groups: readonly {
    readonly codes: readonly string[];
    readonly texts: readonly string[];
    readonly count: number;
    readonly differences: readonly Difference[];
  }[];
}

interface Group {
  readonly codes: readonly string[];
  readonly texts: readonly string[];
  count: number;
  readonly differences: Difference[];
}

/** Counts differences by their reasons. */
export class Tally {
  unexplained = 0;
  private readonly options: TallyOptions;
  private questions = 0;
  private different = 0;
  private readonly groups = new Map<string, Group>();

  constructor(options: TallyOptions) {
    this.options = options;
  }

  asked(): void {
    this.questions += 1;
  }

  add(difference: Difference): void {
    this.different += 1;
    const isOpen = difference.unexplained !== undefined;
    if (isOpen) this.unexplained += 1;
    const codes = isOpen ? [] : difference.reasons.map(({ code }) => code);
    const texts = isOpen ? [] : difference.reasons.map(({ text }) => text);
    const key = texts.join();
    const group = this.groups.get(key) ?? { codes, texts, count: 0, differences: [] };
    this.groups.set(key, group);
    group.count += 1;
    // What nobody can explain is what the command is for.
    if (isOpen || this.options.all || group.differences.length < KEPT) {
      group.differences.push(difference);
    }
  }

  document(): ComparisonDocument {
    const { options } = this;
    return {
      seamark: this.ourName(),
      other: formatHttpAddress(options.with),
      ...{ questions: this.questions, different: this.different, unexplained: this.unexplained },
      groups: this.sorted(),
    };
  }

  *lines(): Generator<string> {
    const { questions, different, unexplained } = this;
    yield `${this.ourName()} beside ${formatHttpAddress(this.options.with)}`;
    for (const { codes, texts, count, differences } of this.sorted()) {
      yield '';
      const what = codes.map((code, i) => `${code}: ${texts[i]}`).join('\n');
      yield codes.length === 0 ? `${count} WITHOUT A KNOWN REASON` : `${count} times ${what}`;
      for (const { name, type, ours, theirs, unexplained: open } of differences) {
        yield `  ${name} ${type}`;
        yield `    Seamark  ${ours}`;
        yield `    other    ${theirs}`;
        if (open !== undefined) yield `    ${open}`;
      }
      const left = count - differences.length;
      if (left > 0) yield `  and ${left} more; --all shows them`;
    }
    yield '';
    yield `${questions} questions, ${questions - different} answered alike, ${different} differently`;
    yield unexplained === 0
      ? 'every difference has its row in docs/differences.md'
      : `${unexplained} of them without a known reason: look at these before you switch`;
  }

  private ourName(): string {
    const { listener, isAsked } = this.options;
    return isAsked ? `Seamark at ${formatHttpAddress(listener)}` : 'what the sources say now';
  }

  /** The unexplained first, then the most frequent. */
  private sorted(): Group[] {
    return [...this.groups.values()].sort(
      (a, b) => Math.sign(a.codes.length) - Math.sign(b.codes.length) || b.count - a.count,
    );
  }
}
