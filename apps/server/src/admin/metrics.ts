import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ForwardTotal, UpstreamTotal } from '../detour/totals.ts';
import { PATH, RCODE_CLASSES, TYPE_CLASSES } from '../telemetry/counters.ts';
import { SOURCE_STATES, type TelemetrySource } from './telemetry-source.ts';

/**
 * A registry whose every value is read from `source` at the scrape: between scrapes metrics cost nothing.
 *
 * Where CoreDNS has a metric of the same meaning its name and labels are used, so that dashboards go on
 * working. A label that we don't track is there and empty: `zone`, `view` and `plugin`, because queries are
 * counted before and apart from zones. A series that sums over them is right; one that selects by zone is
 * empty, rather than wrong.
 *
 * Not given, because they could not be said truthfully: `coredns_panics_total` (a worker that dies is
 * replaced, which `seamark_worker_restarts_total` counts), request durations (not measured, see `Counters`),
 * size histograms (only the sum is known: `seamark_response_octets_total`).
 */
export function createMetrics(source: TelemetrySource): Registry {
  const registry = new Registry();
  addBuild(registry, source);
  addQueries(registry, source);
  addSnapshot(registry, source);
  addSources(registry, source);
  addTransports(registry, source);
  addSecurity(registry, source);
  addForward(registry, source);
  addReloads(registry, source);
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A value and its labels. */
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function addBuild(registry: Registry, source: TelemetrySource): void {
  const { version, revision } = source;
  // CoreDNS's `goversion` is a label of its metric; there is no Go here to have one.
  const build: readonly Sample[] = [[{ version, revision, goversion: '' }, 1]];
  const help = 'A constant 1, labeled by the version and revision that are running.';
  gauge(registry, 'coredns_build_info', help, ['version', 'revision', 'goversion'], () => build);
  gauge(registry, 'seamark_build_info', help, ['version', 'revision', 'nodeversion'], () => [
    [{ version, revision, nodeversion: process.version }, 1],
  ]);
}

function addQueries(registry: Registry, source: TelemetrySource): void {
  const common = () => ({ server: source.server, zone: '', view: '' });
  counter(
    registry,
    'coredns_dns_requests_total',
    'Queries answered, by transport, address family (1: IPv4, 2: IPv6) and QTYPE.',
    [...COMMON, 'proto', 'family', 'type'],
    () => {
      const { requests } = source.queries;
      return PATHS.flatMap(([path, proto, family]) =>
        TYPE_CLASSES.map((type, i): Sample => {
          const labels = { ...common(), proto, family, type };
          return [labels, requests[path]?.[i] ?? 0];
        }),
      );
    },
  );
  counter(
    registry,
    'coredns_dns_responses_total',
    'Replies, by RCODE.',
    [...COMMON, 'rcode', 'plugin'],
    () => {
      const { responses } = source.queries;
      return RCODE_CLASSES.map((rcode, i): Sample => {
        return [{ ...common(), rcode, plugin: '' }, responses[i] ?? 0];
      });
    },
  );
  counter(registry, 'coredns_dns_do_requests_total', 'Queries with the DO bit.', COMMON, () => [
    [common(), source.queries.dnssecOk],
  ]);
  for (const action of ACCESS_COUNTERS) {
    counter(
      registry,
      `coredns_acl_${action}_requests_total`,
      `Questions that a rule of acl ${action}.`,
      COMMON,
      () => [[common(), source.queries.ruled[action]]],
    );
  }
  addRateLimits(registry, source);
  total(registry, 'seamark_queries_dropped_total', 'Messages that got no reply.', () => {
    return source.queries.dropped;
  });
  total(registry, 'seamark_responses_truncated_total', 'Replies with TC.', () => {
    return source.queries.truncated;
  });
  total(registry, 'seamark_response_octets_total', 'Octets of the replies.', () => {
    return source.queries.responseOctets;
  });
  total(
    registry,
    'seamark_query_log_dropped_total',
    'Queries missing in the query log because it was not read fast enough.',
    () => source.queryLogDropped,
  );
}

function addRateLimits(registry: Registry, source: TelemetrySource): void {
  const limited = () => source.queries.limited;
  // CoreDNS's `rrl` has a series for each client's address there, of which a flood makes any number.
  const labels = ['client_ip'];
  counter(
    registry,
    'coredns_rrl_responses_exceeded_total',
    'Replies beyond a rate, whatever became of them.',
    labels,
    () => {
      const { dropped, truncated, badcookie, passed } = limited();
      return [[{ client_ip: '' }, dropped + truncated + badcookie + passed]];
    },
  );
  counter(
    registry,
    'coredns_rrl_requests_exceeded_total',
    'Queries beyond requests-per-second.',
    labels,
    () => [[{ client_ip: '' }, limited().requestsDropped]],
  );
  total(registry, 'seamark_rrl_dropped_total', 'Replies beyond a rate that were not sent.', () => {
    return limited().dropped + limited().requestsDropped;
  });
  counter(
    registry,
    'seamark_rrl_slipped_total',
    'Replies beyond a rate that were sent short: with TC, or BADCOOKIE.',
    ['as'],
    () => [
      [{ as: 'truncated' }, limited().truncated],
      [{ as: 'badcookie' }, limited().badcookie],
    ],
  );
  total(
    registry,
    'seamark_rrl_passed_total',
    'Replies beyond a rate that were sent as they were: with report-only, or errors that slipped.',
    () => limited().passed,
  );
}

function addSnapshot(registry: Registry, source: TelemetrySource): void {
  gauge(
    registry,
    'seamark_snapshot_generation',
    'Number of the snapshot last published.',
    [],
    () => [[{}, source.generation]],
  );
  gauge(
    registry,
    'seamark_snapshot_published_timestamp_seconds',
    'When a snapshot was last published; absent before the first.',
    [],
    () => timestamp({}, source.publishedAt),
  );
  gauge(registry, 'seamark_zone_serial', 'Serial of the SOA.', ['zone', 'listeners'], () =>
    source.zones.map(({ zone, listeners, serial }): Sample => [{ zone, listeners }, serial]),
  );
  gauge(
    registry,
    'seamark_zone_names',
    'Names that exist, empty non-terminals among them.',
    ['zone', 'listeners'],
    () => source.zones.map(({ zone, listeners, names }): Sample => [{ zone, listeners }, names]),
  );
}

function addSources(registry: Registry, source: TelemetrySource): void {
  gauge(
    registry,
    'seamark_source_state',
    '1 for the state that a source is in, else 0.',
    ['source', 'kind', 'state'],
    () =>
      source.sources.flatMap(({ source, kind, state }) =>
        SOURCE_STATES.map((name): Sample => {
          return [{ source, kind, state: name }, name === state ? 1 : 0];
        }),
      ),
  );
  gauge(
    registry,
    'seamark_source_rbac_rule_missing',
    'A constant 1 for each verb of a rule that RBAC lacks so that a kind can be read; namespace "": of a ClusterRole.',
    ['source', 'kind', 'verb', 'group', 'resource', 'namespace', 'name'],
    () =>
      source.sources.flatMap(({ source, kind, missingRules }) =>
        missingRules.flatMap(({ verbs, ...rule }) =>
          verbs.map((verb): Sample => [{ source, kind, verb, ...rule }, 1]),
        ),
      ),
  );
  gauge(
    registry,
    'seamark_source_synced_timestamp_seconds',
    'When a source was last known to be up to date; absent before the first time.',
    ['source', 'kind'],
    () =>
      source.sources.flatMap(({ source, kind, syncedAt }) => timestamp({ source, kind }, syncedAt)),
  );
  gauge(
    registry,
    'seamark_source_since_synced_seconds',
    'Time since a source was last known to be up to date; absent before the first time.',
    ['source', 'kind'],
    () =>
      source.sources.flatMap(({ source, kind, syncedAt }): Sample[] => {
        if (syncedAt === undefined) return [];
        return [[{ source, kind }, Math.max(0, Date.now() - syncedAt) / 1000]];
      }),
  );
}

function addTransports(registry: Registry, source: TelemetrySource): void {
  total(registry, 'seamark_worker_restarts_total', 'Workers that died and were replaced.', () => {
    return source.workerRestarts;
  });
  total(registry, 'seamark_udp_batches_total', 'Reads that brought datagrams.', () => {
    return source.udp.batches;
  });
  total(registry, 'seamark_udp_send_errors_total', 'Replies the system did not send.', () => {
    return source.udp.sendErrors;
  });
  gauge(registry, 'seamark_tcp_connections', 'TCP connections there are now.', [], () => [
    [{}, source.tcp.open],
  ]);
  total(registry, 'seamark_tcp_accepted_total', 'TCP connections served.', () => {
    return source.tcp.accepted;
  });
  counter(
    registry,
    'seamark_tcp_closed_total',
    'TCP connections that were not ended by both sides in good order, by reason.',
    ['reason'],
    () => {
      const { refused, idleClosed, slowClosed, evicted, overMemory, badProxy, ...rest } =
        source.tcp;
      const reasons = {
        ...{ refused, idle: idleClosed, slow: slowClosed, evicted, memory: overMemory },
        ...{ proxy: badProxy, queries: rest.queriesClosed, reset: rest.reset },
      };
      return Object.entries(reasons).map(([reason, value]): Sample => [{ reason }, value]);
    },
  );
  total(registry, 'seamark_tcp_accept_errors_total', 'Failures to accept a connection.', () => {
    return source.tcp.acceptErrors;
  });
}

function addSecurity(registry: Registry, source: TelemetrySource): void {
  counter(
    registry,
    'seamark_tls_handshakes_total',
    'TLS handshakes: full, resumed (by a session ticket), failed, or slow and therefore cut short.',
    ['result'],
    () => {
      const { handshakesFull, handshakesResumed, handshakesFailed, handshakesSlow } =
        source.security;
      return Object.entries({
        ...{ full: handshakesFull, resumed: handshakesResumed },
        ...{ failed: handshakesFailed, slow: handshakesSlow },
      }).map(([result, value]): Sample => [{ result }, value]);
    },
  );
  counter(
    registry,
    'coredns_dns_https_responses_total',
    'HTTP responses, by status.',
    ['server', 'status'],
    () => {
      const { responses } = source.security;
      return Object.entries(responses).map(([status, value]): Sample => {
        return [{ server: source.server, status }, value];
      });
    },
  );
  gauge(
    registry,
    'seamark_tls_certificate_not_after_timestamp_seconds',
    'Until when the certificate that is served is good.',
    ['file'],
    () =>
      source.security.certificates.map(({ file, notAfter }): Sample => [{ file }, notAfter / 1000]),
  );
  total(
    registry,
    'seamark_tls_certificate_renewals_total',
    'Times that files came to hold another certificate, which was gone over to.',
    () => source.security.renewals,
  );
  total(
    registry,
    'seamark_tls_certificate_failures_total',
    'Times that files of a certificate changed and could not be used.',
    () => source.security.failures,
  );
}

function addForward(registry: Registry, source: TelemetrySource): void {
  total(
    registry,
    'seamark_detours_total',
    'Queries that were left to be answered elsewhere than from a snapshot.',
    () => source.queries.detours,
  );
  total(
    registry,
    'seamark_detours_lost_total',
    'Queries that found no room there and were answered SERVFAIL.',
    () => source.queries.lostDetours,
  );
  const ofUpstreams = (
    what: ForwardTotal,
    more: (total: UpstreamTotal) => Sample[0] = () => ({}),
  ) =>
    source.forward.upstreams
      .filter((total) => total.what === what)
      .map((total): Sample => [{ to: total.upstream, ...more(total) }, total.value]);
  counter(registry, 'seamark_forward_requests_total', 'Questions to an upstream.', ['to'], () =>
    ofUpstreams('requests'),
  );
  counter(
    registry,
    'seamark_forward_responses_total',
    'Replies of an upstream, by RCODE.',
    ['to', 'rcode'],
    () => ofUpstreams('responses', ({ rcode = '' }) => ({ rcode })),
  );
  counter(
    registry,
    'seamark_forward_failures_total',
    'Questions that an upstream did not answer.',
    ['to'],
    () => ofUpstreams('failures'),
  );
  counter(
    registry,
    'coredns_proxy_healthcheck_failures_total',
    'Health checks that an upstream did not answer.',
    ['proxy_name', 'to', 'rcode'],
    () => ofUpstreams('health-failures', () => ({ proxy_name: 'forward', rcode: '' })),
  );
  total(
    registry,
    'coredns_forward_healthcheck_broken_total',
    'Questions that found all upstreams down.',
    () => source.forward.broken,
  );
  total(
    registry,
    'coredns_forward_max_concurrent_rejects_total',
    'Questions that were REFUSED because there were too many at once.',
    () => source.forward.rejected,
  );
}

function addReloads(registry: Registry, source: TelemetrySource): void {
  const failures = 'Times that the Corefile was read again and not gone over to.';
  total(registry, 'coredns_reload_failed_total', failures, () => source.reloads.failures);
  total(registry, 'seamark_reload_failures_total', failures, () => source.reloads.failures);
  total(
    registry,
    'seamark_reload_successes_total',
    'Times that the Corefile was read again and gone over to.',
    () => source.reloads.successes,
  );
  gauge(
    registry,
    'seamark_reload_last_success_timestamp_seconds',
    'When what is served was gone over to: the start, or the last reload that succeeded.',
    [],
    () => timestamp({}, source.reloads.succeededAt),
  );
  gauge(
    registry,
    'seamark_reload_last_successful',
    '1 unless the last attempt to reload failed, then 0.',
    [],
    () => [[{}, source.reloads.failure === undefined ? 1 : 0]],
  );
  gauge(
    registry,
    'coredns_reload_version_info',
    'A constant 1, labeled by the hash of the Corefile that is served and of what it imports.',
    ['hash', 'value'],
    () => {
      const { digest } = source.reloads;
      return digest === '' ? [] : [[{ hash: 'sha512', value: digest }, 1]];
    },
  );
}

/** What CoreDNS's metrics of `acl` call each action. */
const ACCESS_COUNTERS = ['blocked', 'filtered', 'dropped'] as const;

/** Labels of all of CoreDNS's DNS metrics. */
const COMMON = ['server', 'zone', 'view'];

/** CoreDNS's labels for each path. */
const PATHS = [
  [PATH.UDP4, 'udp', '1'],
  [PATH.UDP6, 'udp', '2'],
  [PATH.TCP4, 'tcp', '1'],
  [PATH.TCP6, 'tcp', '2'],
] as const;

function gauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => readonly Sample[],
): void {
  const metric = new Gauge<string>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => {
      // What is no longer reported, such as a zone that has gone, must not keep its last value.
      metric.reset();
      // Without labels, prom-client resets to a 0 that nobody said.
      if (labelNames.length === 0) metric.remove();
      for (const [labels, value] of read()) metric.set(labels, value);
    },
  });
}

/** prom-client's counters can only be added to: so to nothing, at each scrape, the whole. */
function counter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  read: () => readonly Sample[],
): void {
  const metric = new Counter<string>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: () => {
      metric.reset();
      for (const [labels, value] of read()) metric.inc(labels, value);
    },
  });
}

function total(registry: Registry, name: string, help: string, read: () => number): void {
  counter(registry, name, help, [], () => [[{}, read()]]);
}

function timestamp(labels: Sample[0], milliseconds: number | undefined): Sample[] {
  return milliseconds === undefined ? [] : [[labels, milliseconds / 1000]];
}
