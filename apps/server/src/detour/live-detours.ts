import type { AnsweringListener, DetourDesk } from '../workers/query-path.ts';
import type { DetourTask, Service, StreamTask, Totals } from '../workers/tasks.ts';
import type { DetourObserver, SnapshotAnswers } from './detour-service.ts';
import type { Lasting, OpenDetours } from './open-detours.ts';

/** What had been taken before a change has so long to be answered: longer than any upstream is waited for. */
const GRACE_MS = 10_000;

/** What the detours ask of their thread. */
export type Surroundings = SnapshotAnswers & {
  listener(number: number): AnsweringListener | undefined;
};

/** The detours of a thread whose service may change: those of before answer what they had taken, and then end. */
export class LiveDetours {
  private readonly task: StreamTask;
  private readonly observer: DetourObserver;
  private readonly surroundings: Surroundings;
  private open: OpenDetours | undefined;
  private key = '';
  private prepared: { readonly key: string; readonly open: OpenDetours } | undefined;
  /** Where there are detours: what of them may outlive a change. */
  private lasting: Lasting | undefined;
  private hasBegun = false;

  constructor(task: StreamTask, observer: DetourObserver, surroundings: Surroundings) {
    this.task = task;
    this.observer = observer;
    this.surroundings = surroundings;
  }

  /**
   * Makes ready what a service needs.
   *
   * @throws UpstreamError where a `forward` has nobody to ask
   */
  async prepare({ detours }: Service): Promise<void> {
    const key = keyOf(detours);
    if (this.prepared !== undefined && this.prepared.key !== key) await this.discard();
    if (detours === undefined || key === this.key || this.prepared !== undefined) return;
    // Not an import: it brings node:crypto and node:dgram along, which a server without detours is spared.
    const { openDetours, openLasting } = await import('./open-detours.ts');
    this.lasting ??= openLasting(this.task);
    const open = openDetours(this.task, detours, this.lasting, this.observer, this.surroundings);
    this.prepared = { key, open };
  }

  /** Goes over to what has been prepared; nothing is taken until `begin`. */
  async change({ detours }: Service): Promise<void> {
    const key = keyOf(detours);
    if (key === this.key) return;
    const { open: old, prepared } = this;
    this.key = key;
    this.open = prepared?.open;
    this.prepared = undefined;
    this.hasBegun = false;
    if (old === undefined) return;
    await old.cease();
    void old.close(GRACE_MS);
  }

  /** Once every listener leads where it is to lead. */
  begin({ listeners }: Service): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.open?.begin(listeners);
  }

  /** Where a query over TCP is left. */
  desk(defer: () => (reply: Uint8Array | undefined) => void): DetourDesk | undefined {
    return (this.prepared?.open ?? this.open)?.desk(defer);
  }

  totals(): Totals {
    return this.lasting?.shelf.totals() ?? {};
  }

  async close(): Promise<void> {
    await this.discard();
    await this.open?.close();
  }

  private async discard(): Promise<void> {
    const { prepared } = this;
    this.prepared = undefined;
    await prepared?.open.close(0);
  }
}

/** Whatever is another makes other detours of it; where something stands doesn't. */
function keyOf(detours: DetourTask | undefined): string {
  if (detours === undefined) return '';
  const { forwards, templates, hosts, rings } = detours;
  const slots = rings.map((ring) => ring !== undefined);
  return JSON.stringify([forwards, templates, hosts, slots], (name, value: unknown) =>
    name === 'position' ? undefined : value,
  );
}
