import type { HostsOptions } from '@seamark/watcher';
import type { HostsConfig } from '../config/server-config.ts';

/** A `hosts` directive as those take it who read hosts files: the watcher's source, and `HostsTable`. */
export function hostsOptions(config: HostsConfig): HostsOptions {
  const { file, inline, zones, ttl, reverse, reloadMs } = config;
  return {
    ...{ file, zones, ttl, reverse, reloadMs },
    inline: inline.map(({ text, position }) => ({
      text,
      place: `${position.file} line ${position.line}`,
    })),
  };
}
