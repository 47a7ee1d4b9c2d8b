import type { Problems } from '../corefile/errors.ts';
import { nearest } from '../corefile/nearest.ts';
import type { Token } from '../corefile/token.ts';
import type { KeyDraft } from './draft.ts';
import { readZones, splitLocation } from './zone.ts';

/** CoreDNS's other schemes, and whether they are to come. */
const LACKING: ReadonlyMap<string, string> = new Map([
  ...(['tls', 'https'] as const).map((scheme) => [scheme, ' yet'] as const),
  ...(['https3', 'grpc', 'quic'] as const).map((scheme) => [scheme, ''] as const),
]);

/** Reads a key of a server block: `[dns://]ZONE[:PORT]`, `:PORT` or an address range. */
export function readKey(token: Token, defaultPort: number, problems: Problems): KeyDraft[] {
  const { scheme = 'dns', host, port } = splitLocation(token.text);
  if (scheme !== 'dns') {
    const yet = LACKING.get(scheme);
    const sentence =
      yet === undefined
        ? `unknown scheme "${scheme}://"`
        : `"${scheme}://" is not supported${yet}: write "dns://" for DNS over UDP and TCP`;
    const suggestion = yet === undefined ? nearest(scheme, ['dns']) : undefined;
    problems.report(token, sentence, { allowed: ['dns://'], suggestion });
    return [];
  }
  const number = port === undefined ? defaultPort : Number(port);
  if (port === '' || number > 65535) {
    problems.report(token, `"${port}" in "${token.text}" is no port`, { allowed: ['0-65535'] });
    return [];
  }
  const isRoot = host === '' && (port !== undefined || token.text !== '');
  const zones = readZones(isRoot ? '.' : host);
  if ('reason' in zones) {
    problems.report(token, `"${token.text}" is no zone: ${zones.reason}`, {
      allowed: ['ZONE', 'ZONE:PORT', ':PORT', 'ADDRESS/LENGTH'],
    });
    return [];
  }
  return zones.value.map((zone) => ({ zone, port: number, token }));
}
