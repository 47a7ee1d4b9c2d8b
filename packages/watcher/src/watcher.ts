import { foldName, parseName } from '@seamark/protocol';
import { mergeInThread, Publisher, type SnapshotHandle } from '@seamark/snapshot';
import { type BystanderPlace, Bystanders } from './explain/bystanders.ts';
import { explanationOf, type NameExplanation } from './explain/explanation.ts';
import {
  CLAIMING_KINDS,
  type ClaimingKind,
  type ClaimSink,
  type Projector,
  STATIC_KINDS,
} from './projection/contract.ts';
import { createProjectors } from './projection/projectors.ts';
import {
  KINDS,
  type Kind,
  type KindStatus,
  type Logger,
  type Sink,
  SourceError,
  type Wanted,
} from './sources/contract.ts';
import { HostsProjector } from './static/hosts/hosts-projector.ts';
import { ZoneFileProjector } from './static/zone-file/zone-file-projector.ts';
import { TargetSources } from './targets/target-sources.ts';
import type { WatchedSource, WatcherOptions } from './watching/options.ts';
import type { GatewayStatus, ViewStatus, WatcherStatus } from './watching/status.ts';
import {
  EVERY_OBJECT,
  goWithout,
  indexed,
  isStatic,
  sourceOf,
  type Taker,
  type View,
  wantedBy,
} from './watching/taker.ts';
import { denialText, type Unread } from './watching/unread.ts';
import type { GatewayOptions } from './zone-index/gateway.ts';
import { ViewIndex } from './zone-index/view-index.ts';

interface WatchedKind {
  readonly kind: Kind;
  status: KindStatus;
  since: number;
  synced: boolean;
}

const SYNC_TIMEOUT_MS = 60_000;

/** How long the first answers about host names are waited for by whoever can wait. */
const RESOLVE_TIMEOUT_MS = 5000;

function unread(kind: Kind): WatchedKind {
  return { kind, status: { state: 'listing' }, since: Date.now(), synced: false };
}

/**
 * Kinds without which others have most of what they claim. A cluster's rules may be older than they are: where
 * those forbid one of these, it is not waited for. EndpointSlices are not among them: they are asked for only where
 * a Service has no other addresses, and its names can't be denied meanwhile.
 */
const EXTRAS: ReadonlySet<Kind> = new Set<Kind>(['ListenerSet']);

function isClaiming(kind: Kind): kind is Kind & ClaimingKind {
  return [...CLAIMING_KINDS, ...STATIC_KINDS].some((claiming) => claiming === kind);
}

/** Zones of all gateways of the views: how long `WatcherOptions.serials` has to be. */
function countZones(
  views: readonly { readonly gateways: readonly Pick<GatewayOptions, 'zones'>[] }[],
): number {
  return views.flatMap(({ gateways }) => gateways.flatMap(({ zones }) => zones)).length;
}

/**
 * Sources in, snapshots out: hands each object to the projectors of the gateways that take it, and
 * publishes what came together as one generation. Belongs on a thread of its own, which it keeps
 * busy while large lists arrive.
 */
export class Watcher {
  private readonly views: View[];
  private readonly sources: readonly WatchedSource[];
  /** Of each source. */
  private readonly kinds: readonly WatchedKind[][];
  private takers: readonly Taker[];
  /** Of each source: what ends it. */
  private readonly ends: readonly AbortController[];
  /** Of each source: who is told of a kind. */
  private readonly telling: Map<Kind, readonly Projector[]>[];
  private readonly log: Logger;
  private readonly onChange: () => void;
  private readonly onRead: () => void;
  private readonly onSynced: () => void;
  /** Of each name that is to be explained. */
  private readonly bystanders: readonly Bystanders[];
  private readonly targets: TargetSources;
  /** Sources that can't ever work, unless somebody mends what is wrong: each with what has it tried again. */
  private readonly hopeless = new Map<number, () => void>();
  private resolvedSoon: NodeJS.Immediate | undefined;

