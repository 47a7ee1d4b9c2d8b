/** How long those who wait are served before the event loop sees to connections that have just become readable. */
const SPELL_MS = 2;

/**
 * Those who have more to do than is done at once, first come, first served. Between two spells the event loop goes round, so
 * that whoever has a single question waits for one spell, and not for all that a thousand others have asked.
 */
export class Turns {
  private readonly waiting = new Set<() => void>();
  private isScheduled = false;

  /** @param resume called when it is its turn: once, however often it was said. */
  wait(resume: () => void): void {
    this.waiting.add(resume);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(this.serve);
  }

  private readonly serve = (): void => {
    this.isScheduled = false;
    const until = performance.now() + SPELL_MS;
    // Who waits again while this goes on stands at the end, and may have another turn in the same spell.
    for (const resume of this.waiting) {
      this.waiting.delete(resume);
      resume();
      if (performance.now() >= until) break;
    }
    if (this.waiting.size > 0) this.schedule();
  };
}
