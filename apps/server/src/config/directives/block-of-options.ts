import type { Directive } from '../../corefile/tree.ts';
import { type Context, readLines, type Vocabulary } from '../vocabulary.ts';

/**
 * What the block of a directive says that is nothing but its options.
 *
 * @returns undefined, reported, where it says nothing.
 */
export function readOptions<Draft extends object>(
  { name, block }: Directive,
  options: Vocabulary<Draft>,
  draft: Draft,
  context: Context,
): Draft | undefined {
  const lines = block?.directives ?? [];
  readLines(lines, options, draft, context);
  if (Object.keys(draft).length > 0) return draft;
  // What stands there has been reported already.
  if (lines.length === 0) {
    const allowed = options.words.map(({ usage }) => usage);
    context.problems.report(name, `"${name.text}" says nothing`, { allowed });
  }
  return undefined;
}
