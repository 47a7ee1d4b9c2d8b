import { formatHttpAddress } from '../../config/http-address.ts';
import type { HttpAddress } from '../../config/server-config.ts';
import type { Difference } from './judge.ts';
import type { Reason } from './reasons.ts';

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
  /** Of those that have a reason, the ones where it is a guess. */
  readonly guessed: number;
  readonly groups: readonly {
    /** Empty: those without a known reason. */
    readonly reasons: readonly Reason[];
    readonly count: number;
    readonly differences: readonly Difference[];
  }[];
}

interface Group {
  readonly reasons: readonly Reason[];
  count: number;
  readonly differences: Difference[];
}

/** Counts differences by their reasons. */
export class Tally {
  private unexplained = 0;
  private guessed = 0;
  private readonly options: TallyOptions;
  private questions = 0;
  private different = 0;
  private readonly groups = new Map<string, Group>();

  constructor(options: TallyOptions) {
    this.options = options;
  }

  /** Whether every difference has a reason that is no guess. */
  get isClear(): boolean {
    return this.unexplained + this.guessed === 0;
  }

  asked(): void {
    this.questions += 1;
  }

  add(difference: Difference): void {
    this.different += 1;
    const isOpen = difference.unexplained !== undefined;
    if (isOpen) this.unexplained += 1;
    else if (difference.reasons.some(({ isGuess }) => isGuess)) this.guessed += 1;
    const reasons = isOpen ? [] : difference.reasons;
    const key = reasons.map(({ text }) => text).join();
    const group = this.groups.get(key) ?? { reasons, count: 0, differences: [] };
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
      guessed: this.guessed,
      groups: this.sorted(),
    };
  }

  *lines(): Generator<string> {
    const { questions, different, unexplained, guessed } = this;
    yield `${this.ourName()} beside ${formatHttpAddress(this.options.with)}`;
    for (const { reasons, count, differences } of this.sorted()) {
      yield '';
      if (reasons.length === 0) yield `${count} WITHOUT A KNOWN REASON`;
      else yield `${count} ${count === 1 ? 'time' : 'times'}`;
      for (const { codes, text, isGuess } of reasons) {
        yield `${isGuess ? 'perhaps ' : ''}${orList(codes)}: ${text}`;
      }
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
    if (this.isClear) yield 'every difference has its row in docs/differences.md';
    if (guessed > 0)
      yield `${guessed} of them perhaps for the reason given: look at these before you switch`;
    if (unexplained > 0) yield `${unexplained} of them without a known reason: look at these first`;
  }

  private ourName(): string {
    const { listener, isAsked } = this.options;
    return isAsked ? `Seamark at ${formatHttpAddress(listener)}` : 'what the sources say now';
  }

  /** What is to be looked at first: the unexplained, then guesses, then the most frequent. */
  private sorted(): Group[] {
    return [...this.groups.values()].sort((a, b) => rank(a) - rank(b) || b.count - a.count);
  }
}

/** `D36`, `D36 or D37`, `one of D52 to D60`. */
function orList(codes: readonly string[]): string {
  if (codes.length <= 2) return codes.join(' or ');
  return `one of ${codes[0]} to ${codes.at(-1)}`;
}

function rank({ reasons }: Group): number {
  if (reasons.length === 0) return 0;
  return reasons.some(({ isGuess }) => isGuess) ? 1 : 2;
}
