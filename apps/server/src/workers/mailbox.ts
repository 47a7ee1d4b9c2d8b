import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { ORDER, STOP } from './orders.ts';
import type { AnswerTask, ToWorker } from './tasks.ts';

/** The worker's end of what `orders.ts` describes. */
export class Mailbox {
  private readonly orders: Int32Array;
  private readonly port: MessagePort;
  private readonly deliver: (message: ToWorker) => void;
  private read = 0;

  constructor(task: AnswerTask, deliver: (message: ToWorker) => void) {
    this.orders = new Int32Array(task.orders);
    this.port = task.port;
    this.deliver = deliver;
  }

  get stopped(): boolean {
    return Atomics.load(this.orders, ORDER.STOP) !== 0;
  }

  /** Others go on where this one stops. */
  get stoppedAlone(): boolean {
    return Atomics.load(this.orders, ORDER.STOP) === STOP.ALONE;
  }

  /** Delivers what has come; costs one load where nothing has. For a thread that blocks. */
  check(): void {
    const sent = Atomics.load(this.orders, ORDER.MAIL);
    if (sent === this.read) return;
    this.read = sent;
    for (;;) {
      const received = receiveMessageOnPort(this.port) as { message: ToWorker } | undefined;
      if (received === undefined) return;
      this.deliver(received.message);
    }
  }

  /** Delivers as messages come, and resolves when told to stop. For a thread with an event loop. */
  async untilStopped(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.port.on('message', (message: ToWorker) => {
        if (message.kind === 'stop') resolve();
        else this.deliver(message);
      });
      if (this.stopped) resolve();
    });
    this.port.close();
  }
}
