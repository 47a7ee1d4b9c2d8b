import { TRANSPORT } from '@seamark/matcher';
import type { Logger as WatcherLogger } from '@seamark/watcher';
import { readCookies } from '../workers/cookie-memory.ts';
import type { AnsweringListener, DetourDesk } from '../workers/query-path.ts';
import type { DetourTask, FromWorker, ListenerTask, StreamTask } from '../workers/tasks.ts';
import { Bell } from './bell.ts';
import { type DetourObserver, DetourService, type SnapshotAnswers } from './detour-service.ts';
import type { Forwarder } from './forward/forwarder.ts';
import { ForwarderShelf } from './forward/forwarder-shelf.ts';
import type { UpstreamObserver } from './forward/upstream.ts';
import { HostsEntries } from './hosts-entries.ts';
import { LoopDetector } from './loop-detector.ts';
import { watchForLoops } from './loop-watch.ts';
import { DetourRingReader } from './ring.ts';
import { Template } from './template/template.ts';
import { KnownSockets, openWaysBack } from './way-back.ts';

/** Queries taken from one ring before it is the next one's turn, and the event loop's. */
const AT_ONCE = 64;
/** What is under way when the server stops has so long to be answered. */
const GRACE_MS = 400;

/** The detours of one server, as the thread has them that answers there. */
export interface OpenDetours {
  /** Where a query over TCP is left, with what will send its reply. */
  desk(defer: () => (reply: Uint8Array | undefined) => void): DetourDesk;
  /** Takes what is left by UDP workers: once every listener answers, and alone. */
  begin(listeners: readonly ListenerTask[]): void;
  /** Takes nothing more of it, so that another may; what was taken is answered on. */
  cease(): Promise<void>;
  /** Answers what has been left, for so long at the most, and ends. */
  close(graceMs?: number): Promise<void>;
}

/** What of the detours of a thread outlives a change of them. */
export interface Lasting {
  readonly shelf: ForwarderShelf;
  readonly sockets: KnownSockets;
}

/** Forwarders tell the main thread of their upstreams. */
export function openLasting({ port }: Pick<StreamTask, 'port'>): Lasting {
  const shelf = new ForwarderShelf(upstreamNotes((message) => port.postMessage(message)));
  return { shelf, sockets: new KnownSockets() };
}

/** @throws UpstreamError where a `forward` has nobody to ask */
export function openDetours(
  task: Pick<StreamTask, 'port' | 'cookies'>,
  detours: DetourTask,
  { shelf, sockets }: Lasting,
  observer: DetourObserver,
  snapshot: SnapshotAnswers & {
    /** A listener that is served, by its number. */
    listener(number: number): AnsweringListener | undefined;
  },
): OpenDetours {
  const { forwards, backend, rings, bell: memory } = detours;
  const tell = (message: FromWorker): void => task.port.postMessage(message);
  const forwarders = takeAll(forwards, shelf);
  const loops = new LoopDetector((name) => tell({ kind: 'hopeless', message: loopMessage(name) }));
  const cookies = readCookies(task.cookies);
  const templates = detours.templates.map((config) => new Template(config));
  const ending = new AbortController();
  const hosts = detours.hosts.map(
    (config) => new HostsEntries(config, hostsNotes(tell), ending.signal),
  );
  const service = new DetourService({
    ...{ templates, snapshot, forwarders, hosts, cookies, observer, loops },
  });
  const bell = new Bell(memory);
  const ways = openWaysBack(backend, rings.length, sockets);
  const pump = new Pump(
    rings.map((ring) => ring && new DetourRingReader(ring)),
    bell,
    (slot, { octets, peer, listener: number, wayBack }) => {
      const listener = snapshot.listener(number);
      // Its socket has been closed since, and there is no way back.
      if (listener === undefined) return;
      const received = { slot, listener: number, wayBack };
      sockets.note(received);
      service.serve({
        ...{ octets, peer, transport: TRANSPORT.UDP, listener },
        reply: (reply) => {
          if (reply !== undefined) ways.send(received, reply);
        },
      });
    },
  );
  let pumping: Promise<void> = Promise.resolve();
  const cease = async (): Promise<void> => {
    ending.abort();
    pump.stop();
    await pumping;
  };
  return {
    desk: (defer) => ({
      take: (octets, offset, length, listener, source) => {
        service.serve({
          // Not by slice, which of a Buffer is a view.
          octets: Uint8Array.from(octets.subarray(offset, offset + length)),
          peer: Uint8Array.from(source.peer()),
          ...{ transport: listener.stream, listener, reply: defer() },
        });
        return true;
      },
    }),
    begin: (listeners) => {
      pumping = pump.run();
      void watchForLoops(listeners, loops, ending.signal);
    },
    cease,
    close: async (graceMs = GRACE_MS) => {
      await cease();
      await service.finish(graceMs);
      for (const forwarder of forwarders) shelf.release(forwarder);
      ways.close();
    },
  };
}

