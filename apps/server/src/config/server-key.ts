import type { Problems } from '../corefile/errors.ts';
import { nearest } from '../corefile/nearest.ts';
import type { Token } from '../corefile/token.ts';
import type { KeyDraft } from './draft.ts';
import { readZones, splitLocation } from './zone.ts';

const NOT_YET: ReadonlySet<string> = new Set(['tls', 'https', 'https3', 'grpc', 'quic']);

/** Reads a key of a server block: `[dns://]ZONE[:PORT]`, `:PORT` or an address range. */
export function readKey(token: Token, defaultPort: number, problems: Problems): KeyDraft[] {
  const { scheme = 'dns', host, port } = splitLocation(token.text);
  if (scheme !== 'dns') {
    const sentence = NOT_YET.has(scheme)
      ? `"${scheme}://" is not supported yet: write "dns://" for DNS over UDP and TCP`
      : `unknown scheme "${scheme}://"`;
    const suggestion = NOT_YET.has(scheme) ? undefined : nearest(scheme, ['dns']);
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
