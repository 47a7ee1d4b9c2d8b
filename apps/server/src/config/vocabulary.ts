import type { ErrorDetails, Problems } from '../corefile/errors.ts';
import { nearest } from '../corefile/nearest.ts';
import { formatPosition, type Notice, type Position, type Token } from '../corefile/token.ts';
import type { Directive } from '../corefile/tree.ts';

/** What reading a directive may use beside the directive. */
export interface Context {
  readonly problems: Problems;
  readonly notices: Notice[];
  /** Each network interface of this machine with its addresses. */
  readonly interfaces: ReadonlyMap<string, readonly string[]>;
  /** This machine's name. */
  readonly hostname: string;
  /** What this is, and of which version. */
  readonly product: string;
}

/** A directive, or an option in a directive's block: its name, how it is written, how it is read. */
export interface Word<Draft> {
  readonly name: string;
  /** The whole line, such as `ttl SECONDS`. */
  readonly usage: string;
  readonly help: string;
  /** How many arguments it takes; `most` is unlimited where it isn't given. */
  readonly least: number;
  readonly most?: number;
  readonly isRepeatable?: boolean;
  /** The words in its block; without them it has none. */
  readonly takesBlock?: boolean;
  /** Reads into `draft`. The number of arguments is already right. */
  read(directive: Directive, draft: Draft, context: Context): void;
}

/** The words that may stand in one place. */
export interface Vocabulary<Draft> {
  /** What an error calls a word of this place: `directive`, `option of health`. */
  readonly noun: string;
  readonly words: readonly Word<Draft>[];
  /** Words that CoreDNS or the plugin has and Seamark lacks, each with what to do instead. */
  readonly lacking: Readonly<Record<string, string>>;
  /** Those of `lacking` that Seamark is to have one day; the others never come. */
  readonly planned?: ReadonlySet<string>;
}

/** Reads every line of a block, and reports what is unknown, repeated, or wrongly shaped. */
export function readLines<Draft>(
  directives: readonly Directive[],
  vocabulary: Vocabulary<Draft>,
  draft: Draft,
  context: Context,
): void {
  const seen = new Map<string, Position>();
  for (const directive of directives) {
    const { name } = directive;
    const word = vocabulary.words.find((candidate) => candidate.name === name.text);
    if (word === undefined) {
      reportUnknown(name, vocabulary, context.problems);
      continue;
    }
    const first = seen.get(word.name);
    if (first !== undefined && word.isRepeatable !== true) {
      const place = formatPosition(first);
      context.problems.report(name, `"${word.name}" repeats the one at ${place}; keep one of them`);
      continue;
    }
    if (first === undefined) seen.set(word.name, name.position);
    if (hasShape(directive, word, context.problems)) word.read(directive, draft, context);
  }
}

function reportUnknown<Draft>(
  name: Token,
  { noun, words, lacking, planned }: Vocabulary<Draft>,
  problems: Problems,
): void {
  const known = words.map((word) => word.name);
  const allowed = known.toSorted();
  if (Object.hasOwn(lacking, name.text)) {
    const yet = planned?.has(name.text) ? ' yet' : '';
    const sentence = `the ${noun} "${name.text}" is not supported${yet}: ${lacking[name.text]}`;
    problems.report(name, sentence, { allowed });
    return;
  }
  const suggestion = nearest(name.text, known) ?? nearest(name.text, Object.keys(lacking));
  problems.report(name, `unknown ${noun} "${name.text}"`, { allowed, suggestion });
}

function hasShape<Draft>(directive: Directive, word: Word<Draft>, problems: Problems): boolean {
  const { name, arguments: words, block } = directive;
  const extra = word.most === undefined ? undefined : words[word.most];
  const details: ErrorDetails = { allowed: [word.usage] };
  if (words.length < word.least) {
    problems.report(name, `"${name.text}" needs an argument`, details);
    return false;
  }
  if (extra !== undefined) {
    problems.report(extra, `"${extra.text}" is more than "${name.text}" takes`, details);
    return false;
  }
  if (block !== undefined && word.takesBlock !== true) {
    problems.report(block.open, `"${name.text}" has no block`, details);
    return false;
  }
  return true;
}
