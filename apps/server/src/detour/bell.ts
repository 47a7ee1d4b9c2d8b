/**
 * What wakes the thread at the other end of the rings: one word of shared memory, not 0 while it sleeps. To
 * ring costs a load as long as it is awake; a system call only who comes first.
 */
export class Bell {
  readonly memory: SharedArrayBuffer;
  private readonly word: Int32Array;

  /** @param memory what another instance has as its `memory`; a bell of its own by default. */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.memory = memory;
    this.word = new Int32Array(memory);
  }

  /** After what there is to see has been stored. */
  ring(): void {
    const { word } = this;
    if (Atomics.load(word, 0) === 0 || Atomics.exchange(word, 0, 0) === 0) return;
    Atomics.notify(word, 0);
  }

  /**
   * Waits for the next ring, without holding up the event loop.
   *
   * @param hasWork looked at once it is said that nobody is awake: who stored before that has not rung.
   */
  async sleep(hasWork: () => boolean): Promise<void> {
    const { word } = this;
    Atomics.store(word, 0, 1);
    if (hasWork()) {
      Atomics.store(word, 0, 0);
      return;
    }
    await Atomics.waitAsync(word, 0, 1).value;
  }
}
