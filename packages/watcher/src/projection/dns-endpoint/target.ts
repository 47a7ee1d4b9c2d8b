import { parseAddress, parseRdata, RdataError, TYPE } from '@seamark/protocol';

/**
 * Reads a target of an endpoint: RDATA in presentation form, as external-dns hands it to most providers. Names
 * are absolute with and without the final dot, which external-dns forbids in some places and wants in others.
 *
 * @returns octets, or a phrase that says why there are none
 */
export function readTarget(type: number, target: string): Uint8Array | string {
  // What nearly every target is: an endpoint takes 1.5 us so, and 0.9 us more if it is read as RDATA.
  if (type === TYPE.A || type === TYPE.AAAA) {
    const address = parseAddress(target);
    if (address?.length === (type === TYPE.A ? 4 : 16)) return address;
  }
  if (ENDS_IN_NAME.has(type) && isAddressAsName(target)) {
    return 'an address is no name; an endpoint of type A or AAAA takes it';
  }
  const text = type === TYPE.TXT ? asQuoted(target) : target;
  try {
    return parseRdata(type, text).octets;
  } catch (error) {
    if (!(error instanceof RdataError)) throw error;
    return otherFamily(type, target.trim()) ?? reasonOf(error, target);
  }
}

/** Types whose last field is the name of a host. */
const ENDS_IN_NAME: ReadonlySet<number> = new Set([
  ...[TYPE.CNAME, TYPE.NS, TYPE.PTR, TYPE.MX, TYPE.SRV],
]);

/** Four numbers are a name for DNS, and never the one that was meant (RFC 1123 2.1; RFC 2181 10.3). */
function isAddressAsName(target: string): boolean {
  const last = target.trim().split(/\s+/).at(-1) ?? '';
  return parseAddress(last.endsWith('.') ? last.slice(0, -1) : last) !== undefined;
}

/**
 * A target of TXT is one text, spaces and all, unless it is in quotes: then it is one record's texts, as in a
 * zone file. (The plugin sends the quotes as well.) Escapes count both ways, as they do with the plugin. A
 * text that no one string can hold becomes several of one record.
 */
function asQuoted(target: string): string {
  const trimmed = target.trim();
  if (/^".*"$/su.test(trimmed)) return trimmed;
  return `"${target.replaceAll(/\\.?|"/gsu, (odd) => (odd.length === 1 ? `\\${odd}` : odd))}"`;
}

/** The plugin answers by the target's family; external-dns takes the endpoint's word for it, and so do we. */
function otherFamily(type: number, target: string): string | undefined {
  const length = parseAddress(target)?.length;
  if (type === TYPE.A && length === 16)
    return 'an IPv6 address belongs in an endpoint of type AAAA';
  if (type === TYPE.AAAA && length === 4) return 'an IPv4 address belongs in an endpoint of type A';
  return undefined;
}

/** The place is told where the target is what was read, and its beginning goes without saying. */
function reasonOf({ text, index, reason }: RdataError, target: string): string {
  return text === target && index > 0 ? `${reason}, at character ${index + 1}` : reason;
}
