// bench/RESULTS.md: what people wrote above the mark, the runs below it, newest first.

import { readFile, writeFile } from 'node:fs/promises';
import { headingOf, LEGEND, type Run, renderRun } from './report.ts';

const MARK = '<!-- npm run bench writes below this line -->';

const EMPTY = `# Results

${MARK}
`;

/** Puts the run before those of earlier commits, in the place of one of the same commit and cases. */
export async function saveRun(path: string, run: Run): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => EMPTY);
  const [above, below] = text.split(MARK);
  if (above === undefined || below === undefined) throw new Error(`${path} has lost its mark`);
  const heading = `## ${headingOf(run)}\n`;
  const earlier = below
    .split(/^(?=## )/m)
    .slice(1)
    .filter((section) => !section.startsWith(heading));
  const sections = [renderRun(run), ...earlier].map((section) => section.trim());
  await writeFile(path, `${above}${MARK}\n\n${LEGEND}\n\n${sections.join('\n\n')}\n`);
}
