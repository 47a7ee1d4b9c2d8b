import { spawnSync } from 'node:child_process';
import { ACCESS } from '@seamark/matcher';
import { RCODE, TYPE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import { Counters, PATH, sumCounters } from '../telemetry/counters.ts';
import { metricsEndpoint } from './endpoints.ts';
import { createMetrics } from './metrics.ts';
import type { TelemetrySource } from './telemetry-source.ts';

const counters = new Counters();
counters.countReply(PATH.UDP6, TYPE.AAAA, RCODE.NXDOMAIN, 100, true, true);
for (let i = 0; i < 5; i++) counters.countDetour();
counters.countLostDetour();
for (const access of [ACCESS.BLOCK, ACCESS.DROP, ACCESS.DROP]) counters.countRuled(access);

const source: TelemetrySource = {
  version: '0.1.0',
  revision: 'abc1234',
  server: 'dns://:53',
  notReady: [],
  get queries() {
    return sumCounters([counters.memory]);
  },
  udp: { batches: 7, sendErrors: 1 },
  tcp: {
    accepted: 5,
    open: 2,
    refused: 1,
    queries: 9,
    replies: 9,
    idleClosed: 3,
    slowClosed: 4,
    evicted: 7,
    overMemory: 8,
    badProxy: 9,
    queriesClosed: 10,
    reset: 6,
    acceptErrors: 0,
  },
  forward: {
    upstreams: [
      { what: 'requests', upstream: '192.0.2.53:53', rcode: undefined, value: 8 },
      { what: 'responses', upstream: '192.0.2.53:53', rcode: 'NXDOMAIN', value: 6 },
      { what: 'failures', upstream: '192.0.2.53:53', rcode: undefined, value: 2 },
      { what: 'health-failures', upstream: '192.0.2.53:53', rcode: undefined, value: 3 },
    ],
    broken: 1,
    rejected: 4,
  },
  security: {
    ...{ handshakesFull: 12, handshakesResumed: 30, handshakesFailed: 2, handshakesSlow: 1 },
    ...{ renewals: 3, failures: 1, responses: { 200: 8, 415: 1 } },
    certificates: [{ file: '/etc/tls/tls.crt', notAfter: 1_800_000_000_000 }],
  },
  queryLogDropped: 11,
  workerRestarts: 1,
  generation: 42,
  publishedAt: 1_700_000_000_500,
  zones: [
    { zone: 'example.com.', listeners: '[::]:53', serial: 2_026_112_301, names: 1000 },
    { zone: 'example.com.', listeners: '192.0.2.1:53 [::1]:54', serial: 7, names: 8 },
  ],
  sources: [
    {
      ...{ source: 'in-cluster', kind: 'Ingress', state: 'synced', syncedAt: 1_700_000_000_000 },
      missingRules: [],
    },
    {
      ...{ source: 'in-cluster', kind: 'Service', state: 'retrying', syncedAt: undefined },
      missingRules: [
        {
          group: '',
          resource: 'services',
          verbs: ['list', 'watch'],
          namespace: 'web',
          name: 'ns1',
        },
      ],
    },
  ],
  reloads: {
    ...{ successes: 3, failures: 2, succeededAt: 1_700_000_000_250, digest: 'ab12' },
    needsRestart: [],
    failure: { at: 1_700_000_001_000, reasons: ['Corefile:1:1: no'] },
  },
};

async function lines(of: TelemetrySource): Promise<string[]> {
  return (await createMetrics(of).metrics()).split('\n');
}

describe('metrics', () => {
  test.each([
    'coredns_build_info{version="0.1.0",revision="abc1234",goversion=""} 1',
    'coredns_dns_requests_total{server="dns://:53",zone="",view="",proto="udp",family="2",type="AAAA"} 1',
    'coredns_dns_requests_total{server="dns://:53",zone="",view="",proto="tcp",family="1",type="other"} 0',
    'coredns_dns_responses_total{server="dns://:53",zone="",view="",rcode="NXDOMAIN",plugin=""} 1',
    'coredns_dns_do_requests_total{server="dns://:53",zone="",view=""} 1',
    'coredns_acl_blocked_requests_total{server="dns://:53",zone="",view=""} 1',
    'coredns_acl_filtered_requests_total{server="dns://:53",zone="",view=""} 0',
    'coredns_acl_dropped_requests_total{server="dns://:53",zone="",view=""} 2',
    'seamark_responses_truncated_total 1',
    'seamark_response_octets_total 100',
    'seamark_detours_total 5',
    'seamark_detours_lost_total 1',
    'seamark_forward_requests_total{to="192.0.2.53:53"} 8',
    'seamark_forward_responses_total{to="192.0.2.53:53",rcode="NXDOMAIN"} 6',
    'seamark_forward_failures_total{to="192.0.2.53:53"} 2',
    'seamark_tls_handshakes_total{result="resumed"} 30',
    'seamark_tls_certificate_not_after_timestamp_seconds{file="/etc/tls/tls.crt"} 1800000000',
    'seamark_tls_certificate_renewals_total 3',
    'seamark_tls_certificate_failures_total 1',
    'coredns_dns_https_responses_total{server="dns://:53",status="415"} 1',
    'coredns_proxy_healthcheck_failures_total{to="192.0.2.53:53",proxy_name="forward",rcode=""} 3',
    'coredns_forward_healthcheck_broken_total 1',
    'coredns_forward_max_concurrent_rejects_total 4',
    'seamark_query_log_dropped_total 11',
    'coredns_reload_failed_total 2',
    'coredns_reload_version_info{hash="sha512",value="ab12"} 1',
    'seamark_reload_failures_total 2',
    'seamark_reload_successes_total 3',
    'seamark_reload_last_success_timestamp_seconds 1700000000.25',
    'seamark_reload_last_successful 0',
    'seamark_snapshot_generation 42',
    'seamark_snapshot_published_timestamp_seconds 1700000000.5',
    'seamark_zone_serial{zone="example.com.",listeners="[::]:53"} 2026112301',
    'seamark_zone_names{zone="example.com.",listeners="[::]:53"} 1000',
    'seamark_zone_names{zone="example.com.",listeners="192.0.2.1:53 [::1]:54"} 8',
    'seamark_source_state{source="in-cluster",kind="Ingress",state="synced"} 1',
    'seamark_source_state{source="in-cluster",kind="Ingress",state="retrying"} 0',
    'seamark_source_state{source="in-cluster",kind="Ingress",state="absent"} 0',
    'seamark_source_synced_timestamp_seconds{source="in-cluster",kind="Ingress"} 1700000000',
    'seamark_source_rbac_rule_missing{source="in-cluster",kind="Service",verb="watch",group="",resource="services",namespace="web",name="ns1"} 1',
    'seamark_worker_restarts_total 1',
    'seamark_udp_batches_total 7',
    'seamark_udp_send_errors_total 1',
    'seamark_tcp_connections 2',
    'seamark_tcp_closed_total{reason="slow"} 4',
    'seamark_tcp_closed_total{reason="evicted"} 7',
    'seamark_tcp_closed_total{reason="memory"} 8',
    'seamark_tcp_closed_total{reason="proxy"} 9',
    'seamark_tcp_closed_total{reason="queries"} 10',
  ])('%s', async (line) => {
    expect(await lines(source)).toContain(line);
  });

  test('what is not known is absent, not zero', async () => {
    const text = (await lines({ ...source, publishedAt: undefined })).filter(
      (line) => line[0] !== '#',
    );
    expect(text.join('\n')).not.toContain('seamark_snapshot_published_timestamp_seconds');
    expect(text.join('\n')).not.toContain(
      'synced_timestamp_seconds{source="in-cluster",kind="Service"}',
    );
  });

  test('each scrape reads anew, and what has gone is no longer told', async () => {
    let zones = source.zones;
    const registry = createMetrics({
      ...source,
      get queries() {
        return sumCounters([counters.memory]);
      },
      get zones() {
        return zones;
      },
    });
    await registry.metrics();
    zones = [{ zone: 'example.net.', listeners: '[::]:53', serial: 1, names: 0 }];
    counters.countReply(PATH.TCP4, TYPE.A, RCODE.NOERROR, 50, false, false);
    const text = await registry.metrics();
    expect(text).toContain('seamark_response_octets_total 150');
    expect(text).toContain('seamark_zone_serial{zone="example.net.",listeners="[::]:53"} 1');
    expect(text).not.toContain('example.com.');
  });

  test('two registries do not meet', () => {
    expect(() => [createMetrics(source), createMetrics(source)]).not.toThrow();
  });

  test('the endpoint says what format it speaks', async () => {
    const endpoint = await metricsEndpoint({ address: '', port: 9153 }, source);
    const reply = await endpoint.reply();
    expect(reply).toMatchObject({
      status: 200,
      contentType: expect.stringContaining('version=0.0.4'),
    });
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  test.skipIf(!promtool)('promtool has nothing to say against our own', async () => {
    const own = (await lines(source)).filter((line) => /\b(coredns|seamark)_/.test(line));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: `${own.join('\n')}\n`,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });
});
