import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Mailbox } from './mailbox.ts';
import { createOrders, ORDER, STOP } from './orders.ts';
import type { AnswerTask, ToWorker } from './tasks.ts';

let sender: MessagePort;
let orders: SharedArrayBuffer;
let mailbox: Mailbox;
let delivered: ToWorker[];

const NEWS: ToWorker = {
  kind: 'serve',
  number: 1,
  service: { listeners: [], views: [] },
};

beforeEach(() => {
  const { port1, port2 } = new MessageChannel();
  sender = port1;
  orders = createOrders();
  delivered = [];
  const task: Pick<AnswerTask, 'orders' | 'port'> = { orders, port: port2 };
  mailbox = new Mailbox(task as AnswerTask, (message) => delivered.push(message));
});

afterEach(() => sender.close());

const post = (message: ToWorker): void => {
  sender.postMessage(message);
  Atomics.add(new Int32Array(orders), ORDER.MAIL, 1);
};

test('a thread that blocks finds what has come, once', () => {
  mailbox.check();
  expect(delivered).toEqual([]);
  post(NEWS);
  post(NEWS);
  mailbox.check();
  expect(delivered).toEqual([NEWS, NEWS]);
  mailbox.check();
  expect(delivered).toHaveLength(2);
  post(NEWS);
  mailbox.check();
  expect(delivered).toHaveLength(3);
});

test('a thread that blocks sees the order to stop without reading mail', () => {
  expect(mailbox.stopped).toBe(false);
  Atomics.store(new Int32Array(orders), ORDER.STOP, STOP.TOGETHER);
  expect([mailbox.stopped, mailbox.stoppedAlone]).toEqual([true, false]);
  Atomics.store(new Int32Array(orders), ORDER.STOP, STOP.ALONE);
  expect([mailbox.stopped, mailbox.stoppedAlone]).toEqual([true, true]);
});

test('a thread with an event loop gets mail as it comes, until it is told to stop', async () => {
  const stopped = mailbox.untilStopped();
  post(NEWS);
  await expect.poll(() => delivered).toEqual([NEWS]);
  post({ kind: 'stop' });
  await stopped;
});

test('an order to stop that came before anybody listened is not missed', async () => {
  Atomics.store(new Int32Array(orders), ORDER.STOP, 1);
  await mailbox.untilStopped();
});
