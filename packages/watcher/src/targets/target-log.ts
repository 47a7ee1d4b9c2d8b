import type { Logger } from '../sources/contract.ts';
import type { After } from './contract.ts';
import type { Target } from './target.ts';

/** What goes wrong, or right again, within that time is told in one line. */
const GATHER_MS = 5000;

/** By then whatever an outage left behind has been asked for again: its intervals grow to a minute. */
const AFTER_OUTAGE_MS = 90_000;

/** Host names that a line has. */
const MOST_NAMED = 3;

/**
 * Tells log readers of host names that don't resolve, and do again: each once, those of the same moment together. If
 * nothing at all could be resolved for a while it is the resolvers' fault: that is one line, however many
 * host names there are, and one when it is over.
 */
export class TargetLog {
  private readonly log: Logger;
  private readonly after: After;
  /** Those that failed since somebody last told anything of any. */
  private readonly failing = new Set<Target>();
  private readonly unresolved = new Set<Target>();
  private readonly resolved = new Set<Target>();
  private outage: { readonly since: number; readonly targets: Set<Target> } | undefined;
  private callOff: (() => void) | undefined;

  constructor(log: Logger, after: After) {
    this.log = log;
    this.after = after;
  }

  /** A question about the target has come to its end. @param isFailure nobody could tell. */
  heard(target: Target, isFailure: boolean): void {
    if (!isFailure) this.endOutage();
    else {
      this.failing.add(target);
      this.outage?.targets.add(target);
    }
    this.note(target);
  }

  /** Nobody wants the target any more. */
  forget(target: Target): void {
    for (const targets of [this.failing, this.unresolved, this.resolved]) targets.delete(target);
  }

  /** Tells what there is to tell. */
  flush(): void {
    this.callOff?.();
    this.callOff = undefined;
    const resolved = take(this.resolved);
    const failing = [...this.unresolved].filter((target) => this.failing.has(target));
    if (failing.length > 0 && this.failing.size > 1) this.beginOutage(failing);
    const unresolved = take(this.unresolved);
    for (const target of unresolved) target.told = target.problem;
    if (unresolved.length > 0) this.tellUnresolved(unresolved);
    if (resolved.length > 0) this.tellResolved(resolved);
  }

  /** What of it has not been told is told with others. */
  private note(target: Target): void {
    if (target.problem === '') {
      this.unresolved.delete(target);
      if (target.told === '') return;
      target.told = '';
      this.resolved.add(target);
    } else {
      if (target.told !== '' || this.outage?.targets.has(target) === true) return;
      this.unresolved.add(target);
    }
    this.flushAfter(GATHER_MS);
  }

  private flushAfter(milliseconds: number): void {
    this.callOff ??= this.after(milliseconds, () => this.flush());
  }

  private beginOutage(failing: readonly Target[]): void {
    const targets = new Set(this.failing);
    this.outage = { since: Date.now(), targets };
    for (const target of targets) this.unresolved.delete(target);
    this.log.warn(
      { event: 'resolver-outage', targets: targets.size },
      `no host name can be resolved, as ${targets.size} of them show (${reasonsOf(failing)}): their last addresses are answered on, where they have any; they are asked for again and again`,
    );
  }

  private endOutage(): void {
    this.failing.clear();
    const { outage } = this;
    if (outage === undefined) return;
    this.outage = undefined;
    const { size } = outage.targets;
    const seconds = Math.round((Date.now() - outage.since) / 1000);
    this.log.info(
      { event: 'resolver-outage-over', targets: size },
      `host names are resolved again, after ${seconds} s in which ${size} could not be`,
    );
    // What is still wrong then is its own fault.
    this.callOff?.();
    this.callOff = undefined;
    this.flushAfter(AFTER_OUTAGE_MS);
    for (const target of outage.targets) this.note(target);
  }

  private tellUnresolved(targets: readonly Target[]): void {
    const [first, ...more] = targets as [Target, ...Target[]];
    if (more.length === 0) {
      const { addresses } = first.resolution;
      const isKept = addresses.v4.length + addresses.v6.length > 0;
      const state = isKept
        ? 'its last addresses are answered on'
        : 'names that lead there have no address of it';
      this.log.warn(
        { event: 'target-unresolved', target: first.text },
        `the host name ${first.text} does not resolve (${first.problem}): ${state}; it is asked for again and again`,
      );
      return;
    }
    this.log.warn(
      { event: 'target-unresolved', targets: targets.length },
      `${targets.length} host names do not resolve (${reasonsOf(targets)}): their last addresses are answered on, where they have any; they are asked for again and again`,
    );
  }

  private tellResolved(targets: readonly Target[]): void {
    const [first, ...more] = targets as [Target, ...Target[]];
    const [fields, text] =
      more.length === 0
        ? [{ target: first.text }, `the host name ${first.text} resolves again`]
        : [{ targets: targets.length }, `${namesOf(targets)} resolve again`];
    this.log.info({ event: 'target-resolved', ...fields }, text);
  }
}

function take(targets: Set<Target>): readonly Target[] {
  const all = [...targets];
  targets.clear();
  return all;
}

function reasonsOf(targets: readonly Target[]): string {
  const told = targets.slice(0, MOST_NAMED).map(({ text, problem }) => `${text}: ${problem}`);
  return withRest(told, targets.length, '; ');
}

function namesOf(targets: readonly Target[]): string {
  const told = targets.slice(0, MOST_NAMED).map(({ text }) => text);
  return `the host names ${withRest(told, targets.length, ', ')}`;
}

function withRest(told: readonly string[], count: number, between: string): string {
  const rest = count - told.length;
  return told.join(between) + (rest > 0 ? `${between}and ${rest} more` : '');
}
