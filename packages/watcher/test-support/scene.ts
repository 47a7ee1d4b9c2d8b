// Objects in, answers out: a watcher whose source is in a test's hands, and somebody who asks.

import { once } from 'node:events';
import { isIP } from 'node:net';
import { SnapshotReader } from '@seamark/snapshot';
import { rcodeName, typeNumber } from '../../../test/support/dns/codes.ts';
import { presentRecord } from '../../../test/support/dns/format.ts';
import type { ResourceRecord } from '../../../test/support/dns/message.ts';
import { Responder, TRANSPORT } from '../../matcher/src/index.ts';
import { ask, exchange } from '../../matcher/test-support/asking.ts';
import {
  type Kind,
  type Logger,
  type Sink,
  type SourceError,
  type WatchedGateway,
  type WatchedSource,
  Watcher,
  type WatcherOptions,
} from '../src/index.ts';
import { KINDS } from '../src/sources/contract.ts';

/** What a name is asked for comes back as texts in lower case; SOA serials are left out. */
export interface Said {
  readonly rcode: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
  readonly ede: number;
}

export interface Line {
  readonly level: keyof Logger;
  readonly event: unknown;
  readonly message: string;
}

const GATEWAY: WatchedGateway = {
  zones: ['example.com'],
  resources: ['Ingress', 'Service'],
  ttl: 30,
  nameServers: [{ name: 'ns1', addresses: [] }],
  relative: false,
  sources: [0],
  // Nobody: a test that leads to host names elsewhere says whom to ask.
  resolvers: [{ address: '127.0.0.1', port: 1 }],
};

/** An object of any kind, and its key. */
export interface SceneObject {
  readonly key: string;
  readonly object: Record<string, unknown>;
}

export class Scene implements AsyncDisposable {
  readonly watcher: Watcher;
  readonly log: Line[] = [];
  readonly sinks: Sink[] = [];
  private readonly reader: SnapshotReader;
  private readonly responder: Responder;
  private readonly stop = new AbortController();
  /** What `run` of the watcher returned. */
  readonly running: Promise<void>;

  /**
   * @param more `explain`: a name that `explain` of the watcher is to be asked about; `files`: sources that are no
   *   test's to speak for, numbered behind those that are; `hopeless`: what sources begin and end with.
   */
  constructor(
    gateways: readonly Partial<WatchedGateway>[] = [{}],
    syncTimeoutMs = 60_000,
    more: Partial<Pick<WatcherOptions, 'after' | 'explain' | 'onRead'>> & {
      readonly files?: readonly WatchedSource[];
      readonly hopeless?: readonly (SourceError | undefined)[];
    } = {},
  ) {
    const { files = [], hopeless = [], ...options } = more;
    const views = [
      { gateways: gateways.map((gateway) => ({ ...GATEWAY, syncTimeoutMs, ...gateway })) },
    ];
    const count = 1 + Math.max(0, ...gateways.flatMap(({ sources = [0] }) => sources));
    const line =
      (level: keyof Logger) =>
      (fields: object, message: string): void => {
        this.log.push({ level, event: Object(fields)['event'], message });
      };
    this.watcher = new Watcher({
      views,
      readers: 1,
      ...options,
      log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      sources: [
        ...Array.from({ length: count }, (_, i) => ({
          label: `source ${i}`,
          kinds: KINDS,
          source: {
            start: async (sink: Sink, signal: AbortSignal) => {
              const error = hopeless[i];
              if (error !== undefined) throw error;
              this.sinks[i] = sink;
              if (!signal.aborted) await once(signal, 'abort');
            },
            read: () => {},
            keep: () => {},
          },
        })),
        ...files,
      ],
    });
    const [handle] = this.watcher.handles;
    if (handle === undefined) throw new Error('no view');
    this.reader = new SnapshotReader(handle, 0);
    this.responder = new Responder(this.reader);
    this.running = this.watcher.run(this.stop.signal);
  }

