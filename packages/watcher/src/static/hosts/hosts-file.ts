import { isIP } from 'node:net';

/** A line of a hosts file. */
export interface HostsLine {
  /** An IPv4 or IPv6 literal; an IPv4 address in ::ffff:0:0/96 is written as such. */
  readonly address: string;
  /** As written, the canonical one first; at least one. */
  readonly names: readonly string[];
  /** Counted from 1. */
  readonly line: number;
}

/** What is wrong with a line, a clause for people. */
export interface HostsFault {
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  readonly reason: string;
}

export interface HostsFile {
  readonly lines: readonly HostsLine[];
  readonly faults: readonly HostsFault[];
}

/**
 * Reads a hosts file, `ADDRESS NAME…` with comments behind `#` (hosts(5)). Lines that say nothing of use are left out,
 * as by CoreDNS, but told: addresses with a zone (`fe80::1%lo0`), which no answer can carry, are passed over in silence.
 */
export function readHosts(text: string): HostsFile {
  const lines: HostsLine[] = [];
  const faults: HostsFault[] = [];
  for (const [index, whole] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = index + 1;
    const words = [...whole.replace(/#.*/s, '').matchAll(/[^ \t\r\f\v]+/g)];
    const [first, ...names] = words;
    if (first === undefined) continue;
    const column = first.index + 1;
    const address = plainAddress(first[0]);
    if (address === undefined) {
      if (isIP(first[0]) === 0)
        faults.push({ line, column, reason: `"${first[0]}" is no address` });
    } else if (names.length === 0)
      faults.push({ line, column, reason: 'an address without a name' });
    else lines.push({ address, names: names.map(([name]) => name), line });
  }
  return { lines, faults };
}

function plainAddress(text: string): string | undefined {
  if (text.includes('%')) return undefined;
  const mapped = /^::ffff:([\d.]+)$/i.exec(text)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  return isIP(text) === 0 ? undefined : text;
}
