import type { FoldedName } from '@seamark/protocol';
import type { Logger } from '../sources/contract.ts';
import { type AddressType, type Asker, ResolverAsker } from './ask.ts';
import type {
  After,
  Resolution,
  ResolverAddress,
  TargetListener,
  TargetSource,
} from './contract.ts';
import { Target } from './target.ts';
import { TargetLog } from './target-log.ts';

export interface TargetsOptions {
  /** None: those of /etc/resolv.conf, as they are when the first target is wanted. */
  readonly resolvers: readonly ResolverAddress[];
  readonly log: Logger;
  /** Default: by the clock. */
  readonly after?: After;
  /** What is told is told after this. Default: by the clock. */
  readonly gather?: After;
  /** Below 1. Default: Math.random. */
  readonly random?: () => number;
}

/** Questions under way at the same time: their answers fit a socket's buffer, and a small resolver bears it. */
const MOST_UNDER_WAY = 64;

/** A type of a target that is to be asked for. */
interface Errand {
  readonly target: Target;
  readonly type: AddressType;
  /** Calls off its timer. */
  callOff: () => void;
}

/**
 * Keeps the addresses of host names: one question for each name and type, whoever wants it, again when the
 * TTL of the answer has run out. Nobody waits for it: what is asked for is what was known last.
 */
export class Targets implements TargetSource {
  private readonly options: TargetsOptions;
  private readonly log: TargetLog;
  private readonly after: After;
  private readonly random: () => number;
  /** By the octets of the name. */
  private readonly targets = new Map<string, Target>();
  private readonly errands = new Map<Target, readonly Errand[]>();
  /** Those whose time has come, in that order. */
  private readonly due = new Set<Errand>();
  private underWay = 0;
  private asker: Asker | undefined;
  private closed = false;

  constructor(options: TargetsOptions) {
    this.options = options;
    this.log = new TargetLog(options.log, options.gather ?? byTheClock);
    this.after = options.after ?? byTheClock;
    this.random = options.random ?? Math.random;
  }

  /** Targets that somebody wants. */
  get size(): number {
    return this.targets.size;
  }

  want(name: FoldedName, listener: TargetListener): Resolution {
    const key = keyOf(name);
    let target = this.targets.get(key);
    if (target === undefined) {
      target = new Target(name);
      this.targets.set(key, target);
      this.begin(target);
    }
    target.listeners.add(listener);
    return target.resolution;
  }

  release(name: FoldedName, listener: TargetListener): void {
    const key = keyOf(name);
    const target = this.targets.get(key);
    if (target === undefined) return;
    target.listeners.delete(listener);
    if (target.listeners.size > 0) return;
    this.targets.delete(key);
    this.log.forget(target);
    for (const errand of this.errands.get(target) ?? []) {
      errand.callOff();
      this.due.delete(errand);
    }
    this.errands.delete(target);
  }

  /** Asks nobody any more; what is known stays, and is told. */
  close(): void {
    this.closed = true;
    this.log.flush();
    for (const errands of this.errands.values()) for (const { callOff } of errands) callOff();
    this.due.clear();
    this.asker?.close();
  }

  private begin(target: Target): void {
    const errands = (['A', 'AAAA'] as const).map((type) => ({ target, type, callOff: () => {} }));
    this.errands.set(target, errands);
    for (const errand of errands) this.enqueue(errand);
  }

  private enqueue(errand: Errand): void {
    if (this.closed) return;
    this.due.add(errand);
    this.work();
  }

  private work(): void {
    for (const errand of this.due) {
      if (this.underWay >= MOST_UNDER_WAY) return;
      this.due.delete(errand);
      this.underWay += 1;
      void this.run(errand);
    }
  }

  private async run(errand: Errand): Promise<void> {
    const { target, type } = errand;
    this.asker ??= new ResolverAsker(this.options.resolvers);
    const outcome = await this.asker.ask(target.text, type);
    this.underWay -= 1;
    // Wanted again meanwhile it is another target.
    if (!this.closed && this.errands.has(target)) {
      const delay = target.records[type].take(outcome, this.random);
      errand.callOff = this.after(delay, () => this.enqueue(errand));
      const isAnother = target.settle();
      this.log.heard(target, outcome.kind === 'failed');
      if (isAnother) for (const listener of target.listeners) listener(target.name);
    }
    this.work();
  }
}

const byTheClock: After = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  timer.unref();
  return () => clearTimeout(timer);
};

function keyOf(name: FoldedName): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
}
