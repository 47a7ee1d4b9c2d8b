import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { Problems } from '../../../corefile/errors.ts';
import type { Token } from '../../../corefile/token.ts';
import type { UpstreamConfig } from '../../server-config.ts';
import { addOnce, canonicalAddress } from '../../values.ts';
import type { Reading } from '../../zone.ts';

/** As many as CoreDNS takes: who needs more wants a resolver in between. */
const MOST_UPSTREAMS = 15;
const DNS_PORT = 53;

/** Whom a `forward` asks. Files are not opened. */
export function readUpstreams(tokens: readonly Token[], problems: Problems): UpstreamConfig[] {
  const seen = new Map<string, Token>();
  const upstreams: UpstreamConfig[] = [];
  for (const token of tokens) {
    const upstream = readUpstream(token);
    if ('reason' in upstream) {
      problems.report(token, `"${token.text}" is no upstream: ${upstream.reason}`);
      continue;
    }
    addOnce(seen, JSON.stringify(upstream.value), token, problems);
    upstreams.push(upstream.value);
  }
  const extra = tokens[MOST_UPSTREAMS];
  if (extra !== undefined) {
    problems.report(extra, `"forward" takes ${MOST_UPSTREAMS} upstreams at the most`);
  }
  return upstreams;
}

/** `[dns://]ADDRESS`, `[dns://]ADDRESS:PORT`, `[dns://][IPv6]:PORT` or a path. */
function readUpstream({ text, position }: Token): Reading<UpstreamConfig> {
  const scheme = /^([a-z0-9]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'dns') {
    return {
      reason:
        `${scheme.toUpperCase()} is not spoken here: write the address of a server that answers over UDP and ` +
        'TCP, such as a resolver beside this one that asks others over TLS',
    };
  }
  const rest = scheme === undefined ? text : text.slice(scheme.length + 3);
  if (rest.includes('/')) {
    return { value: { file: resolve(position.file, '..', rest) } };
  }
  const [, six, four, digits = `${DNS_PORT}`] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(rest) ?? [];
  const address = six ?? four ?? rest;
  const port = Number(digits);
  if (isIP(address) === 0 || (six !== undefined && isIP(six) !== 6)) {
    return {
      reason:
        'it must be an IP address, with or without a port, or the path of a file such as /etc/resolv.conf; ' +
        'host names are not looked up, as whom to ask would depend on who answers',
    };
  }
  if (port < 1 || port > 65535) return { reason: 'a port is from 1 to 65535' };
  return { value: { address: canonicalAddress(address), port } };
}
