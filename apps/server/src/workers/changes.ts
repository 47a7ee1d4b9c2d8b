import { collectGarbage } from './collect-garbage.ts';
import type { Lanes } from './lanes.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import type { AnswerTask, FromWorker, ListenerTask, Service, ToWorker } from './tasks.ts';

/** Sockets that may be waited for. */
export interface LiveSockets {
  add(listener: ListenerTask): Promise<number>;
  remove(index: number): Promise<void>;
}

/** What else a thread has to do for a service. */
export interface AlsoLive {
  /** Before sockets are opened. May throw what the world does. */
  prepare(service: Service): Promise<void> | void;
  /** Before what is open leads elsewhere. */
  change(service: Service): Promise<void> | void;
  /** After that. */
  begin(service: Service): void;
}

/** Changes of what is served, one after the other, in a thread with an event loop. */
export class Changes {
  /** Rejects if a change that was due could not be made: the thread is of no use as it is. */
  readonly failed: Promise<never>;
  private readonly fail: (error: unknown) => void;
  private readonly task: AnswerTask;
  private readonly lanes: Lanes;
  private readonly sockets: LiveSockets;
  private readonly also: AlsoLive;
  private last: Promise<void> = Promise.resolve();

  constructor(task: AnswerTask, lanes: Lanes, sockets: LiveSockets, also: AlsoLive) {
    this.task = task;
    this.lanes = lanes;
    this.sockets = sockets;
    this.also = also;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.fail = reject;
    // Whoever waits for it hears of it; a thread that is being stopped does not.
    promise.catch(() => {});
  }

  take(message: ToWorker): void {
    this.last = this.last.then(() => this.make(message)).catch(this.fail);
  }

  /** The same as a UDP worker does between two batches (`change` in udp-worker.ts), with waits. */
  private async make(message: ToWorker): Promise<void> {
    if (message.kind === 'stop') return;
    const { kind, number, service } = message;
    const { lanes, sockets, also } = this;
    try {
      await also.prepare(service);
      const { added, removed } = lanes.prepare(service);
      for (const listener of added) lanes.opened(listener, await sockets.add(listener));
      if (kind === 'serve') {
        await also.change(service);
        lanes.lay(service);
        also.begin(service);
        await Promise.all(removed.map((index) => sockets.remove(index)));
        for (const index of removed) lanes.closed(index);
        if (lanes.leaveViews(service)) collectGarbage();
      }
      tellDone(this.task, number);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined || kind === 'serve') throw error;
      tellDone(this.task, number, refusal);
    }
  }
}

export function tellDone({ port }: AnswerTask, number: number, refusal?: Refusal): void {
  const done = { kind: 'done', number } as const;
  const message: FromWorker = refusal === undefined ? done : { ...done, refusal };
  port.postMessage(message);
}
