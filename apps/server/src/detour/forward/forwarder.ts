import { randomInt } from 'node:crypto';
import { FLAG, HEADER, readSections } from '@seamark/protocol';
import type { ForwardConfig } from '../../config/server-config.ts';
import type { PendingQuery } from '../pending-query.ts';
import { type ExchangeError, isTruncated, type Target } from './exchange.ts';
import { orderBy, type Policy } from './policy.ts';
import { Upstream, type UpstreamObserver } from './upstream.ts';

/** What came of a question that was forwarded. */
export type Forwarded =
  | { readonly kind: 'reply'; readonly octets: Uint8Array; readonly rcode: number }
  /** Nobody answered: why, of whom was asked last. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** There are as many questions under way as there may be. */
  | { readonly kind: 'busy' };

/** The whole of a question may take this long, whoever is asked: clients have given up by then. */
const PATIENCE_MS = 5000;

/** Where nothing else is said: each takes a socket, and processes have 1,024 of those at times. */
const MOST_CONCURRENT = 500;

/** One `forward` directive: its upstreams, and how they are chosen among. */
export class Forwarder {
  readonly upstreams: readonly Upstream[];
  /** Questions that found all upstreams down. */
  broken = 0;
  /** Questions that were too many at once. */
  rejected = 0;
  private readonly config: ForwardConfig;
  private readonly order: (all: readonly Upstream[]) => readonly Upstream[];
  private readonly mostConcurrent: number;
  private concurrent = 0;

  /** @param targets what `to` stands for: at least one. */
  constructor(config: ForwardConfig, targets: readonly Target[], observer: UpstreamObserver) {
    this.config = config;
    this.order = orderBy(config.policy satisfies Policy);
    this.mostConcurrent = config.maxConcurrent || MOST_CONCURRENT;
    this.upstreams = targets.map(
      (target) =>
        new Upstream(
          target,
          {
            readTimeoutMs: config.readTimeoutMs,
            expireMs: config.expireMs,
            mostIdle: config.maxIdleConnections,
            maxFails: config.maxFails,
            healthIntervalMs: config.healthCheck.intervalMs,
            healthDomain: config.healthCheck.domain,
            healthRecursion: config.healthCheck.recursion,
            forceTcp: config.forceTcp,
          },
          observer,
        ),
    );
  }

  /** Whether such a reply makes the next `forward` that takes the name be asked. */
  leavesToNext(forwarded: Forwarded & { kind: 'reply' }): boolean {
    const { next, nextOnNodata } = this.config;
    if (next.includes(forwarded.rcode)) return true;
    if (!nextOnNodata || forwarded.rcode !== 0) return false;
    return readSections(forwarded.octets)?.answers === 0;
  }

  async ask(pending: PendingQuery): Promise<Forwarded> {
    if (this.concurrent >= this.mostConcurrent) {
      this.rejected += 1;
      return { kind: 'busy' };
    }
    this.concurrent += 1;
    try {
      return await this.askInTurn(pending);
    } finally {
      this.concurrent -= 1;
    }
  }

  close(): void {
    for (const upstream of this.upstreams) upstream.close();
  }

  private async askInTurn(pending: PendingQuery): Promise<Forwarded> {
    const deadline = performance.now() + PATIENCE_MS;
    const left = (): number => deadline - performance.now();
    const order = this.order(this.upstreams);
    const mostAttempts = this.config.maxConnectAttempts ?? 2 * order.length;
    let outcome: Forwarded = { kind: 'failed', reason: 'no upstream is up' };
    let failovers = 0;
    for (let attempt = 0; left() > 0 && (mostAttempts === 0 || attempt < mostAttempts); attempt++) {
      const upstream = this.choose(order, attempt);
      if (upstream === undefined) break;
      try {
        const octets = await this.askOne(upstream, pending, left());
        const rcode = rcodeOf(octets);
        upstream.countReply(rcode);
        outcome = { kind: 'reply', octets, rcode };
        if (!this.config.failover.includes(rcode)) break;
        failovers += 1;
        if (failovers >= order.length) break;
      } catch (error) {
        const reason = `${upstream.name}: ${(error as ExchangeError).message}`;
        // An answer that was not wanted is better than none.
        if (outcome.kind !== 'reply') outcome = { kind: 'failed', reason };
      }
    }
    return outcome;
  }

  /** The next that is up; any at all where none is, for the checks may be what is broken. */
  private choose(order: readonly Upstream[], attempt: number): Upstream | undefined {
    for (let i = 0; i < order.length; i++) {
      const upstream = order[(attempt + i) % order.length] as Upstream;
      if (!upstream.isDown) return upstream;
    }
    this.broken += 1;
    if (this.config.failfast) return undefined;
    return order[randomInt(order.length)];
  }

  private async askOne(
    upstream: Upstream,
    pending: PendingQuery,
    timeoutMs: number,
  ): Promise<Uint8Array> {
    const { forceTcp, preferUdp } = this.config;
    const overTcp = forceTcp || (pending.isStream && !preferUdp);
    const deadline = performance.now() + timeoutMs;
    const left = (): number => deadline - performance.now();
    const query = pending.compose(randomInt(0x10000));
    const reply = await upstream.ask(query, overTcp, timeoutMs);
    // Who came over UDP is told to come back, unless the Corefile says to look; who came over TCP would get no more by that.
    if (overTcp || !isTruncated(reply) || !(pending.isStream || preferUdp)) return reply;
    const whole = upstream.ask(pending.compose(randomInt(0x10000)), true, left());
    return await (pending.isStream ? whole : whole.catch(() => reply));
  }
}

/** All twelve bits, as far as the message can be read. */
function rcodeOf(reply: Uint8Array): number {
  const low = (reply[HEADER.FLAGS + 1] as number) & FLAG.RCODE;
  const opt = readSections(reply)?.opt;
  return opt === undefined ? low : low | ((reply[opt.at + 5] as number) << 4);
}
