import { randomInt } from 'node:crypto';
import { readSections, TYPE } from '@seamark/protocol';
import { formatHttpAddress } from '../../config/http-address.ts';
import { ExchangeError, isTruncated, type Target } from './exchange.ts';
import { TcpPool } from './exchange-tcp.ts';
import { askUdp } from './exchange-udp.ts';
import { composePlainQuestion } from './plain-question.ts';

export interface UpstreamSettings {
  readonly readTimeoutMs: number;
  readonly expireMs: number;
  readonly mostIdle: number;
  /** Health checks that fail in a row until it counts as down; 0: it never does, and there are none. */
  readonly maxFails: number;
  readonly healthIntervalMs: number;
  /** In presentation format. */
  readonly healthDomain: string;
  readonly healthRecursion: boolean;
  /** Health checks go the way that questions go. */
  readonly forceTcp: boolean;
}

/** Told when an upstream ceases to answer, and when it does again. */
export interface UpstreamObserver {
  down(upstream: string, reason: string): void;
  up(upstream: string): void;
  /** It could not be asked, for want of something here. */
  lack(upstream: string, reason: string): void;
}

/** What an upstream has been asked; running totals. */
export interface UpstreamCounters {
  requests: number;
  /** Questions without an answer. */
  failures: number;
  healthFailures: number;
  /** Replies by RCODE. */
  readonly responses: Map<number, number>;
}

/** A lack is told of once in so long. */
const QUIET_MS = 60_000;

/**
 * One server to forward to. After a question without an answer its health is looked at, again and again until
 * it answers: any answer will do.
 */
export class Upstream {
  /** `ADDRESS:PORT`, in logs and metrics. */
  readonly name: string;
  readonly counters: UpstreamCounters = {
    requests: 0,
    failures: 0,
    healthFailures: 0,
    responses: new Map(),
  };
  private readonly target: Target;
  private readonly settings: UpstreamSettings;
  private readonly observer: UpstreamObserver;
  private readonly pool: TcpPool;
  /** Health checks that have failed since the last answer. */
  private fails = 0;
  private isChecking = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | undefined;
  private quietUntil = 0;

  constructor(target: Target, settings: UpstreamSettings, observer: UpstreamObserver) {
    this.name = formatHttpAddress(target);
    this.target = target;
    this.settings = settings;
    this.observer = observer;
    this.pool = new TcpPool(target, settings);
  }

  get isDown(): boolean {
    const { maxFails } = this.settings;
    return maxFails > 0 && this.fails >= maxFails;
  }

  /**
   * @param timeoutMs of the whole question; that of the settings at most.
   * @returns a reply whose records can be told apart, unless it is a truncated one: that may end anywhere
   * @throws ExchangeError
   */
  async ask(query: Uint8Array, overTcp: boolean, timeoutMs: number): Promise<Uint8Array> {
    this.counters.requests += 1;
    const patience = Math.min(timeoutMs, this.settings.readTimeoutMs);
    try {
      const reply = await this.exchange(query, overTcp, patience);
      if (isTruncated(reply) || readSections(reply) !== undefined) return reply;
      throw new ExchangeError('the answer is malformed');
    } catch (error) {
      const { isOurs, message } = error as ExchangeError;
      if (isOurs) this.tellOfLack(message);
      else {
        this.counters.failures += 1;
        if (this.settings.maxFails > 0) void this.check(message);
      }
      throw error;
    }
  }

  /** Counts a reply of `ask`. */
  countReply(rcode: number): void {
    const { responses } = this.counters;
    responses.set(rcode, (responses.get(rcode) ?? 0) + 1);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.pool.close();
  }

  private exchange(query: Uint8Array, overTcp: boolean, timeoutMs: number): Promise<Uint8Array> {
    return overTcp ? this.pool.ask(query, timeoutMs) : askUdp(this.target, query, timeoutMs);
  }

  private async check(reason: string): Promise<void> {
    if (this.isChecking || this.isClosed) return;
    this.isChecking = true;
    let why = reason;
    while (!this.isClosed) {
      const failure = await this.checkOnce();
      if (failure === undefined) break;
      if (failure.isOurs) this.tellOfLack(failure.message);
      else {
        why = failure.message;
        this.counters.healthFailures += 1;
        this.fails += 1;
        if (this.fails === this.settings.maxFails) this.observer.down(this.name, why);
      }
      await this.wait(this.settings.healthIntervalMs);
    }
    if (this.isDown && !this.isClosed) this.observer.up(this.name);
    this.fails = 0;
    this.isChecking = false;
  }

  /** @returns why there was no answer */
  private async checkOnce(): Promise<ExchangeError | undefined> {
    const { healthDomain, healthRecursion, forceTcp, readTimeoutMs } = this.settings;
    const id = randomInt(0x10000);
    const query = composePlainQuestion(healthDomain, TYPE.NS, healthRecursion, id);
    try {
      await this.exchange(query, forceTcp, readTimeoutMs);
      return undefined;
    } catch (error) {
      return error as ExchangeError;
    }
  }

  /** Each question would say the same. */
  private tellOfLack(reason: string): void {
    const now = performance.now();
    if (now < this.quietUntil) return;
    this.quietUntil = now + QUIET_MS;
    this.observer.lack(this.name, reason);
  }

  private wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.timer = setTimeout(resolve, ms);
    return promise;
  }
}
