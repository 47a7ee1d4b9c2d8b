import type { Endpoint } from './admin-server.ts';
import type { StatusDocument } from './status.ts';
import type { TelemetrySource } from './telemetry-source.ts';

/** Where an endpoint listens; see {@link Endpoint}. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/**
 * GET /health: 200 as long as the process can answer at all. As in CoreDNS that includes lameduck, the
 * time between being told to stop and stopping: a liveness probe that failed there would have the
 * kubelet kill what is ending in good order. Taking it out of service is /ready's part.
 */
export function healthEndpoint(place: Place): Endpoint {
  return { ...place, name: 'health', path: '/health', reply: () => ({ status: 200, body: 'OK' }) };
}

/**
 * GET /ready: 200 when nothing is missing, else 503 and what is, separated by commas. Unlike CoreDNS,
 * what was ready once is asked again each time, and lameduck says `Shutting down` at its beginning: put
 * that into `notReady`.
 */
export function readyEndpoint(place: Place, source: Pick<TelemetrySource, 'notReady'>): Endpoint {
  return {
    ...place,
    name: 'ready',
    path: '/ready',
    reply: () => {
      const { notReady } = source;
      if (notReady.length === 0) return { status: 200, body: 'OK' };
      return { status: 503, body: [...notReady].sort().join(',') };
    },
  };
}

/** GET /status: how zones and sources stand, for people and programs. */
export function statusEndpoint(
  place: Place,
  source: { readonly status: StatusDocument },
): Endpoint {
  return {
    ...place,
    name: 'status',
    path: '/status',
    reply: () => ({
      status: 200,
      body: `${JSON.stringify(source.status, undefined, 2)}\n`,
      contentType: 'application/json',
    }),
  };
}

/** GET /metrics: `createMetrics`. Only here is prom-client loaded, which takes 7 MB. */
export async function metricsEndpoint(place: Place, source: TelemetrySource): Promise<Endpoint> {
  const { createMetrics } = await import('./metrics.ts');
  const registry = createMetrics(source);
  return {
    ...place,
    name: 'prometheus',
    path: '/metrics',
    reply: async () => ({
      status: 200,
      body: await registry.metrics(),
      contentType: registry.contentType,
    }),
  };
}
