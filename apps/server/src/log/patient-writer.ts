import { fstatSync, writeSync } from 'node:fs';

/** What may wait for a reader: 4 MiB, some 30,000 lines. */
const WAITING_AT_MOST = 4 * 1024 * 1024;
const TRY_AGAIN_MS = 10;

/** At exit: how long a reader may take nothing before it counts as stalled, and how long it has in all. */
const STALLED_MS = 500;
const EXIT_WITHIN_MS = 3_000;

export interface PatientWriterOptions {
  readonly fd: number;
  /** Told how many lines were lost, once all that waited before them has been written. */
  readonly onLost: (lines: number) => void;
}

/** Whether a write can be held up by whoever reads: a pipe, a FIFO, or a socket. */
export function hasReader(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

/**
 * Writes lines to a descriptor in non-blocking mode (O_NONBLOCK) and never waits for its reader: what
 * it does not take waits here, and goes out in order when it does. Beyond 4 MiB lines are lost, all of
 * them until the queue is empty, so that what tells of the loss stands where the lines would have.
 *
 * At `process.exit()` a reader that reads gets all that waits; one that does not holds the exit up for
 * half a second. If there is no reader any more (EPIPE), what waits is thrown away.
 */
export class PatientWriter {
  private readonly fd: number;
  private readonly onLost: (lines: number) => void;
  private waiting: Buffer[] = [];
  private octets = 0;
  private lost = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: PatientWriterOptions) {
    this.fd = options.fd;
    this.onLost = options.onLost;
    process.on('exit', () => this.flush());
  }

  /** @param line with its newline. */
  write(line: string): void {
    const octets = Buffer.from(line);
    if (this.lost > 0 || this.octets + octets.length > WAITING_AT_MOST) {
      this.lost += 1;
      return;
    }
    this.waiting.push(octets);
    this.octets += octets.length;
    // While a timer runs the reader is behind: no line asks it again.
    if (this.timer === undefined) this.advance();
  }

  /** Writes what the reader takes now, and comes back for the rest. */
  private advance(): void {
    this.timer = undefined;
    this.drain();
    if (this.octets > 0) {
      this.timer = setTimeout(() => this.advance(), TRY_AGAIN_MS).unref();
      return;
    }
    if (this.lost === 0) return;
    const { lost } = this;
    this.lost = 0;
    this.onLost(lost);
  }

  /** Writes until all is written or the reader takes no more. */
  private drain(): void {
    let done = 0;
    try {
      for (; done < this.waiting.length; done += 1) {
        let rest = this.waiting[done] as Buffer;
        while (rest.length > 0) {
          const written = writeSync(this.fd, rest);
          this.octets -= written;
          rest = rest.subarray(written);
          this.waiting[done] = rest;
        }
      }
    } catch (error) {
      if (!isFull(error)) {
        // Nobody is left to tell.
        this.waiting = [];
        this.octets = 0;
        return;
      }
    }
    this.waiting.splice(0, done);
  }

  private flush(): void {
    clearTimeout(this.timer);
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const began = performance.now();
    let progress = began;
    while (this.octets > 0 || this.lost > 0) {
      const before = this.octets;
      this.advance();
      clearTimeout(this.timer);
      const now = performance.now();
      if (this.octets < before) progress = now;
      if (now - progress > STALLED_MS || now - began > EXIT_WITHIN_MS) return;
      if (this.octets > 0) Atomics.wait(pause, 0, 0, TRY_AGAIN_MS);
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
