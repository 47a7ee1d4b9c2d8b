// Tables of Markdown that can be read as they stand.

/** The first row is the headings; the first column is aligned left, the others right. */
export function* renderRows(rows: readonly (readonly string[])[]): Generator<string> {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0), 3),
  );
  for (const [index, row] of rows.entries()) {
    const padded = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    yield `| ${padded.join(' | ')} |`;
    if (index > 0) continue;
    const rule = widths.map((width, i) => '-'.repeat(width - (i === 0 ? 0 : 1)));
    yield `| ${rule.map((dashes, i) => (i === 0 ? dashes : `${dashes}:`)).join(' | ')} |`;
  }
}