  /** @throws NameError for a zone, name server or name to explain that is no domain name. */
  constructor(options: WatcherOptions) {
    const { log, readers } = options;
    this.log = log;
    this.onChange = options.onChange ?? (() => {});
    this.onRead = options.onRead ?? (() => {});
    this.onSynced = options.onSynced ?? (() => {});
    this.sources = options.sources;
    this.targets = new TargetSources(log, options.after);
    const serials = options.serials ?? new Uint32Array(countZones(options.views));
    this.views = options.views.map(({ gateways }, i) => {
      const first = countZones(options.views.slice(0, i));
      const publisher = new Publisher({
        readers,
        merge: mergeInThread,
        onMergeError: (error) =>
          log.error({ event: 'merge-failed', err: error }, `merging the snapshot failed: ${error}`),
      });
      const now = () => Math.floor(Date.now() / 1000);
      const index = new ViewIndex({
        gateways: gateways.map(indexed),
        publisher,
        log,
        now,
        serials: serials.subarray(first),
        targetsOf: (gateway) => this.targets.get(gateways[gateway]?.resolvers ?? []),
        onResolved: () => this.publishSoon(),
      });
      return {
        index,
        publisher,
        gateways,
        heard: new Set(),
        waits: new Map(),
        over: new Set(),
        timers: new Set(),
        publishedAt: 0,
        frozen: false,
        synced: false,
        resolving: 'not yet',
      };
    });
    this.kinds = options.sources.map(({ kinds }) => kinds.map(unread));
    const explained = options.explain ?? [];
    this.bystanders = explained.map((text) => new Bystanders(foldName(parseName(text))));
    this.takers = this.createTakers();
    this.ends = options.sources.map(() => new AbortController());
    this.telling = options.sources.map((_, source) => this.projectorsOf(source));
    // Before anything is known, the zones are there to say so.
    this.publish();
  }

  /** One for each view, to be handed to readers on other threads. */
  get handles(): readonly SnapshotHandle[] {
    return this.views.map(({ publisher }) => publisher.handle);
  }

