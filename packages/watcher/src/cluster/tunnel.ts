import type { AccessOptions } from './access.ts';

/** The way of one request through a proxy, if there is one. */
export interface Tunnel {
  /** For the request's options. */
  readonly agent: AccessOptions['agent'];
  /** There is a proxy on the way. */
  readonly isNeeded: boolean;
  /** Gives up a proxy that has not opened the way yet. */
  close(): void;
}

/**
 * client-node's agents for HTTP proxies (hpagent 1.2) ask for the tunnel with a request of their own, which nothing
 * ends: neither a destroyed request that waits for it, nor time. What they take options for that request from is
 * laid over the shared agent here, for this one time, with a signal in it.
 *
 * `close` is for as long as the request has no socket; later there is nobody left to hear of an aborted signal.
 */
export function tunnelThrough(agent: AccessOptions['agent']): Tunnel {
  const isNeeded = typeof agent === 'object';
  // A SOCKS agent has a time limit of its own, and no such options.
  if (!isNeeded || !('proxyRequestOptions' in agent)) return { agent, isNeeded, close() {} };
  const closing = new AbortController();
  const ofProxy = { ...Object(agent.proxyRequestOptions), signal: closing.signal };
  return {
    agent: Object.create(agent, { proxyRequestOptions: { value: ofProxy } }),
    isNeeded,
    close: () => closing.abort(),
  };
}
