import { formatPosition } from '../corefile/token.ts';
import { describeChanges } from './describe-changes.ts';
import { describeForward, describeLoops, describeTemplate } from './describe-detours.ts';
import { describeHosts, describeZoneFile } from './describe-files.ts';
import { describeGateway } from './describe-gateway.ts';
import { describeSettings } from './describe-settings.ts';
import { describeStreams } from './describe-streams.ts';
import { lameduckOf } from './endpoint-addresses.ts';
import { formatHttpAddress } from './http-address.ts';
import type {
  CookieSecretsConfig,
  HealthConfig,
  HttpAddress,
  ListenerTransport,
  ReloadConfig,
  ServerConfig,
} from './server-config.ts';
import { statusAddresses } from './status-addresses.ts';
import { zonesBehind } from './zones-behind.ts';

/**
 * What `seamark check` prints of a valid configuration: what it means, what an operator should know of it, and what
 * changes from CoreDNS; each line with its end.
 */
export function describeConfig(config: ServerConfig): string {
  const lines = config.listeners.flatMap((listener) => {
    const zones = zonesBehind(config, listener.view);
    return [
      `listen      ${formatHttpAddress(listener)} (${TRANSPORTS[listener.transport ?? 'dns']}) for ${zones.join(' ') || 'no zone'}`,
      ...[...describeSettings(listener), ...describeLoops(listener)].map(indented),
    ];
  });
  const add = (what: string, parts: readonly (readonly string[])[]): void => {
    for (const [first = '', ...others] of parts) {
      lines.push(`${what.padEnd(12)}${first}`, ...others.map(indented));
    }
  };
  const files = config.fileZones.map((file) => [describeZoneFile(file)]);
  add('gateway', config.gateways.map(describeGateway));
  add('file', files);
  add('hosts', config.hosts.map(describeHosts));
  add('forward', config.forwards.map(describeForward));
  add('template', config.templates.map(describeTemplate));
  const { health, ready, prometheus, workers, reload, cookieSecrets } = config;
  lines.push(
    `workers     ${workers.count ?? 'one per core'} for UDP${workers.pin ? ', pinned to cores' : ''}`,
  );
  const streams = describeStreams(config);
  if (streams !== undefined) lines.push(`tcp         ${streams}`);
  const urls = (what: string, places: readonly HttpAddress[], path: string): string[] =>
    places.map((place) => `${what.padEnd(12)}http://${formatHttpAddress(place)}/${path}`);
  lines.push(
    ...urls('health', health, 'health'),
    ...describeLameduck(health),
    ...urls('ready', ready, 'ready'),
    ...urls('prometheus', prometheus, 'metrics'),
    ...urls('status', statusAddresses(config), 'status'),
  );
  if (reload) lines.push(`reload      ${describeReload(reload)}`);
  if (cookieSecrets) lines.push(`cookies     ${describeSecrets(cookieSecrets)}`);
  if (config.debug) lines.push('debug       log lines of level debug are written');
  for (const notice of config.notices) {
    lines.push(`notice      ${formatPosition(notice.position)}: ${notice.text}`);
  }
  lines.push(...describeChanges(config).map((line) => `changed     ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

const TRANSPORTS: Readonly<Record<ListenerTransport, string>> = {
  dns: 'UDP, TCP',
  tls: 'TLS',
  https: 'HTTPS',
};

function indented(line: string): string {
  return `            ${line}`;
}

function describeLameduck(health: readonly HealthConfig[]): string[] {
  const ms = lameduckOf(health);
  return ms === 0
    ? []
    : [indented(`questions are answered for ${ms / 1000} s after a signal to stop`)];
}

function describeSecrets(config: CookieSecretsConfig): string {
  if ('file' in config) return `made with the first secret of ${config.file}, known by all of it`;
  const { length } = config.secrets;
  return length === 1
    ? 'made with a secret of the Corefile'
    : `made with the first of ${length} secrets of the Corefile`;
}

function describeReload({ intervalMs, jitterMs }: ReloadConfig): string {
  const jitter = jitterMs === 0 ? '' : `, up to ${jitterMs / 1000} s sooner or later`;
  return `looks for changes every ${intervalMs / 1000} s${jitter}`;
}
