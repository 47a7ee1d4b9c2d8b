import { formatHttpAddress } from '../config/http-address.ts';
import type { ListenerConfig, ServerConfig } from '../config/server-config.ts';
import { zonesBehind } from '../config/zones-behind.ts';
import { nearest } from '../corefile/nearest.ts';

/** The listener that was meant: the one so called, else the first that has a zone around the name, else the first. */
export function chooseListener(
  config: ServerConfig,
  name: string,
  wanted: string | undefined,
  refuse: (message: string) => never,
): ListenerConfig {
  const { listeners } = config;
  const [first] = listeners;
  if (first === undefined) return refuse(`${config.file} has no server block`);
  if (wanted === undefined) {
    const isAround = ({ view }: ListenerConfig): boolean =>
      zonesBehind(config, view).some((zone) => isWithin(name, zone));
    return listeners.find(isAround) ?? first;
  }
  const known = listeners.map(formatHttpAddress);
  const found = listeners[known.indexOf(wanted)];
  if (found !== undefined) return found;
  const meant = nearest(wanted, known);
  return refuse(
    `no listener is ${wanted}; ${meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

/** Listeners where the name may be answered otherwise: another view, with a zone around it. */
export function otherListeners(
  config: ServerConfig,
  name: string,
  chosen: ListenerConfig,
): readonly string[] {
  const others = config.listeners.filter(
    ({ view }) =>
      view !== chosen.view && zonesBehind(config, view).some((zone) => isWithin(name, zone)),
  );
  return others.map(formatHttpAddress);
}

/** Both in presentation format with a final dot, folded. A dot within a label is written `\.`. */
function isWithin(name: string, zone: string): boolean {
  if (zone === '.' || name === zone) return true;
  return name.endsWith(`.${zone}`) && !name.endsWith(`\\.${zone}`);
}
