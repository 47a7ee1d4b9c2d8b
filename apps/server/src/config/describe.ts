import { formatPosition } from '../corefile/token.ts';
import { describeChanges } from './describe-changes.ts';
import { describeForward, describeTemplate } from './describe-detours.ts';
import { describeHosts, describeZoneFile } from './describe-files.ts';
import { describeGateway } from './describe-gateway.ts';
import { describeSettings } from './describe-settings.ts';
import { formatHttpAddress } from './http-address.ts';
import type { ReloadConfig, ServerConfig } from './server-config.ts';
import { statusAddress } from './status-address.ts';
import { zonesBehind } from './zones-behind.ts';

/**
 * What `seamark check` prints of a valid configuration: what it means, what an operator should know of it, and what
 * changes from CoreDNS; each line with its end.
 */
export function describeConfig(config: ServerConfig): string {
  const lines = config.listeners.flatMap((listener) => {
    const zones = zonesBehind(config, listener.view);
    return [
      `listen      ${formatHttpAddress(listener)} (UDP, TCP) for ${zones.join(' ') || 'no zone'}`,
      ...describeSettings(listener).map((line) => `            ${line}`),
    ];
  });
  for (const [first, ...others] of config.gateways.map(describeGateway)) {
    lines.push(`gateway     ${first}`, ...others.map((line) => `            ${line}`));
  }
  for (const file of config.fileZones) lines.push(`file        ${describeZoneFile(file)}`);
  for (const [first, ...others] of config.hosts.map(describeHosts)) {
    lines.push(`hosts       ${first}`, ...others.map((line) => `            ${line}`));
  }
  lines.push(...config.forwards.map((forward) => `forward     ${describeForward(forward)}`));
  lines.push(...config.templates.map((template) => `template    ${describeTemplate(template)}`));
  const { health, ready, prometheus, workers, reload } = config;
  lines.push(
    `workers     ${workers.count ?? 'one per core'} for UDP${workers.pin ? ', pinned to cores' : ''}`,
  );
  if (health) lines.push(`health      http://${formatHttpAddress(health)}/health`);
  if (ready) lines.push(`ready       http://${formatHttpAddress(ready)}/ready`);
  if (prometheus) lines.push(`prometheus  http://${formatHttpAddress(prometheus)}/metrics`);
  const status = statusAddress(config);
  if (status) lines.push(`status      http://${formatHttpAddress(status)}/status`);
  if (reload) lines.push(`reload      ${describeReload(reload)}`);
  if (config.debug) lines.push('debug       log lines of level debug are written');
  for (const notice of config.notices) {
    lines.push(`notice      ${formatPosition(notice.position)}: ${notice.text}`);
  }
  lines.push(...describeChanges(config).map((line) => `changed     ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

function describeReload({ intervalMs, jitterMs }: ReloadConfig): string {
  const jitter = jitterMs === 0 ? '' : `, up to ${jitterMs / 1000} s sooner or later`;
  return `looks for changes every ${intervalMs / 1000} s${jitter}`;
}
