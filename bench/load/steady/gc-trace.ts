// What `--trace-gc` wrote, isolate by isolate.
//
//   [17589:0x7feec0001000]     8529 ms: Scavenge 13.0 (16.2) -> 11.9 (13.7) MB, ... testing;

/** Collections of one isolate, by kind. */
export type Collections = ReadonlyMap<string, number>;

const LINE = /^\[\d+:(0x[0-9a-f]+)\]\s+\d+ ms: ([A-Z][\w-]*(?: \([^)]*\))?).*?; ?$/;
/** The reason of a collection that was asked for. */
const ASKED_FOR = /\btesting\b/;

/**
 * Collections of the isolate that was asked for two, between these two. No other thread is asked for any,
 * which is how the one in question is told from the rest.
 */
export function collectionsBetweenMarks(trace: string): Collections {
  const byIsolate = new Map<string, { readonly kind: string; readonly asked: boolean }[]>();
  for (const line of trace.split('\n')) {
    const [, isolate, kind] = LINE.exec(line) ?? [];
    if (isolate === undefined || kind === undefined) continue;
    const lines = byIsolate.get(isolate) ?? [];
    lines.push({ kind, asked: ASKED_FOR.test(line) });
    byIsolate.set(isolate, lines);
  }
  const marked = [...byIsolate.values()].filter((lines) => lines.some(({ asked }) => asked));
  const [lines] = marked;
  const marks = lines?.flatMap(({ asked }, i) => (asked ? [i] : [])) ?? [];
  const [from, to] = marks;
  if (lines === undefined || marked.length > 1 || from === undefined || to === undefined) {
    throw new Error(`no isolate, or several, with two collections asked for:\n${trace}`);
  }
  const between = lines.slice(from + 1, to).map(({ kind }) => kind);
  return new Map(
    Array.from(
      Map.groupBy(between, (kind) => kind),
      ([kind, list]) => [kind, list.length],
    ),
  );
}
