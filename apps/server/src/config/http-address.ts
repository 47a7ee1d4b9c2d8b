import { isIP } from 'node:net';
import type { HttpAddress } from './server-config.ts';
import type { Reading } from './zone.ts';

/** `HOST:PORT`, `:PORT` or `[IPv6]:PORT`. */
export function readHttpAddress(text: string): Reading<HttpAddress> {
  const match = /^(?:\[(?<six>[^\]]*)\]|(?<host>[^:]*)):(?<port>\d{1,5})$/.exec(text);
  const { six, host = '', port = '' } = match?.groups ?? {};
  if (match === null) return { reason: 'it must be HOST:PORT, :PORT or [IPv6]:PORT' };
  if (Number(port) > 65535) return { reason: 'a port is at most 65535' };
  if (six !== undefined && isIP(six) !== 6) return { reason: `"${six}" is no IPv6 address` };
  if (isIP(host) === 0 && !/^[a-z0-9.-]*$/i.test(host)) return { reason: `"${host}" is no host` };
  return { value: { address: six ?? (host === '' ? '::' : host), port: Number(port) } };
}

export function formatHttpAddress({ address, port }: HttpAddress): string {
  return `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
}
