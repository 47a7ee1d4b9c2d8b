import type { Vocabulary } from '../../vocabulary.ts';
import { clients } from './clients.ts';
import type { ForwardDraft } from './draft.ts';
import { except, failover, next, nextOnNodata } from './names.ts';
import {
  expire,
  failfast,
  forceTcp,
  healthCheck,
  maxConcurrent,
  maxConnectAttempts,
  maxFails,
  maxIdleConnections,
  policy,
  preferUdp,
  readTimeout,
  sourceAddress,
} from './upstream-options.ts';

const PLAIN = 'upstreams are asked over UDP and TCP, without encryption; remove it';

/** The options of `forward`: CoreDNS's, and `clients`. */
export const FORWARD_OPTIONS: Vocabulary<ForwardDraft> = {
  noun: 'option of forward',
  words: [
    except,
    clients,
    forceTcp,
    preferUdp,
    policy,
    maxFails,
    healthCheck,
    failfast,
    failover,
    next,
    nextOnNodata,
    expire,
    readTimeout,
    maxConnectAttempts,
    maxIdleConnections,
    maxConcurrent,
    sourceAddress,
  ],
  lacking: {
    tls: PLAIN,
    tls_servername: PLAIN,
    doh_method: PLAIN,
    resolver: 'upstreams are written as addresses, so that none has to be looked up; remove it',
  },
};
