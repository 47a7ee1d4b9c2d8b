/**
 * Wakes the scanning loop. However often it rings during a scan, one more scan follows: that is all
 * the debouncing there is, so that a lone change is seen at once.
 */
export class Doorbell {
  #isRung = false;
  #wake: () => void = () => undefined;
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  clear(): void {
    this.#isRung = false;
  }

  /** Until it rings, the signal aborts, or `ms` have passed. */
  async wait(ms: number): Promise<void> {
    if (this.#isRung || this.#signal.aborted) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    this.#wake = wake;
    const onAbort = (): void => wake();
    this.#signal.addEventListener('abort', onAbort);
    const timer = setTimeout(wake, ms);
    await promise;
    clearTimeout(timer);
    this.#signal.removeEventListener('abort', onAbort);
  }
}
