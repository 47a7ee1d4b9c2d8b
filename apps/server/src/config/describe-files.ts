import { formatPosition } from '../corefile/token.ts';
import { FILE_RELOAD_MS } from './directives/file.ts';
import { HOSTS_RELOAD_MS } from './directives/hosts.ts';
import type { HostsConfig, ZoneFileConfig } from './server-config.ts';

/** `example.org. from /etc/seamark/db.example.org` */
export function describeZoneFile({ zone, file, reloadMs, fallthrough }: ZoneFileConfig): string {
  return [`${zone} from ${file}`, ...looks(reloadMs, FILE_RELOAD_MS), ...letsGo(fallthrough)].join(
    ', ',
  );
}

/** A line on what a hosts file gives, and one on what is not as by default. */
export function describeHosts(hosts: HostsConfig): string[] {
  const { file, inline, zones, ttl, reverse, reloadMs, fallthrough } = hosts;
  const [first] = inline;
  const lines =
    first === undefined ? '' : ` and ${inline.length} lines at ${formatPosition(first.position)}`;
  return [
    `${zones.join(' ')} from ${file}${lines}, before anything else; TTL ${ttl}`,
    ...(reverse ? [] : ['no reverse names']),
    ...looks(reloadMs, HOSTS_RELOAD_MS),
    ...letsGo(fallthrough),
  ];
}

/** How often it is looked at where the system tells of no change. */
function looks(reloadMs: number, usual: number): string[] {
  if (reloadMs === usual) return [];
  return [reloadMs === 0 ? 'read once' : `looked at every ${reloadMs / 1000} s`];
}

function letsGo(fallthrough: readonly string[] | undefined): string[] {
  if (fallthrough === undefined) return [];
  const where = fallthrough.includes('.') ? '' : ` in ${fallthrough.join(' ')}`;
  return [`names without a record fall through${where}`];
}
