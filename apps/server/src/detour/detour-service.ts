import {
  type Client,
  type Detours,
  JUDGEMENT,
  type Judgement,
  MINIMAL_ANY,
  TRANSPORT,
  type Transport,
} from '@seamark/matcher';
import { composeError, EDE, FLAG, RCODE, type ServerCookies, TYPE } from '@seamark/protocol';
import type { QueryFilter } from '../workers/query-filter.ts';
import type { AnsweringListener } from '../workers/query-path.ts';
import type { Forwarder } from './forward/forwarder.ts';
import type { HostsEntries } from './hosts-entries.ts';
import { limitLate } from './limit-late.ts';
import type { LoopDetector } from './loop-detector.ts';
import { type ComposedReply, PendingQuery } from './pending-query.ts';
import type { Template } from './template/template.ts';

/** What the RCODEs of this service do not say. */
const ERROR = {
  TEMPLATE: composeError(EDE.OTHER, 'template has no answer'),
  BUSY: composeError(EDE.OTHER, 'forwarding is full'),
  UNANSWERED: composeError(EDE.NETWORK_ERROR, 'no upstream answered'),
  MALFORMED: composeError(EDE.NETWORK_ERROR, 'malformed from upstream'),
  NO_ZONE: composeError(EDE.NOT_AUTHORITATIVE, 'name in no zone here'),
} as const;

/** A query that somebody left here. Its arrays are the service's own. */
export interface DetouredQuery {
  readonly octets: Uint8Array;
  /** 20 octets as @seamark/udp has them. */
  readonly peer: Uint8Array;
  readonly transport: Transport;
  readonly listener: AnsweringListener;
  /** To be called once: without octets where there is no reply. */
  reply(octets: Uint8Array | undefined): void;
}

/** Sees each query when it has been answered. */
export interface DetourObserver {
  observeLater(
    pending: PendingQuery,
    reply: ComposedReply | undefined,
    seconds: number,
    log: QueryFilter | undefined,
  ): void;
  observeLimited(judgement: Judgement): void;
}

/** Answers from the snapshot, for what no template was for. */
export interface SnapshotAnswers {
  /** @returns undefined where there, too, it is said to be answered elsewhere. */
  answer(
    octets: Uint8Array,
    transport: Transport,
    client: Client,
    listener: AnsweringListener,
  ): ComposedReply | undefined;
}

export interface DetourServiceParts {
  readonly templates: readonly Template[];
  readonly snapshot: SnapshotAnswers;
  readonly forwarders: readonly Forwarder[];
  readonly hosts: readonly HostsEntries[];
  readonly cookies: ServerCookies;
  readonly observer: DetourObserver;
  readonly loops: LoopDetector;
}

/** Answers what no snapshot does: the thread that has it may wait for others, and does so for many at once. */
export class DetourService {
  private readonly parts: DetourServiceParts;
  private readonly underWay = new Set<Promise<void>>();

  constructor(parts: DetourServiceParts) {
    this.parts = parts;
  }

  /** Takes a query in; the reply goes out when there is one. */
  serve(detoured: DetouredQuery): void {
    const served = this.answer(detoured).finally(() => this.underWay.delete(served));
    this.underWay.add(served);
  }

  /** Resolves when what was taken in has been answered, or after so many milliseconds. */
  async finish(graceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, graceMs);
    await Promise.race([Promise.all(this.underWay), promise]);
    clearTimeout(timer);
  }

  private async answer({ octets, peer, transport, listener, reply }: DetouredQuery): Promise<void> {
    const began = performance.now();
    const { cookies, observer, loops } = this.parts;
    const { detours } = listener;
    const pending = new PendingQuery(
      ...([octets, peer, transport] as const),
      listener.ignoresCookies === true ? undefined : cookies,
      listener.replies,
    );
    loops.see(pending.query);
    const templated = detours && this.template(pending, detours);
    let composed =
      detours === undefined
        ? undefined
        : (templated ??
          this.answerFromSnapshot(pending, transport, listener) ??
          this.lookUpHosts(pending, detours) ??
          answerMinimally(pending, listener) ??
          (await this.forward(pending, detours)));
    const { limiter } = listener;
    if (limiter !== undefined && composed !== undefined && transport === TRANSPORT.UDP) {
      const limited = limitLate(limiter, pending, composed, templated !== undefined);
      if (limited.judgement !== JUDGEMENT.PASS) observer.observeLimited(limited.judgement);
      composed = limited.reply;
    }
    reply(composed?.octets);
    observer.observeLater(pending, composed, (performance.now() - began) / 1000, listener.log);
  }

  private template(pending: PendingQuery, detours: Detours): ComposedReply | undefined {
    for (const id of detours.templatesFor(pending.query)) {
      const template = this.parts.templates[id];
      const templated = template?.answer(pending.query, pending.peer) ?? { kind: 'next' };
      switch (templated.kind) {
        case 'next':
          break;
        case 'failed':
          return pending.error(RCODE.SERVFAIL, ERROR.TEMPLATE);
        case 'reply':
          return pending.records(templated.sections, FLAG.AA, templated.rcode, templated.error);
        default:
          templated satisfies never;
      }
    }
    return undefined;
  }

  /** Only who was stopped by a template has not been there. */
  private answerFromSnapshot(
    pending: PendingQuery,
    transport: Transport,
    listener: AnsweringListener,
  ): ComposedReply | undefined {
    if (listener.detours?.templatesFor(pending.query).length === 0) return undefined;
    const client = { peer: () => pending.peer };
    return this.parts.snapshot.answer(pending.octets, transport, client, listener);
  }

  /** Entries of names in our zones are in the snapshot, and speak there. */
  private lookUpHosts(pending: PendingQuery, detours: Detours): ComposedReply | undefined {
    const { query } = pending;
    const index = detours.hostsFor(query);
    if (index === undefined || detours.isInZone(query)) return undefined;
    return this.parts.hosts[index]?.answer(pending);
  }

  private async forward(pending: PendingQuery, detours: Detours): Promise<ComposedReply> {
    const { query } = pending;
    const forwarders = detours
      .forwardsFor(query)
      // Amid a reload a plan may be a moment ahead.
      .flatMap((id) => this.parts.forwarders[id] ?? []);
    for (const [i, forwarder] of forwarders.entries()) {
      const forwarded = await forwarder.ask(pending);
      switch (forwarded.kind) {
        case 'busy':
          return pending.error(RCODE.REFUSED, ERROR.BUSY);
        case 'failed':
          return pending.error(RCODE.SERVFAIL, ERROR.UNANSWERED);
        case 'reply': {
          if (i + 1 < forwarders.length && forwarder.leavesToNext(forwarded)) continue;
          const passed = pending.passOn(forwarded.octets, detours.isInZone(query));
          return passed ?? pending.error(RCODE.SERVFAIL, ERROR.MALFORMED);
        }
        default:
          forwarded satisfies never;
      }
    }
    return pending.error(RCODE.REFUSED, ERROR.NO_ZONE);
  }
}

/** Where the block has `any`, nobody else is asked for everything. */
function answerMinimally(
  pending: PendingQuery,
  { replies }: AnsweringListener,
): ComposedReply | undefined {
  const { query } = pending;
  if (query.type !== TYPE.ANY || replies?.isMinimalAny(query) !== true) return undefined;
  const sections = { answer: [MINIMAL_ANY.octets], authority: [], additional: [] };
  return pending.records(sections, 0, RCODE.NOERROR);
}
