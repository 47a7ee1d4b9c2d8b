// The annotations of external-dns, right and wrong.

import type { Draw } from './draw.ts';

/** Valid and invalid ones, several at once, both annotations, and prefixes that the plugin has not heard of. */
export const drawHostnames = (draw: Draw): Record<string, string> => {
  if (draw.oneIn(2)) return {};
  const drawn = Array.from({ length: draw.oneIn(3) ? 3 : 1 }, () => {
    const host = draw.host();
    return draw.pick([host, host, host, host.toUpperCase(), `_x.${host}`, `${host}.`, `-${host}`]);
  });
  const value = draw.oneIn(8) ? '' : drawn.join(draw.pick([',', ', ']));
  const other = { 'external-dns.alpha.kubernetes.io/hostname': draw.host() };
  switch (draw.below(4)) {
    case 0:
      return { 'coredns.io/hostname': value };
    case 1:
      return { 'coredns.io/hostname': value, ...other };
    case 2:
      return { 'external-dns.kubernetes.io/hostname': value };
    default:
      return { 'external-dns.alpha.kubernetes.io/hostname': value };
  }
};

/** Where an object leads and for how long, as it says itself; and what says nothing of that. */
export const drawWhereTo = (draw: Draw): Record<string, string> => {
  const target = draw.pick([
    draw.ipv4(),
    `${draw.ipv4()}, ${draw.ipv6()}`,
    draw.ipv6(),
    '',
    'no..target',
  ]);
  const ttl = draw.pick(['90', '7', '5m', '1h30m', '20s', '0', 'soon']);
  return {
    ...(draw.oneIn(3) ? {} : { 'coredns.io/target': target }),
    ...(draw.oneIn(3) ? {} : { 'coredns.io/ttl': ttl }),
  };
};