/** All of them, or none. */
function takeAll(forwards: DetourTask['forwards'], shelf: ForwarderShelf): Forwarder[] {
  const taken: Forwarder[] = [];
  try {
    for (const config of forwards) taken.push(shelf.take(config));
  } catch (error) {
    for (const forwarder of taken) shelf.release(forwarder);
    throw error;
  }
  return taken;
}

/** Of a hosts file, what is wrong with it. */
function hostsNotes(tell: (message: FromWorker) => void): WatcherLogger {
  const warn = (fields: object, text: string): void =>
    tell({ kind: 'note', level: 'warn', event: 'hosts-line-ignored', fields: { ...fields }, text });
  return { debug() {}, info() {}, warn, error: warn };
}

/** Empties the rings as they fill. */
class Pump {
  private readonly rings: readonly (DetourRingReader | undefined)[];
  private readonly bell: Bell;
  private readonly take: (
    slot: number,
    record: NonNullable<ReturnType<DetourRingReader['take']>>,
  ) => void;
  private stopped = false;

  constructor(rings: readonly (DetourRingReader | undefined)[], bell: Bell, take: Pump['take']) {
    this.rings = rings;
    this.bell = bell;
    this.take = take;
  }

  async run(): Promise<void> {
    const hasWork = (): boolean =>
      this.stopped || this.rings.some((ring) => ring?.isEmpty === false);
    while (!this.stopped) {
      if (this.emptySome()) await new Promise(setImmediate);
      else await this.bell.sleep(hasWork);
    }
    this.emptySome();
  }

  stop(): void {
    this.stopped = true;
    this.bell.ring();
  }

  /** @returns whether there was anything */
  private emptySome(): boolean {
    let found = false;
    for (const [slot, ring] of this.rings.entries()) {
      for (let i = 0; i < AT_ONCE && ring !== undefined; i++) {
        const record = ring.take();
        if (record === undefined) break;
        found = true;
        this.take(slot, record);
      }
    }
    return found;
  }
}

function upstreamNotes(tell: (message: FromWorker) => void): UpstreamObserver {
  return {
    down: (upstream, reason) =>
      tell({
        ...{ kind: 'note', level: 'warn', event: 'upstream-down', fields: { upstream, reason } },
        text: `the upstream ${upstream} does not answer (${reason}): others are asked until it does`,
      }),
    up: (upstream) =>
      tell({
        ...{ kind: 'note', level: 'info', event: 'upstream-up', fields: { upstream } },
        text: `the upstream ${upstream} answers again`,
      }),
    lack: (upstream, reason) =>
      tell({
        ...{
          kind: 'note',
          level: 'warn',
          event: 'upstream-not-asked',
          fields: { upstream, reason },
        },
        text: `the upstream ${upstream} could not be asked: ${reason}`,
      }),
  };
}

function loopMessage(name: string): string {
  return (
    `what this server forwards comes back to it: the question HINFO ${name} did three times; name servers in ` +
    '"forward" that do not ask this one (a resolv.conf with 127.0.0.53 or the address of this server is the usual cause)'
  );
}
