import type { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import type { ResolverAddress } from './contract.ts';

export type AddressType = 'A' | 'AAAA';

/** What came of a question for the addresses of a name. */
export type Outcome =
  | {
      readonly kind: 'addresses';
      /** IP literals; at least one. */
      readonly addresses: readonly string[];
      /** Seconds: the lowest of all records, of the CNAMEs on the way too. */
      readonly ttl: number;
    }
  /** NXDOMAIN or NODATA: somebody says that there is none. */
  | { readonly kind: 'denied' }
  /** Nobody could tell: why. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Asks for addresses. */
export interface Asker {
  ask(name: string, type: AddressType): Promise<Outcome>;
  /** Gives up what is under way. */
  close(): void;
}

/** Two datagrams to a resolver before the next is asked. */
const PATIENCE = { timeout: 2000, tries: 2 };

/**
 * Asks recursive resolvers through Node's own (c-ares): they follow CNAMEs, it turns to TCP where an answer is
 * truncated. It is given one resolver at a time, as of several it takes SERVFAIL and REFUSED of the first for the
 * answer of all. Neither /etc/hosts nor a search list has a say.
 */
export class ResolverAsker implements Asker {
  private readonly resolvers: readonly { readonly name: string; readonly resolver: Resolver }[];
  /** The last one that could tell: it is asked first. */
  private preferred = 0;
  private closed = false;

  /** @param addresses none: those of /etc/resolv.conf, as they are now. */
  constructor(addresses: readonly ResolverAddress[]) {
    // Where no host name is to be resolved, neither is this loaded.
    const dns = process.getBuiltinModule('node:dns/promises');
    const names = addresses.length > 0 ? addresses.map(serverText) : dns.getServers();
    this.resolvers = names.map((name) => {
      const resolver = new dns.Resolver(PATIENCE);
      resolver.setServers([name]);
      return { name, resolver };
    });
  }

  async ask(name: string, type: AddressType): Promise<Outcome> {
    const first = this.preferred;
    const reasons: string[] = [];
    for (let i = 0; i < this.resolvers.length && !this.closed; i++) {
      const index = (first + i) % this.resolvers.length;
      const outcome = await this.askOne(index, name, type);
      if (outcome.kind !== 'failed') {
        this.preferred = index;
        return outcome;
      }
      reasons.push(outcome.reason);
    }
    return { kind: 'failed', reason: reasons.join(', ') || 'there is no resolver' };
  }

  close(): void {
    this.closed = true;
    for (const { resolver } of this.resolvers) resolver.cancel();
  }

  private async askOne(index: number, name: string, type: AddressType): Promise<Outcome> {
    const one = this.resolvers[index];
    if (one === undefined) throw new RangeError(`no resolver ${index}`);
    try {
      const records = await (type === 'A'
        ? one.resolver.resolve4(name, { ttl: true })
        : one.resolver.resolve6(name, { ttl: true }));
      // A CNAME that leads to no address.
      if (records.length === 0) return { kind: 'denied' };
      const ttl = Math.min(...records.map((record) => validTtl(record.ttl)));
      return { kind: 'addresses', addresses: records.map(({ address }) => address), ttl };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === 'ENOTFOUND' || code === 'ENODATA') return { kind: 'denied' };
      // One of Node's own, which no resolver has caused.
      if (!code.startsWith('E') || code.startsWith('ERR_')) throw error;
      return { kind: 'failed', reason: `${code.slice(1)} from ${one.name}` };
    }
  }
}

/** RFC 2181 8: with the highest bit set it counts as 0. */
function validTtl(ttl: number): number {
  return ttl > 0x7fffffff ? 0 : ttl;
}

function serverText({ address, port }: ResolverAddress): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
