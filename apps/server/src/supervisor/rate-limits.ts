import {
  ANSWER_CLASS,
  allocateRateLimits,
  holdsAccounts,
  LimitedBoard,
  type LimitedNetwork,
  type RateLimitMemory,
  viewRateLimits,
} from '@seamark/matcher';
import { formatAddress } from '@seamark/protocol';
import type { ServerConfig } from '../config/server-config.ts';
import type { Logger } from '../log/logger.ts';

/** How often it is looked which networks are limited. */
const LOOK_EVERY_MS = 5000;

/** What an answer class is called in the log. */
const NAMES: Readonly<Record<number, string>> = {
  [ANSWER_CLASS.RESPONSE]: 'responses',
  [ANSWER_CLASS.NODATA]: 'nodata',
  [ANSWER_CLASS.NXDOMAIN]: 'nxdomains',
  [ANSWER_CLASS.REFERRAL]: 'referrals',
  [ANSWER_CLASS.ERROR]: 'errors',
  [ANSWER_CLASS.AMPLIFIED]: 'amplified',
  [ANSWER_CLASS.REQUEST]: 'requests',
};

/**
 * The memory of rate limits, there from the first configuration on that has any; and the log of it: a line when a
 * network begins to be limited, and one when it has been quiet for a minute. At most 32 networks at once, be they
 * thousands: threads note no more (packages/matcher/src/rate-limit/board.ts), and the counters have all.
 */
export class RateLimits {
  private readonly log: Logger;
  private readonly clock: Int32Array;
  private memory: RateLimitMemory | undefined;
  private board: LimitedBoard | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Entries of the board whose beginning has been told. */
  private readonly told = new Map<number, string>();

  /** @param clock its first word is the time in seconds that the threads go by. */
  constructor(log: Logger, clock: Int32Array) {
    this.log = log;
    this.clock = clock;
  }

  /** What a configuration needs: that of before, if it is large enough. Undefined where nothing is limited. */
  memoryFor({ listeners, rateLimitTable }: ServerConfig): RateLimitMemory | undefined {
    const isLimited = listeners.some(({ answering }) => answering?.rateLimits !== undefined);
    if (!isLimited) return undefined;
    if (this.memory === undefined || !holdsAccounts(this.memory, rateLimitTable)) {
      const { randomFillSync } = process.getBuiltinModule('node:crypto');
      this.memory = allocateRateLimits(rateLimitTable, randomFillSync(new Int32Array(2)));
      this.board = new LimitedBoard(viewRateLimits(this.memory).board);
      this.told.clear();
      this.timer ??= setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    }
    return this.memory;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Tells what is new; for the timer, and for tests. */
  look(): void {
    for (const limited of this.board?.read(Atomics.load(this.clock, 0)) ?? []) this.tell(limited);
  }

  private tell(limited: LimitedNetwork): void {
    const { entry, answerClass, count, isOver } = limited;
    const network = formatNetwork(limited);
    const rate = NAMES[answerClass] ?? '';
    if (!this.told.has(entry)) {
      this.told.set(entry, network);
      this.log.warn(
        { event: 'rate-limited', network, rate },
        `answers to ${network} are limited: beyond ${rate}-per-second`,
      );
    }
    if (!isOver) return;
    this.told.delete(entry);
    this.log.info(
      { event: 'rate-limit-over', network, rate, limited: count },
      `answers to ${network} are no longer limited; ${count} were`,
    );
  }
}

function formatNetwork({ address, prefix }: LimitedNetwork): string {
  const text = formatAddress(address);
  // All of an IPv4 address's ::ffff: is there whatever the prefix.
  return text.startsWith('::ffff:') && prefix > 96
    ? `${formatAddress(address.subarray(12))}/${prefix - 96}`
    : `${text}/${prefix}`;
}
