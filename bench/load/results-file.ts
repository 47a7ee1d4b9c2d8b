// bench/RESULTS.md: what people wrote above the mark, the runs below it, newest first.

import { readFile, writeFile } from 'node:fs/promises';
import { headingOf, LEGEND, type Run, renderRun } from './cases/report.ts';

const MARK = '<!-- npm run bench writes below this line -->';

const EMPTY = `# Results

${MARK}
`;

/** Puts the run before those of earlier commits, in the place of one of the same commit and cases. */
export function saveRun(path: string, run: Run): Promise<void> {
  return saveSection(path, headingOf(run), renderRun(run));
}

/** The same with a section that somebody else rendered: `## ${title}` and what follows it. */
export async function saveSection(path: string, title: string, section: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => EMPTY);
  const [above, below] = text.split(MARK);
  if (above === undefined || below === undefined) throw new Error(`${path} has lost its mark`);
  const heading = `## ${title}\n`;
  const earlier = below
    .split(/^(?=## )/m)
    .slice(1)
    .filter((other) => !other.startsWith(heading));
  const sections = [section, ...earlier].map((one) => one.trim());
  await writeFile(path, `${above}${MARK}\n\n${LEGEND}\n\n${sections.join('\n\n')}\n`);
}
