import type { Placed } from '../../placed.ts';
import type { ForwardConfig } from '../../server-config.ts';

/** What the options of one `forward` have said so far; at first, all that it means without a word. */
export type ForwardDraft = Writable<Omit<ForwardConfig, 'from' | 'to' | 'clients' | 'position'>> & {
  clients?: Placed<readonly string[]>;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export function newForwardDraft(): ForwardDraft {
  return {
    except: [],
    forceTcp: false,
    preferUdp: false,
    policy: 'random',
    maxFails: 2,
    healthCheck: { intervalMs: 500, recursion: true, domain: '.' },
    expireMs: 10_000,
    readTimeoutMs: 2000,
    maxIdleConnections: 0,
    maxConcurrent: 0,
    failover: [],
    next: [],
    nextOnNodata: false,
    failfast: false,
  };
}
