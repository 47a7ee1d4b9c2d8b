import { Detours } from '@seamark/matcher';
import { LiveDetours, type Surroundings } from '../detour/live-detours.ts';
import { answeringListener } from '../detour/plan.ts';
import { affordable } from '../stream/open-files.ts';
import { proxySources } from '../stream/proxy-sources.ts';
import type { Answer } from '../stream/reply-batch.ts';
import { listenTcp, type TcpListener } from '../stream/tcp-listener.ts';
import {
  DEFAULT_LIMITS,
  type ProxySources,
  type StreamLimits,
  type TcpOptions,
} from '../stream/tcp-options.ts';
import { LiveDoors } from '../stream/tls/live-doors.ts';
import { Changes, type LiveSockets } from './changes.ts';
import { Lanes, LateSource } from './lanes.ts';
import { Mailbox } from './mailbox.ts';
import { type AnsweringListener, QueryPath } from './query-path.ts';
import { orRefusal, type Refusal } from './refusal.ts';
import type { FromWorker, ListenerTask, StreamTask, Totals } from './tasks.ts';
import { Telemetry } from './telemetry.ts';

/** How often counters go to the main thread, and retired memory is let go of when nobody asks. */
const TICK_MS = 1000;

/** The thread of everything that may wait for a client; settles when it is told to stop. */
export default function serveStreams(task: StreamTask): Promise<Refusal | undefined> {
  return orRefusal(() => serve(task));
}

async function serve(task: StreamTask): Promise<void> {
  const telemetry = new Telemetry(task);
  const source = new StreamSource();
  const lanes: Lanes = new Lanes(
    ({ snapshot }) => new QueryPath(snapshot, task.slot, task.cookies, telemetry),
    (listener) =>
      answeringListener(
        listener,
        detours.desk(() => source.defer()),
      ),
  );
  const detours = new LiveDetours(task, telemetry, surroundingsOf(lanes));
  const { paths, listeners } = lanes;
  const answer: Answer = (memory, view, offset, length, capacity) => {
    const socket = source.socket();
    const listener = listeners[socket] as AnsweringListener;
    return (paths[socket] as QueryPath).answer(
      memory,
      view,
      offset,
      length,
      capacity,
      listener.stream,
      source,
      listener,
    );
  };
  const doors = new LiveDoors(task);
  let timer: NodeJS.Timeout | undefined;
  try {
    await doors.prepare(task);
    await detours.prepare(task);
    await detours.change(task);
    lanes.prepare(task);
    const listener = await listenTcp({ addresses: [], answer, proxies: proxiesOf(lanes) });
    listener.limit(limitsOf(task, task.streams));
    source.listener = listener;
    // One by one, so that each leads somewhere before its first connection is accepted.
    const sockets = socketsOf(listener, doors, task.listeners);
    for (const one of task.listeners) lanes.opened(one, await sockets.add(one));
    const changes = new Changes(task, lanes, sockets, {
      prepare: async (service) => {
        await doors.prepare(service);
        await detours.prepare(service);
      },
      change: async (service) => {
        listener.limit(limitsOf(task, service.streams));
        doors.change(listener, service, (one) => lanes.indexOf(one));
        await detours.change(service);
      },
      begin: (service) => detours.begin(service),
    });
    const mailbox = new Mailbox(task, (message) => changes.take(message));
    task.port.postMessage({ kind: 'serving' } satisfies FromWorker);
    detours.begin(task);
    timer = setInterval(() => {
      lanes.keepUp();
      sendTotals(task, { ...detours.totals(), ...doors.totals(), ...listener.counters });
    }, TICK_MS);
    await Promise.race([mailbox.untilStopped(), changes.failed]);
  } finally {
    clearInterval(timer);
    // Before connections are closed: their queries may be among those under way.
    await detours.close();
    await source.listener?.close();
    doors.close();
    lanes.close();
  }
}

/** Listeners by their numbers; and for what no template answered the views again, and whatever else of the detours is left. */
function surroundingsOf(lanes: Lanes): Surroundings {
  return {
    listener: (number) => {
      const listener = lanes.numbered.get(number);
      return (
        listener && {
          ...answeringListener(listener, undefined),
          limiter: lanes.openPathOf(listener)?.limiter,
        }
      );
    },
    answer: (octets, transport, client, { index, detours }) => {
      const listener = lanes.numbered.get(index);
      const path = listener && lanes.pathOf(listener);
      if (path === undefined || detours === undefined) return undefined;
      const blocks = listener?.detour?.plan.blocks.map((block) => ({ ...block, templates: [] }));
      return path.answerLate(octets, transport, client, new Detours({ blocks: blocks ?? [] }));
    },
  };
}

/** Whoever set more connections than can be is told so. */
function limitsOf(
  { port }: StreamTask,
  streams: Partial<StreamLimits> = {},
): Partial<StreamLimits> {
  const wanted = streams.maxConnections ?? DEFAULT_LIMITS.maxConnections;
  const maxConnections = affordable(wanted);
  if (maxConnections < wanted && streams.maxConnections !== undefined) {
    const text =
      `there can be ${maxConnections} TCP connections, not the ${wanted} of max_connections: half of the files that ` +
      'the process may open; raise its limit (ulimit -n)';
    const fields = { maxConnections, wanted };
    const note = {
      kind: 'note',
      level: 'warn',
      event: 'connections-limited',
      fields,
      text,
    } as const;
    port.postMessage(note satisfies FromWorker);
  }
  return { ...streams, maxConnections };
}

/** Where PROXY headers come from, by the socket's index: made once for each listener. */
function proxiesOf({ tasks }: Lanes): NonNullable<TcpOptions['proxies']> {
  const known = new WeakMap<ListenerTask, ProxySources>();
  return (index) => {
    const task = tasks[index];
    if (task?.proxies === undefined) return undefined;
    const sources = known.get(task) ?? proxySources(task.proxies);
    known.set(task, sources);
    return sources;
  };
}

/** The connection whose query is being answered. */
class StreamSource extends LateSource {
  #listener: TcpListener | undefined;

  get listener(): TcpListener | undefined {
    return this.#listener;
  }

  set listener(listener: TcpListener) {
    this.#listener = listener;
    this.set = {
      peer: () => listener.peer(),
      peerFamily: () => listener.peer()[0] as number,
    };
  }

  defer(): (reply: Uint8Array | undefined) => void {
    return (this.#listener as TcpListener).defer();
  }

  socket(): number {
    return (this.#listener as TcpListener).socket();
  }

  /** RFC 7828 3.1: in units of 100 ms. */
  idleTimeout(): number {
    const { idleTimeoutMs } = this.#listener as TcpListener;
    return idleTimeoutMs < 0 ? -1 : Math.round(idleTimeoutMs / 100);
  }
}

/** The sockets of a listener, with the doors that they lead through. */
function socketsOf(
  listener: TcpListener,
  doors: LiveDoors,
  atFirst: readonly ListenerTask[],
): LiveSockets {
  return {
    add: (one) => doors.add(listener, one, atFirst),
    remove: async (index) => {
      await listener.remove(index);
      doors.removed(index);
    },
  };
}

function sendTotals(task: StreamTask, totals: Totals): void {
  task.port.postMessage({ kind: 'totals', totals } satisfies FromWorker);
}
