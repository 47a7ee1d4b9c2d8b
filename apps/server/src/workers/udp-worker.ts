import { setImmediate as nextTurn } from 'node:timers/promises';
import { TRANSPORT } from '@seamark/matcher';
import { type Handler, openBatched, openDgram, pinThread, type SocketSet } from '@seamark/udp';
import { answeringListeners } from '../detour/plan.ts';
import { RingDesk } from '../detour/ring-desk.ts';
import { deliverParcels } from '../detour/way-back.ts';
import { Mailbox } from './mailbox.ts';
import { type AnsweringListener, QueryPath } from './query-path.ts';
import { orRefusal, type Refusal } from './refusal.ts';
import type { FromWorker, ToWorker, UdpTask } from './tasks.ts';
import { Telemetry } from './telemetry.ts';

/** A stop answers what lies in the sockets then, this many batches at the most. */
const LAST_BATCHES = 64;
/** The same for the dgram backend, in turns of the event loop. */
const LAST_TURNS = 128;
/**
 * After so many batches, or so many turns without one, what the socket set counts is sent to the main
 * thread. Batches are counted because reading the clock after each would allocate.
 */
const TOTALS_TURNS = 4096;
const IDLE_TURNS = 410;
/** The same for the dgram backend, which has timers. */
const TOTALS_MS = 1000;
/** The longest that a blocked worker takes to see an order, and to let go of retired memory. */
const RECEIVE_TIMEOUT_MS = 100;
/**
 * Of each socket: where queries wait while something else has the core. As much as NSD asks for. Linux takes
 * net.core.rmem_max for it at the most, and doubles it: room for 550 small datagrams at least, for 277 without,
 * which are 14 ms of 20,000 a second.
 */
const RECEIVE_BUFFER_BYTES: number = 1 << 20;

/** One thread's UDP service; settles when it is told to stop. */
export default function serveUdp(task: UdpTask): Promise<Refusal | undefined> {
  return orRefusal(() => serve(task));
}

async function serve(task: UdpTask): Promise<void> {
  const telemetry = new Telemetry(task);
  const views = task.snapshots.map(
    (snapshot) => new QueryPath(snapshot, task.slot, task.cookies, telemetry),
  );
  const deliver = (message: ToWorker): void => {
    if (message.kind !== 'snapshots') return;
    for (const [i, snapshot] of message.snapshots.entries()) views[i]?.adopt(snapshot);
  };
  const mailbox = new Mailbox(task, deliver);
  let unpin: (() => void) | undefined;
  try {
    if (task.core !== undefined) unpin = pinThread(task.core);
    if (task.backend === 'batched') serveBatched(task, views, mailbox);
    else await serveDgram(task, views, mailbox);
  } finally {
    for (const view of views) view.close();
    // The thread outlives a task that failed, and may be given another's.
    unpin?.();
  }
}

/** The set is opened after the handler that asks it for peers: `source` and `desk` are filled in between. */
function createHandler(
  task: UdpTask,
  views: readonly QueryPath[],
  source: Source,
  desk: RingDesk | undefined,
): Handler {
  const paths = task.listeners.map(({ view, answering }) =>
    (views[view] as QueryPath).beside(answering),
  );
  const listeners = answeringListeners(task.listeners, desk);
  return (memory, view, offset, length, capacity, socket) =>
    (paths[socket] as QueryPath).answer(
      memory,
      view,
      offset,
      length,
      capacity,
      TRANSPORT.UDP,
      source,
      listeners[socket] as AnsweringListener,
    );
}

function openDesk({ detours, slot }: UdpTask): RingDesk | undefined {
  return detours === undefined ? undefined : new RingDesk(detours, slot);
}

class Source {
  set: SocketSet | undefined;

  peer(): Uint8Array {
    return (this.set as SocketSet).peer();
  }

  peerFamily(): number {
    return (this.set as SocketSet).peerFamily();
  }
}

function serveBatched(task: UdpTask, views: readonly QueryPath[], mailbox: Mailbox): void {
  const sockets = openBatched({
    addresses: task.listeners,
    receiveTimeoutMs: RECEIVE_TIMEOUT_MS,
    ...(task.core === undefined ? {} : { incomingCpu: task.core }),
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
  });
  try {
    const source = new Source();
    source.set = sockets;
    const desk = openDesk(task);
    if (desk !== undefined) desk.sockets = sockets;
    const handler = createHandler(task, views, source, desk);
    task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
    let turns = 0;
    while (!mailbox.stopped) {
      const received = sockets.serveBatch(handler);
      mailbox.check();
      turns += received === 0 ? IDLE_TURNS : 1;
      // Not only where nothing came: a view that is never asked would hold all that is retired in it for
      // as long as another is asked without a pause.
      for (const view of views) view.keepUp();
      if (turns < TOTALS_TURNS) continue;
      turns = 0;
      sendTotals(task, sockets);
    }
    for (let i = 0; i < LAST_BATCHES && sockets.serveBatch(handler) > 0; i++);
  } finally {
    sockets.close();
  }
}

async function serveDgram(
  task: UdpTask,
  views: readonly QueryPath[],
  mailbox: Mailbox,
): Promise<void> {
  const source = new Source();
  const desk = openDesk(task);
  const sockets = await openDgram(
    { addresses: task.listeners, receiveBufferBytes: RECEIVE_BUFFER_BYTES },
    createHandler(task, views, source, desk),
  );
  source.set = sockets;
  if (desk !== undefined) desk.sockets = sockets;
  const endDelivery = desk === undefined ? undefined : deliverParcels(task.slot, sockets);
  task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
  const timer = setInterval(() => {
    for (const view of views) view.keepUp();
    sendTotals(task, sockets);
  }, TOTALS_MS);
  await mailbox.untilStopped();
  clearInterval(timer);
  await answerWhatIsLeft(sockets);
  endDelivery?.();
  await sockets.close();
}

/** Each turn of the event loop reads some 30 datagrams of a socket; the first may be half over. */
async function answerWhatIsLeft(sockets: SocketSet): Promise<void> {
  let received = -1;
  await nextTurn();
  for (let turn = 0; turn < LAST_TURNS && sockets.counters.received !== received; turn++) {
    received = sockets.counters.received;
    await nextTurn();
  }
}

function sendTotals(task: UdpTask, sockets: SocketSet): void {
  const message: FromWorker = { kind: 'totals', totals: { ...sockets.counters } };
  task.port.postMessage(message);
}
