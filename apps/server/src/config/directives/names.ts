import type { Problems } from '../../corefile/errors.ts';
import type { Token } from '../../corefile/token.ts';
import { readZones, splitLocation } from '../zone.ts';

/**
 * Zones, each folded and absolute, an address range as the reverse zones that cover it, none twice; what is none is
 * reported. A scheme and a port say nothing, as in CoreDNS.
 */
export function readNames(tokens: readonly Token[], problems: Problems): string[] {
  const names = tokens.flatMap((token) => {
    const read = readZones(splitLocation(token.text).host);
    if ('value' in read) return read.value;
    problems.report(token, `"${token.text}" is no zone: ${read.reason}`);
    return [];
  });
  return [...new Set(names)];
}
