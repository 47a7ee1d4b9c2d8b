import { setImmediate as nextTurn } from 'node:timers/promises';
import { TRANSPORT } from '@seamark/matcher';
import { LIMIT } from '@seamark/protocol';
import {
  type BatchedSocketSet,
  type Handler,
  openBatched,
  openDgram,
  pinThread,
  type SocketSet,
} from '@seamark/udp';
import { answeringListener } from '../detour/plan.ts';
import { RingDesk } from '../detour/ring-desk.ts';
import { deliverParcels } from '../detour/way-back.ts';
import { Changes, tellDone } from './changes.ts';
import { collectGarbage } from './collect-garbage.ts';
import { Lanes, LateSource } from './lanes.ts';
import { Mailbox } from './mailbox.ts';
import { type AnsweringListener, QueryPath } from './query-path.ts';
import { orRefusal, type Refusal, refusalOf } from './refusal.ts';
import {
  type FromWorker,
  type ListenerTask,
  ofDatagrams,
  type Service,
  type ToWorker,
  type UdpTask,
} from './tasks.ts';
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

async function serve(whole: UdpTask): Promise<void> {
  const task = ofDatagrams(whole);
  const telemetry = new Telemetry(task);
  const desk = new LateDesk(task.slot);
  const lanes = new Lanes(
    ({ snapshot }) => new QueryPath(snapshot, task.slot, task.cookies, telemetry),
    (listener) => answeringListener(listener, desk.current),
  );
  let unpin: (() => void) | undefined;
  try {
    if (task.core !== undefined) unpin = pinThread(task.core);
    if (task.backend === 'batched') serveBatched(task, lanes, desk);
    else await serveDgram(task, lanes, desk);
  } finally {
    lanes.close();
    // The thread outlives a task that failed, and may be given another's.
    unpin?.();
  }
}

function createHandler({ paths, listeners }: Lanes, source: LateSource): Handler {
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

/** Where queries are left that are answered elsewhere: there from the first service on that has such. */
class LateDesk {
  current: RingDesk | undefined;
  private readonly slot: number;
  private sockets: SocketSet | undefined;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Before anything leads there. */
  open({ detours }: Service): void {
    if (detours === undefined || this.current !== undefined) return;
    this.current = new RingDesk(detours, this.slot);
    this.current.sockets = this.sockets;
  }

  attach(sockets: SocketSet): void {
    this.sockets = sockets;
    if (this.current !== undefined) this.current.sockets = sockets;
  }
}

function serveBatched(task: UdpTask, lanes: Lanes, desk: LateDesk): void {
  const source = new LateSource();
  const handler = createHandler(lanes, source);
  desk.open(task);
  lanes.prepare(task);
  const sockets = openBatched({
    addresses: task.listeners,
    receiveTimeoutMs: RECEIVE_TIMEOUT_MS,
    ...(task.core === undefined ? {} : { incomingCpu: task.core }),
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
  });
  try {
    source.set = sockets;
    desk.attach(sockets);
    for (const [index, listener] of task.listeners.entries()) lanes.opened(listener, index);
    setFragmenting(task, lanes, sockets);
    const mailbox = new Mailbox(task, (message) =>
      change(message, task, lanes, {
        prepare: (service) => desk.open(service),
        settle: (service) => setFragmenting(service, lanes, sockets),
        add: (listener) => sockets.add(listener),
        remove: (index) => sockets.remove(index, handler),
      }),
    );
    task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
    let turns = 0;
    while (!mailbox.stopped) {
      const received = sockets.serveBatch(handler);
      mailbox.check();
      turns += received === 0 ? IDLE_TURNS : 1;
      // Not only where nothing came: a view that is never asked would hold all that is retired in it for
      // as long as another is asked without a pause.
      lanes.keepUp();
      if (turns < TOTALS_TURNS) continue;
      turns = 0;
      sendTotals(task, sockets);
    }
    if (mailbox.stoppedAlone) sockets.withdraw();
    answerWhatHasCome(sockets, handler, mailbox.stoppedAlone ? 2 : 1);
    sendTotals(task, sockets);
  } finally {
    sockets.close();
  }
}

/** Replies that `bufsize` lets be larger than 1232 octets may be fragmented, others never are (RFC 9715). */
function setFragmenting({ listeners }: Service, lanes: Lanes, sockets: BatchedSocketSet): void {
  for (const listener of listeners) {
    const index = lanes.indexOf(listener);
    const most = listener.answering?.udpLimit ?? LIMIT.UDP_EDNS;
    if (index !== undefined) sockets.allowFragments(index, most > LIMIT.UDP_EDNS);
  }
}

/** @param quiet calls on end that bring nothing, after which nothing more is expected */
function answerWhatHasCome(sockets: BatchedSocketSet, handler: Handler, quiet: number): void {
  for (let i = 0, idle = 0; i < LAST_BATCHES && idle < quiet; i++) {
    idle = sockets.serveBatch(handler) === 0 ? idle + 1 : 0;
  }
}

/** What a change is made of in a thread without an event loop. */
interface LiveSocketsNow {
  prepare(service: Service): void;
  settle(service: Service): void;
  add(listener: ListenerTask): number;
  remove(index: number): void;
}

/** Does what it is told of what is served. What can't be opened is told when it is to be opened, and fatal later. */
function change(
  message: ToWorker,
  task: UdpTask,
  lanes: Lanes,
  { prepare, settle, add, remove }: LiveSocketsNow,
): void {
  if (message.kind === 'stop') return;
  const { kind, number } = message;
  const service = ofDatagrams(message.service);
  try {
    prepare(service);
    const { added, removed } = lanes.prepare(service);
    for (const listener of added) lanes.opened(listener, add(listener));
    settle(service);
    if (kind === 'serve') {
      lanes.lay(service);
      for (const index of removed) {
        remove(index);
        lanes.closed(index);
      }
      if (lanes.leaveViews(service)) collectGarbage();
    }
    tellDone(task, number);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || kind === 'serve') throw error;
    tellDone(task, number, refusal);
  }
}

async function serveDgram(task: UdpTask, lanes: Lanes, desk: LateDesk): Promise<void> {
  const source = new LateSource();
  desk.open(task);
  lanes.prepare(task);
  const sockets = await openDgram(
    { addresses: task.listeners, receiveBufferBytes: RECEIVE_BUFFER_BYTES },
    createHandler(lanes, source),
  );
  source.set = sockets;
  desk.attach(sockets);
  const endDelivery = deliverParcels(task.slot, sockets);
  for (const [index, listener] of task.listeners.entries()) lanes.opened(listener, index);
  const changes = new Changes(task, lanes, sockets, {
    prepare: (service) => desk.open(service),
    change: () => {},
    begin: () => {},
  });
  const mailbox = new Mailbox(task, (message) =>
    changes.take(
      message.kind === 'stop' ? message : { ...message, service: ofDatagrams(message.service) },
    ),
  );
  task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
  const timer = setInterval(() => {
    lanes.keepUp();
    sendTotals(task, sockets);
  }, TOTALS_MS);
  try {
    await Promise.race([mailbox.untilStopped(), changes.failed]);
    await answerWhatIsLeft(sockets);
  } finally {
    clearInterval(timer);
    endDelivery();
    await sockets.close();
  }
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
