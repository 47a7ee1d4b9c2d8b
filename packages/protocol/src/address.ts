import { isIP } from 'node:net';

/**
 * Parses the text of an IP address.
 *
 * @returns 4 octets (an A record's RDATA) or 16 (AAAA's), new at each call; undefined for anything
 *   else, an address with a scope among it: `fe80::1%eth0` means nothing to another machine.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  switch (isIP(text)) {
    case 4:
      return parseIPv4(text);
    case 6:
      return text.includes('%') ? undefined : parseIPv6(text);
    default:
      return undefined;
  }
}

/** `text` is known to be well formed: digits and three dots. */
function parseIPv4(text: string): Uint8Array {
  const octets = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) at += 1;
    else octets[at] = 10 * (octets[at] as number) + code - 0x30;
  }
  return octets;
}

/** `text` is known to be well formed (RFC 4291 2.2). */
function parseIPv6(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const octets = new Uint8Array(16);
  octets.set(before, 0);
  octets.set(after, 16 - after.length);
  return octets;
}

function groups(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
