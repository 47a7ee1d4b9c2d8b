import { listOf, type Shape, shapeOf, textOf } from '../../sources/shape.ts';

/**
 * The hosts of `spec.tls[]`, in lower case. An entry without hosts stands for whatever the certificate of its
 * controller does, which is not known here.
 */
export function tlsHostsOf(object: Shape): ReadonlySet<string> {
  const entries = listOf(shapeOf(object['spec'])['tls']);
  if (entries.length === 0) return NONE;
  const hosts = entries.flatMap((entry) => listOf(shapeOf(entry)['hosts']).map(textOf));
  return new Set(hosts.filter((host) => host !== '').map(folded));
}

const NONE: ReadonlySet<string> = new Set();

/** Whether one of the hosts is the name, or a wildcard of a certificate that covers it: by one label (RFC 9525 6.3). */
export function servesByTls(hosts: ReadonlySet<string>, name: string): boolean {
  const host = folded(name);
  if (hosts.has(host)) return true;
  const dot = host.indexOf('.');
  return dot > 0 && !host.startsWith('*') && hosts.has(`*${host.slice(dot)}`);
}

function folded(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}
