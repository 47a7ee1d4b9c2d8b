import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { UpstreamConfig } from '../../config/server-config.ts';
import type { Target } from './exchange.ts';
import { UpstreamError } from './upstream-error.ts';

const DNS_PORT = 53;

/**
 * Whom a `forward` asks. Files are read now, as resolv.conf(5) has them.
 *
 * @throws UpstreamError for a file that can't be read or has no name server
 */
export function targetsOf(to: readonly UpstreamConfig[], source: string | undefined): Target[] {
  const more = source === undefined ? {} : { source };
  return to.flatMap((upstream) =>
    'file' in upstream
      ? readNameServers(upstream.file).map((address) => ({ address, port: DNS_PORT, ...more }))
      : [{ ...upstream, ...more }],
  );
}

function readNameServers(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UpstreamError(`cannot forward by ${file}: ${reason}`, { cause });
  }
  const found = text
    .split('\n')
    .map((line) => /^nameserver[ \t]+(\S+)/.exec(line)?.[1] ?? '')
    .filter((address) => isIP(address) !== 0);
  if (found.length > 0) return [...new Set(found)];
  throw new UpstreamError(
    `cannot forward by ${file}: it names no server; a line "nameserver ADDRESS" does`,
  );
}