  /**
   * Watches until `signal` aborts.
   *
   * @throws SourceError once no source is left that can ever work. One of several that can't is a failing one, and the
   *   others serve on.
   */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    for (const view of this.views) {
      for (const gateway of view.gateways.keys()) this.waitForUnread(view, gateway);
    }
    try {
      await Promise.all(
        this.ends.map((end, i) => this.runSource(i, AbortSignal.any([stop, end.signal]))),
      );
    } finally {
      failed.abort();
      for (const view of this.views) this.stopTimers(view);
      clearImmediate(this.resolvedSoon);
      this.targets.close();
    }
  }

  private async runSource(index: number, stop: AbortSignal): Promise<void> {
    const { source } = this.sources[index] as WatchedSource;
    while (!stop.aborted) {
      try {
        await source.start(this.sinkFor(index), stop);
        return;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        const again = Promise.withResolvers<void>();
        this.hopeless.set(index, again.resolve);
        const isAnyLeft = this.sources.some(
          ({ kinds }, other) => kinds.length > 0 && !this.hopeless.has(other),
        );
        if (!isAnyLeft) throw error;
        this.doWithout(index, error);
        stop.addEventListener('abort', () => again.resolve());
        if (!stop.aborted) await again.promise;
      }
    }
  }

  /** Tries again what was given up, of sources that these views read: who asks may have mended it. */
  tryAgain(views: readonly number[]): void {
    const asked = new Set(views.map((view) => this.views[view]));
    for (const [index, again] of this.hopeless) {
      if (!this.takersOf(index).some(({ view }) => asked.has(view))) continue;
      this.hopeless.delete(index);
      const source = this.sources[index]?.label ?? '';
      this.log.info({ event: 'source-tried-again', source }, `${source} is tried again`);
      for (const { kind } of this.kinds[index] ?? []) {
        this.setStatus(index, kind, { state: 'listing' });
      }
      again();
    }
  }

  /** Of a source that can't ever work, while others do. */
  private doWithout(index: number, { code, message }: SourceError): void {
    const source = this.sources[index]?.label ?? '';
    const reason = `${message}; nothing of it is served until that is mended`;
    const when = 'it is tried again at SIGHUP, or when "reload" finds another Corefile';
    this.log.error({ event: 'source-given-up', source, code }, `${reason}: ${when}`);
    for (const { kind } of this.kinds[index] ?? []) {
      this.setStatus(index, kind, { state: 'failing', reason });
    }
  }

  status(): WatcherStatus {
    return {
      views: this.views.map((view) => this.viewStatus(view)),
      sources: this.sources.flatMap(({ label }, i) => {
        if (this.ends[i]?.signal.aborted) return [];
        const kinds = (this.kinds[i] ?? []).map((kind) => ({
          ...kind,
          objects: this.countOf(i, kind.kind),
        }));
        return [{ label, kinds }];
      }),
    };
  }

  /** The serial of each zone of a view, by its place among those that are left. */
  serials(view: number): ReadonlyMap<string, number> {
    const of = this.views[view];
    const zones = of?.gateways.flatMap((_, gateway) => of.index.zoneStatus(gateway)) ?? [];
    return new Map(zones.map(({ zone, serial }) => [zone, serial]));
  }

  /** Publishes nothing more of a view: another is about to take its place, with serials beyond its own. */
  freeze(view: number): void {
    const frozen = this.views[view];
    if (frozen !== undefined) frozen.frozen = true;
  }

  /** Publishes each zone that is among these with a serial beyond the one given, where it has none yet. */
  goOnFrom(serials: ReadonlyMap<string, number>): void {
    for (const { index } of this.views) index.goOnFrom(serials);
    this.publish();
  }

  /**
   * Lets go of a view, which nobody reads any more: sources, watches, timers and host names that no other view
   * wants end with it. Those behind it move up by one.
   *
   * @returns how many views are left; without any, `run` ends
   */
  release(view: number): number {
    const [released] = this.views.splice(view, 1);
    if (released === undefined) throw new RangeError(`no view ${view}`);
    this.stopTimers(released);
    released.frozen = true;
    released.index.close();
    this.takers = this.takers.filter((taker) => taker.view !== released);
    for (const [i, { source }] of this.sources.entries()) {
      const takers = this.takersOf(i);
      this.telling[i] = this.projectorsOf(i);
      if (takers.length === 0) this.ends[i]?.abort();
      else source.keep(this.forgetUnwanted(i, takers));
    }
    return this.views.length;
  }

  private forgetUnwanted(source: number, takers: readonly Taker[]): readonly Wanted[] {
    const kinds = this.kinds[source] ?? [];
    const wanted = wantedBy(
      takers,
      kinds.map(({ kind }) => kind),
    );
    const left = kinds.filter(
      (known) => isStatic(known.kind) || wanted.some(({ kind }) => kind === known.kind),
    );
    kinds.splice(0, kinds.length, ...left);
    return wanted;
  }

  private gatewayStatus(view: View, gateway: number): GatewayStatus {
    const kinds = view.index.kindsRead(gateway);
    return {
      zones: view.gateways[gateway]?.zones ?? [],
      ready: !view.index.isWaiting(gateway),
      read: [...new Set(kinds.filter(({ isRead }) => isRead).map(({ kind }) => kind))],
      unread: kinds
        .filter(({ isRead }) => !isRead)
        .map(({ kind, cluster }) => {
          const source = this.sources[sourceOf(view, gateway, cluster) ?? -1]?.label ?? '';
          return { kind, source };
        }),
    };
  }

  /**
   * What there is to say of a name in one of the views, as things stand: of one that was to be explained, the first by
   * default, or of another, but without the objects that were passed over for it, which were not noted.
   *
   * @throws RangeError if there is no such view, or no name; NameError for what is none
   */
  explain(view: number, text?: string): NameExplanation {
    const { sources } = this;
    const of = this.views[view];
    const bystanders = text === undefined ? this.bystanders[0] : this.noted(text);
    if (of === undefined || bystanders === undefined) throw new RangeError('nothing to explain');
    const sourceLabel = (source: number): string => sources[source]?.label ?? '';
    return explanationOf({
      name: bystanders.name,
      index: of.index.explain(bystanders.name),
      labelOf: (gateway, cluster) => sourceLabel(sourceOf(of, gateway, cluster) ?? -1),
      sourceLabel,
      passedOver: bystanders.passedOver.filter(({ place }) => place.view === view),
      claimants: bystanders.claimants.filter(({ place }) => place.view === view),
    });
  }

  private noted(text: string): Bystanders {
    const name = foldName(parseName(text));
    const known = this.bystanders.find((one) => Buffer.compare(one.name, name) === 0);
    return known ?? new Bystanders(name);
  }

  private viewStatus(view: View): ViewStatus {
    const { index, publisher, gateways, publishedAt, resolving } = view;
    const isAnythingRead = this.kinds.some((kinds) => kinds.some(({ synced }) => synced));
    return {
      generation: publisher.generation,
      names: index.names,
      bytes: publisher.bytes,
      zones: gateways.flatMap((_, gateway) => {
        const unread = view.over.has(gateway) ? this.unreadOf(view, gateway) : [];
        const warning = denialText(unread, index.hasRead(gateway));
        return index.zoneStatus(gateway).map((zone) => ({
          ...zone,
          synced: index.isSynced(gateway),
          // A replica that could read nothing at all leaves the questions to others.
          ready: isAnythingRead && !index.isWaiting(gateway),
          ...(unread.length > 0 && { warning }),
        }));
      }),
      publishedAt,
      gateways: gateways.map((_, gateway) => this.gatewayStatus(view, gateway)),
      resolving: resolving === 'awaited' && index.isResolving,
    };
  }

  private placeOf(view: View, gateway: number, cluster: number): BystanderPlace {
    return {
      view: this.views.indexOf(view),
      source: sourceOf(view, gateway, cluster) ?? -1,
      zones: view.gateways[gateway]?.zones ?? [],
      relative: view.gateways[gateway]?.relative ?? true,
    };
  }

  /** Objects of a kind that have, or want, a name; of a kind that claims none, nobody keeps count. */
  private countOf(source: number, kind: Kind): number {
    if (!isClaiming(kind)) return 0;
    return this.takersOf(source).reduce(
      (sum, { view, gateway, cluster }) => sum + view.index.countOf(gateway, cluster, kind),
      0,
    );
  }

  private createTakers(): readonly Taker[] {
    return this.views.flatMap((view) =>
      view.gateways.flatMap((watched, gateway) => {
        const { sources, hosts = [], files = [], resources, projection } = watched;
        return [...sources, ...hosts, ...files].map((source, cluster) => {
          const intake = view.index.intake(gateway, cluster, () => {
            if (view.heard.has(gateway)) return;
            view.heard.add(gateway);
            this.waitForUnread(view, gateway);
          });
          const place = this.placeOf(view, gateway, cluster);
          const claims = this.bystanders.reduce<ClaimSink>(
            (sink, bystanders) => bystanders.beside(place, sink),
            intake,
          );
          const options = { ...EVERY_OBJECT, ...projection };
          const demand = (kind: Kind): void => this.demand(source, kind);
          const isObjects = cluster < sources.length;
          const projectors = isObjects
            ? createProjectors(resources, { options, claims, demand })
            : [
                cluster < sources.length + hosts.length
                  ? new HostsProjector(claims)
                  : new ZoneFileProjector(claims, watched),
              ];
          return { view, gateway, cluster, projectors };
        });
      }),
    );
  }

  /** What a projector found out only now that it needs. */
  private demand(source: number, kind: Kind): void {
    const kinds = this.kinds[source] ?? [];
    if (!kinds.some((known) => known.kind === kind)) kinds.push(unread(kind));
    this.sources[source]?.source.read(kind);
  }

  /**
   * Not for ever: counted from the start, and anew when the first kind of the gateway has been read, for then the API
   * server is there, and the others are on their way.
   */
  private waitForUnread(view: View, gateway: number): void {
    clearTimeout(view.waits.get(gateway));
    const { syncTimeoutMs = SYNC_TIMEOUT_MS, zones = [] } = view.gateways[gateway] ?? {};
    if (syncTimeoutMs === Number.POSITIVE_INFINITY) return;
    const end = (): void => {
      const unread = this.unreadOf(view, gateway);
      if (unread.length === 0) return;
      view.over.add(gateway);
      this.goWithoutUnread(view, gateway);
      view.index.stopWaiting(gateway);
      this.publish();
      const text = denialText(unread, view.index.hasRead(gateway));
      this.log.warn(
        { event: 'unread-denied', zones },
        `${zones.join(' ')}: ${text}, for synctimeout (${syncTimeoutMs / 1000} s) is over`,
      );
    };
    view.waits.set(gateway, this.later(view, syncTimeoutMs, end));
  }

  /** Of each of a gateway's sources that lacks something. */
  private unreadOf(view: View, gateway: number): readonly Unread[] {
    return this.takers
      .filter((taker) => taker.view === view && taker.gateway === gateway)
      .map((taker) => {
        const source = sourceOf(view, gateway, taker.cluster) ?? -1;
        return { label: this.sources[source]?.label ?? '', kinds: this.unreadFor(taker) };
      })
      .filter(({ kinds }) => kinds.length > 0);
  }

  /** Kinds that a taker has its names of and that have not been read whole. */
  private unreadFor({ view, gateway, cluster, projectors }: Taker): readonly Kind[] {
    return (this.kinds[sourceOf(view, gateway, cluster) ?? -1] ?? [])
      .filter(({ kind, synced }) => !synced && projectors.some(({ kinds }) => kinds.includes(kind)))
      .map(({ kind }) => kind);
  }

  /** Once the first host names are asked for: neither are they. */
  private waitForTargets(view: View): void {
    if (view.resolving !== 'not yet' || !view.index.isResolving) return;
    view.resolving = 'awaited';
    this.later(view, RESOLVE_TIMEOUT_MS, () => {
      view.resolving = 'over';
      this.onChange();
    });
  }

  private later({ timers }: View, milliseconds: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, milliseconds);
    timer.unref();
    timers.add(timer);
    return timer;
  }

  private stopTimers({ timers }: View): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  private sinkFor(source: number): Sink {
    const each = (kind: Kind, deliver: (projector: Projector) => void): void =>
      this.telling[source]?.get(kind)?.forEach(deliver);
    // Read is what has been published: whoever looks between an end and its flush would find all read and no host name
    // asked for, and a watcher that takes over by that denied names.
    const ended = new Set<Kind>();
    return {
      beginList: (kind) => each(kind, (projector) => projector.beginList(kind)),
      upsert: (kind, key, object) => {
        // Not by `each`: a closure for every object of a list is 3 % of what the list takes.
        for (const projector of this.telling[source]?.get(kind) ?? []) {
          projector.upsert(kind, key, object);
        }
      },
      remove: (kind, key) => each(kind, (projector) => projector.remove(kind, key)),
      endList: (kind) => {
        each(kind, (projector) => projector.endList(kind));
        ended.add(kind);
      },
      status: (kind, status) => this.setStatus(source, kind, status),
      flush: () => {
        const read = (this.kinds[source] ?? []).filter(
          ({ kind, synced }) => !synced && ended.has(kind),
        );
        for (const entry of read) entry.synced = true;
        ended.clear();
        this.publish();
        if (read.length > 0) this.onRead();
      },
    };
  }

  private projectorsOf(source: number): Map<Kind, readonly Projector[]> {
    const projectors = this.takersOf(source).flatMap((taker) => taker.projectors);
    return new Map(
      KINDS.map((kind) => [kind, projectors.filter((one) => one.kinds.includes(kind))]),
    );
  }

  private setStatus(source: number, kind: Kind, status: KindStatus): void {
    const known = this.kinds[source]?.find((entry) => entry.kind === kind);
    if (known === undefined) return;
    if (known.status.state !== status.state) known.since = Date.now();
    known.status = status;
    if (!known.synced && status.isForbidden === true && EXTRAS.has(kind)) {
      for (const taker of this.takersOf(source)) goWithout(taker, kind);
      this.publish();
    }
    this.onChange();
  }

  private takersOf(source: number): readonly Taker[] {
    return this.takers.filter(
      ({ view, gateway, cluster }) => sourceOf(view, gateway, cluster) === source,
    );
  }

  /** Each cluster of a gateway goes on without what of it has not been read. */
  private goWithoutUnread(view: View, gateway: number): void {
    for (const taker of this.takers) {
      if (taker.view !== view || taker.gateway !== gateway) continue;
      for (const kind of this.unreadFor(taker)) goWithout(taker, kind);
    }
  }

  private whatIsBehind({ gateways }: View): string {
    if (this.views.length === 1) return 'every source';
    return `every source of ${gateways.flatMap(({ zones }) => zones).join(' ')}`;
  }

  /** Answers of resolvers that came together are published together. */
  private publishSoon(): void {
    this.resolvedSoon ??= setImmediate(() => {
      this.resolvedSoon = undefined;
      this.publish();
    });
  }

  private publish(): void {
    let changed = false;
    for (const view of this.views) {
      if (view.frozen || !view.index.publish()) continue;
      changed = true;
      view.publishedAt = Date.now();
      this.waitForTargets(view);
      const synced = view.gateways.every((_, gateway) => view.index.isSynced(gateway));
      if (synced && !view.synced) {
        view.synced = true;
        this.log.info(
          { event: 'synced', generation: view.publisher.generation, names: view.index.names },
          `${this.whatIsBehind(view)} has been read: ${view.index.names} names`,
        );
        this.onSynced();
      }
    }
    if (changed) this.onChange();
  }
}
