/**
 * The last serial of each zone, whoever published it: in shared memory that a watcher writes and its successor reads
 * (`WatcherOptions.serials`), one for each group of views. A zone that comes back goes on from where it was.
 */
export class SerialBook {
  private readonly memories: { readonly zones: readonly string[]; readonly words: Uint32Array }[] =
    [];
  /** Of memories that are given up. */
  private readonly past = new Map<string, number>();

  /** Memory for these zones, in this order, with what is known of each. */
  open(zones: readonly string[]): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(4 * zones.length);
    const words = new Uint32Array(memory);
    const last = new Map(this.past);
    for (const known of this.memories) noteLast(known.zones, known.words, last);
    for (const [i, zone] of zones.entries()) words[i] = last.get(zone) ?? 0;
    this.memories.push({ zones, words });
    return memory;
  }

  /** Nobody writes it any more. */
  close(memory: SharedArrayBuffer): void {
    const at = this.memories.findIndex(({ words }) => words.buffer === memory);
    for (const { zones, words } of at < 0 ? [] : this.memories.splice(at, 1)) {
      noteLast(zones, words, this.past);
    }
  }
}

function noteLast(zones: readonly string[], words: Uint32Array, into: Map<string, number>): void {
  for (const [i, zone] of zones.entries()) {
    into.set(zone, Math.max(into.get(zone) ?? 0, Atomics.load(words, i)));
  }
}