  /** A whole list of a kind, published at its end. */
  list(kind: Kind, objects: readonly SceneObject[] = [], source = 0): void {
    const sink = this.sink(source);
    sink.beginList(kind);
    for (const { key, object } of objects) sink.upsert(kind, key, object);
    sink.endList(kind);
    sink.flush();
  }

  put(kind: Kind, ...objects: readonly SceneObject[]): void {
    this.offer(kind, ...objects);
    this.sink().flush();
  }

  /** The same before any flush. */
  offer(kind: Kind, ...objects: readonly SceneObject[]): void {
    for (const { key, object } of objects) this.sink().upsert(kind, key, object);
  }

  drop(kind: Kind, ...keys: readonly string[]): void {
    for (const key of keys) this.sink().remove(kind, key);
    this.sink().flush();
  }

  /** Warnings, but for those of name servers without an address: few tests give them one. */
  get complaints(): readonly Line[] {
    return this.log.filter(
      ({ level, event }) => level === 'warn' && event !== 'name-server-without-address',
    );
  }

  get errors(): readonly Line[] {
    return this.log.filter(({ level }) => level === 'error');
  }

  sink(source = 0): Sink {
    const sink = this.sinks[source];
    if (sink === undefined) throw new Error(`source ${source} has not begun`);
    return sink;
  }

  /** Asks `www.example.com A`. */
  ask(text: string): Said {
    this.reader.refresh();
    const [name = '', type = ''] = text.split(' ');
    const reply = ask(this.responder, `${name}.`.replace('..', '.'), typeNumber(type), {
      edns: {},
      transport: TRANSPORT.STREAM,
    });
    const texts = (section: readonly ResourceRecord[]) => section.map(presentWithoutSerial).sort();
    return {
      rcode: rcodeName(reply.rcode),
      answer: texts(reply.answer),
      authority: texts(reply.authority),
      additional: texts(reply.additional),
      ede: reply.edns?.errors[0]?.code ?? -1,
    };
  }

  /** What comes back for these octets. */
  exchange(query: Uint8Array, transport: 'udp' | 'stream'): Uint8Array | undefined {
    this.reader.refresh();
    return exchange(this.responder, query, transport === 'udp' ? TRANSPORT.UDP : TRANSPORT.STREAM);
  }

  /** The RDATA of the answer, or the RCODE where there is none, or NODATA. */
  short(text: string): readonly string[] | string {
    const { rcode, answer, ede } = this.ask(text);
    if (answer.length > 0) return answer.map((record) => record.split(' ').slice(4).join(' '));
    if (rcode === 'NOERROR') return 'NODATA';
    return ede < 0 ? rcode : `${rcode} ${ede}`;
  }

  serials(): readonly number[] {
    return this.watcher.status().views.flatMap(({ zones }) => zones.map(({ serial }) => serial));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.running;
    this.reader.close();
  }
}

function presentWithoutSerial(record: ResourceRecord): string {
  const rdata = record.rdata.kind === 'SOA' ? { ...record.rdata, serial: 0 } : record.rdata;
  return presentRecord({ ...record, rdata }).toLowerCase();
}

const words = (text: string): string[] => text.split(' ').filter(Boolean);

/** @param addresses literals, and host names. */
const status = (addresses: string): Record<string, unknown> => ({
  loadBalancer: {
    ingress: words(addresses).map((word) => (isIP(word) === 0 ? { hostname: word } : { ip: word })),
  },
});

/** An Ingress of these hosts. */
export function ingress(name: string, hosts: string, addresses: string): SceneObject {
  const metadata = { name, namespace: 'default' };
  const spec = { rules: words(hosts).map((host) => ({ host })) };
  return { key: `default/${name}`, object: { metadata, spec, status: status(addresses) } };
}

/** A Service of type LoadBalancer that is called `name.namespace`. */
export function service(fullName: string, addresses: string): SceneObject {
  const [name = '', namespace = ''] = fullName.split('.');
  const metadata = { name, namespace };
  const spec = { type: 'LoadBalancer' };
  return { key: `${namespace}/${name}`, object: { metadata, spec, status: status(addresses) } };
}
