import type { ForwardConfig } from '../../config/server-config.ts';
import type { Totals } from '../../workers/tasks.ts';
import { addTotals, forwardTotals } from '../totals.ts';
import { Forwarder } from './forwarder.ts';
import { targetsOf } from './resolv-conf.ts';
import type { UpstreamObserver } from './upstream.ts';

interface Shelved {
  readonly forwarder: Forwarder;
  users: number;
}

/**
 * The forwarders of a thread, by what they are to do. Whoever takes the place of other detours amid a reload has the
 * same forwarder where its `forward` says the same: what is known of its upstreams, and its connections, go on.
 */
export class ForwarderShelf {
  private readonly observer: UpstreamObserver;
  private readonly shelved = new Map<string, Shelved>();
  /** Of those that have been closed: totals never fall. */
  private readonly past: Record<string, number> = {};

  constructor(observer: UpstreamObserver) {
    this.observer = observer;
  }

  /**
   * To be given back by `release`, as often as it was taken.
   *
   * @throws UpstreamError where there is nobody to ask
   */
  take(config: ForwardConfig): Forwarder {
    const targets = targetsOf(config.to, config.sourceAddress);
    // Servers that a file names are its own, whatever the file is called.
    const { position: _, ...meaning } = config;
    const key = JSON.stringify([meaning, targets]);
    const known = this.shelved.get(key);
    const shelved = known ?? { forwarder: new Forwarder(config, targets, this.observer), users: 0 };
    shelved.users += 1;
    this.shelved.set(key, shelved);
    return shelved.forwarder;
  }

  /** The last one who has it closes it. */
  release(forwarder: Forwarder): void {
    for (const [key, shelved] of this.shelved) {
      if (shelved.forwarder !== forwarder) continue;
      shelved.users -= 1;
      if (shelved.users > 0) return;
      this.shelved.delete(key);
      addTotals(forwardTotals([forwarder]), this.past);
      forwarder.close();
    }
  }

  totals(): Totals {
    const totals = { ...this.past };
    addTotals(forwardTotals(Array.from(this.shelved.values(), (one) => one.forwarder)), totals);
    return totals;
  }
}
