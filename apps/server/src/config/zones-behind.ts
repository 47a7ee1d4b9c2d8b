import type { ServerConfig } from './server-config.ts';

/** Apexes of all zones of a view: those of its gateways, then those that files have alone. */
export function zonesBehind(config: ServerConfig, view: number): readonly string[] {
  const { gateways = [], fileZones = [] } = config.views[view] ?? {};
  return [
    ...gateways.flatMap((index) => config.gateways[index]?.zones ?? []),
    ...fileZones.flatMap((index) => config.fileZones[index]?.zone ?? []),
  ];
}
