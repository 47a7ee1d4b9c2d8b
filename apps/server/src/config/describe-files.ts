import { formatPosition } from '../corefile/token.ts';
import type { HostsConfig, ZoneFileConfig } from './server-config.ts';

/** `example.org. from /etc/seamark/db.example.org` */
export function describeZoneFile({ zone, file, reloadMs }: ZoneFileConfig): string {
  return `${zone} from ${file}${reloadMs === 0 ? ', read once' : ''}`;
}

/** A line on what a hosts file gives, and one on what is not as by default. */
export function describeHosts(hosts: HostsConfig): string[] {
  const { file, inline, zones, ttl, reverse } = hosts;
  const [first] = inline;
  const lines =
    first === undefined ? '' : ` and ${inline.length} lines at ${formatPosition(first.position)}`;
  return [
    `${zones.join(' ')} from ${file}${lines}, before anything else; TTL ${ttl}`,
    ...(reverse ? [] : ['no reverse names']),
  ];
}
