import { Detours, TRANSPORT } from '@seamark/matcher';
import type { SnapshotAnswers } from '../detour/detour-service.ts';
import type { OpenDetours } from '../detour/open-detours.ts';
import type { Answer } from '../stream/reply-batch.ts';
import { listenTcp, type TcpListener } from '../stream/tcp-listener.ts';
import { Mailbox } from './mailbox.ts';
import { QueryFilter } from './query-filter.ts';
import { type AnsweringListener, type PeerSource, QueryPath } from './query-path.ts';
import { orRefusal, type Refusal } from './refusal.ts';
import type { FromWorker, ListenerTask, StreamTask } from './tasks.ts';
import { Telemetry } from './telemetry.ts';

/** How often counters go to the main thread, and retired memory is let go of when nobody asks. */
const TICK_MS = 1000;

/** The thread of everything that may wait for a client; settles when it is told to stop. */
export default function serveStreams(task: StreamTask): Promise<Refusal | undefined> {
  return orRefusal(() => serve(task));
}

async function serve(task: StreamTask): Promise<void> {
  const telemetry = new Telemetry(task);
  const views = task.snapshots.map(
    (snapshot) => new QueryPath(snapshot, task.slot, task.cookies, telemetry),
  );
  const mailbox = new Mailbox(task, (message) => {
    if (message.kind !== 'snapshots') return;
    for (const [i, snapshot] of message.snapshots.entries()) views[i]?.adopt(snapshot);
  });
  const paths = task.listeners.map(({ view, answering }) =>
    (views[view] as QueryPath).beside(answering),
  );
  const listeners: TcpListener[] = [];
  const { detours } = task;
  let opened: OpenDetours | undefined;
  try {
    if (detours !== undefined) {
      // Not an import: it brings node:crypto and node:dgram along, which a server without detours is spared.
      const { openDetours } = await import('../detour/open-detours.ts');
      const snapshot = { answer: answerWithoutTemplates(task.listeners, paths) };
      opened = openDetours({ ...task, detours }, telemetry, snapshot);
    }
    for (const { first, index, addresses } of groupListeners(task.listeners)) {
      const source: { listener?: TcpListener } & PeerSource = {
        peer: () => (source.listener as TcpListener).peer(),
        peerFamily: () => (source.listener as TcpListener).peer()[0] as number,
      };
      const path = paths[index] as QueryPath;
      const { detour } = first;
      const listener: AnsweringListener = {
        index,
        log: QueryFilter.of(first),
        detours: detour === undefined ? undefined : new Detours(detour.plan),
        desk: opened?.desk(() => (source.listener as TcpListener).defer()),
      };
      const answer: Answer = (memory, octets, offset, length, capacity) =>
        path.answer(memory, octets, offset, length, capacity, TRANSPORT.STREAM, source, listener);
      const reusePort = task.listeners.some(
        (other) => !addresses.includes(other) && addresses.some(({ port }) => port === other.port),
      );
      source.listener = await listenTcp({ addresses, answer, reusePort });
      listeners.push(source.listener);
    }
    task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
    opened?.begin();
    const timer = setInterval(() => {
      for (const view of views) view.keepUp();
      sendTotals(task, listeners, opened);
    }, TICK_MS);
    await mailbox.untilStopped();
    clearInterval(timer);
  } finally {
    // Before connections are closed: their queries may be among those under way.
    await opened?.close();
    await Promise.all(listeners.map((listener) => listener.close()));
    for (const view of views) view.close();
  }
}

interface ListenerGroup {
  readonly first: ListenerTask;
  /** Of the first, among all. */
  readonly index: number;
  readonly addresses: readonly ListenerTask[];
}

/**
 * What is answered alike is opened together, so that `::` leaves IPv4 to a `0.0.0.0` beside it. Not all
 * is, because the callback is not told which address was asked.
 */
function groupListeners(listeners: readonly ListenerTask[]): ListenerGroup[] {
  const groups = Map.groupBy(listeners, ({ view, answering, log, logged, detour }) =>
    JSON.stringify([view, answering, log, logged, detour?.plan]),
  );
  return [...groups.values()].flatMap((addresses) => {
    const [first] = addresses;
    return first === undefined ? [] : [{ first, index: listeners.indexOf(first), addresses }];
  });
}

/** For what no template answered: the snapshot again, and whatever else of the detours is left. */
function answerWithoutTemplates(
  listeners: readonly ListenerTask[],
  paths: readonly QueryPath[],
): SnapshotAnswers['answer'] {
  const rests = listeners.map(({ detour }) => {
    const blocks = detour?.plan.blocks.map((block) => ({ ...block, templates: [] })) ?? [];
    return new Detours({ blocks });
  });
  return (octets, transport, client, { index }) => {
    const path = paths[index];
    const rest = rests[index];
    if (path === undefined || rest === undefined) throw new RangeError(`no listener ${index}`);
    return path.answerLate(octets, transport, client, rest);
  };
}

function sendTotals(
  task: StreamTask,
  listeners: readonly TcpListener[],
  opened: OpenDetours | undefined,
): void {
  const totals: Record<string, number> = { ...opened?.totals() };
  for (const { counters } of listeners) {
    for (const [name, value] of Object.entries(counters))
      totals[name] = (totals[name] ?? 0) + value;
  }
  task.port.postMessage({ kind: 'totals', totals } satisfies FromWorker);
}
