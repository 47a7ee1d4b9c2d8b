// A StreamedCluster in a process of its own, so that its work is no part of what it is used to measure.
//
//   parent                                  this file, run as a program
//     fork, arguments: hosts, core   ->
//                                    <-     ready: kubeconfig
//     change: index, address         ->
//                                    <-     changed: when
//     flow: rate, seconds, ...       ->
//                                    <-     flowed: how many, and what was said last of each host

import { fileURLToPath } from 'node:url';
import { type Child, endChild, startChild } from '../../../test/support/child.ts';
import type { Confirmation } from '../cluster/loaded-cluster.ts';
import { freshAddress } from '../freshness/freshness.ts';
import { createDataset, Random } from '../names.ts';
import { StreamedCluster } from '../streamed-cluster.ts';

/** Changes at a steady rate, each of a random host. */
export interface Flow {
  readonly perSecond: number;
  readonly seconds: number;
  /** Hosts below this index are left alone: whoever probes them knows what they should have. */
  readonly spared: number;
}

export interface FlowEnd {
  readonly sent: number;
  /** Index of each host that was changed, and its last address. */
  readonly last: readonly (readonly [number, string])[];
}

type Order =
  | { readonly kind: 'change'; readonly index: number; readonly address: string }
  | ({ readonly kind: 'flow' } & Flow);

type Report =
  | { readonly kind: 'ready'; readonly kubeconfig: string }
  | { readonly kind: 'changed'; readonly writtenNs: number }
  | ({ readonly kind: 'flowed' } & FlowEnd);

export class ChangingCluster implements AsyncDisposable {
  readonly #child: Child;
  readonly #ended: Promise<never>;
  /** By kind of report; there is at most one order of a kind under way. */
  readonly #waiting = new Map<Report['kind'], (report: Report) => void>();
  kubeconfig = '';

  private constructor(child: Child) {
    this.#child = child;
    this.#ended = child.exited.then(({ code, signal }) => {
      throw new Error(`the stand-in for an API server ended with ${signal ?? code}`);
    });
    this.#ended.catch(() => undefined);
    child.process.on('message', (report: Report) => this.#waiting.get(report.kind)?.(report));
  }

  static async start(hosts: number, core: number): Promise<ChangingCluster> {
    const program = [process.execPath, fileURLToPath(import.meta.url), String(hosts)];
    const child = startChild('taskset', ['-c', String(core), ...program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const cluster = new ChangingCluster(child);
    cluster.kubeconfig = (await cluster.#hear('ready')).kubeconfig;
    return cluster;
  }

  /** Both times are that of the write: nothing is confirmed but by the event itself. */
  async change(index: number, address: string): Promise<Confirmation> {
    const heard = this.#hear('changed');
    this.#order({ kind: 'change', index, address });
    const { writtenNs } = await heard;
    return { requestedNs: writtenNs, confirmedNs: writtenNs };
  }

  /** Resolves at its end; changes may be asked for meanwhile. */
  async flow(flow: Flow): Promise<FlowEnd> {
    const heard = this.#hear('flowed');
    this.#order({ kind: 'flow', ...flow });
    return await heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGKILL');
  }

  #order(order: Order): void {
    this.#child.process.send(order);
  }

  #hear<K extends Report['kind']>(kind: K): Promise<Extract<Report, { kind: K }>> {
    const heard = new Promise<Extract<Report, { kind: K }>>((resolve) => {
      this.#waiting.set(kind, (report) => resolve(report as Extract<Report, { kind: K }>));
    });
    return Promise.race([heard, this.#ended]);
  }
}

/** The other side. */
async function serve(hosts: number): Promise<void> {
  const data = createDataset(hosts);
  const cluster = await StreamedCluster.start(data);
  const say = (report: Report): void => {
    process.send?.(report);
  };
  process.on('message', (order: Order) => {
    switch (order.kind) {
      case 'change':
        say({ kind: 'changed', writtenNs: cluster.change(order.index, order.address) });
        break;
      case 'flow':
        void runFlow(cluster, hosts, order).then((end) => say({ kind: 'flowed', ...end }));
        break;
      default:
        order satisfies never;
    }
  });
  process.on('disconnect', () => process.exit());
  say({ kind: 'ready', kubeconfig: cluster.kubeconfig });
}

/** Writes each millisecond what is due by then: one event as a rule, more after a turn that came late. */
function runFlow(cluster: StreamedCluster, hosts: number, flow: Flow): Promise<FlowEnd> {
  const { perSecond, seconds, spared } = flow;
  const random = new Random(perSecond);
  const last = new Map<number, string>();
  const began = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min((performance.now() - began) / 1000, seconds);
      for (const due = Math.floor(elapsed * perSecond); sent < due; sent++) {
        const index = spared + random.below(hosts - spared);
        const address = freshAddress(sent);
        cluster.change(index, address);
        last.set(index, address);
      }
      if (elapsed < seconds) return;
      clearInterval(timer);
      resolve({ sent, last: [...last] });
    }, 1);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(Number(process.argv[2]));
