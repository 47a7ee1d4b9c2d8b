import type { Problems } from '../corefile/errors.ts';
import { nearest } from '../corefile/nearest.ts';
import type { Token } from '../corefile/token.ts';
import type { KeyDraft } from './draft.ts';
import type { ListenerTransport } from './server-config.ts';
import { readZones, splitLocation } from './zone.ts';

const TRANSPORTS: readonly ListenerTransport[] = ['dns', 'tls', 'https'];
/** Where no port is written; that of DNS may be another. */
const PORTS = { tls: 853, https: 443 } as const;

/** What CoreDNS has beside these, and what to write in its place. */
const LACKING: ReadonlyMap<string, string> = new Map([
  ['quic', 'Node has no QUIC yet that could be relied on: write "tls://" for DNS over TLS'],
  ['https3', 'Node has no HTTP/3 yet: write "https://", which its clients speak as well'],
  ['grpc', 'it is a protocol of CoreDNS alone: write "tls://" or "https://"'],
]);

/** Reads a key of a server block: `[SCHEME://]ZONE[:PORT]`, `:PORT` or an address range. */
export function readKey(token: Token, defaultPort: number, problems: Problems): KeyDraft[] {
  const { scheme = 'dns', host, port } = splitLocation(token.text);
  const transport = TRANSPORTS.find((known) => known === scheme);
  if (transport === undefined) {
    reportScheme(token, scheme, problems);
    return [];
  }
  const fallback = transport === 'dns' ? defaultPort : PORTS[transport];
  const number = port === undefined ? fallback : Number(port);
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
  return zones.value.map((zone) => ({ zone, transport, port: number, token }));
}

function reportScheme(token: Token, scheme: string, problems: Problems): void {
  const allowed = TRANSPORTS.map((known) => `${known}://`);
  const instead = LACKING.get(scheme);
  if (instead !== undefined) {
    problems.report(token, `"${scheme}://" is not supported: ${instead}`, { allowed });
    return;
  }
  const suggestion = nearest(scheme, TRANSPORTS);
  problems.report(token, `unknown scheme "${scheme}://"`, { allowed, suggestion });
}
