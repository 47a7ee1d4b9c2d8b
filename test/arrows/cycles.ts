// Finds circles in a directed graph.

/** The edges of a graph: a node and where its arrows lead. Nodes that are no key have none. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The circles that a walk in depth meets, each from the node where it was entered back to it. Not
 * every circle there is, but none exactly if the graph has none.
 */
export const findCycles = (graph: Graph): string[][] => {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const trail: string[] = [];

  const visit = (node: string): void => {
    if (finished.has(node)) return;
    const entered = trail.indexOf(node);
    if (entered >= 0) {
      cycles.push([...trail.slice(entered), node]);
      return;
    }
    trail.push(node);
    for (const next of graph.get(node) ?? []) visit(next);
    trail.pop();
    finished.add(node);
  };

  for (const node of graph.keys()) visit(node);
  return cycles;
};
