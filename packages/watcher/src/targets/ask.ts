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
 * answer of all. Neither /etc/hosts nor a search list has a say. Each question has a c-ares and so a socket of its own:
 * one malformed reply has it give up all that its socket waits for, and a port of its own is what keeps a stranger from
 * answering (RFC 5452 9.2).
 */
export class ResolverAsker implements Asker {
  /** As c-ares writes them. */
  private readonly resolvers: readonly string[];
  private readonly underWay = new Set<Resolver>();
  /** The last one that could tell: it is asked first. */
  private preferred = 0;
  private closed = false;

  /** @param addresses none: those of /etc/resolv.conf, as they are now. */
  constructor(addresses: readonly ResolverAddress[]) {
    // Where no host name is to be resolved, neither is this loaded.
    const { getServers } = process.getBuiltinModule('node:dns/promises');
    this.resolvers = addresses.length > 0 ? addresses.map(serverText) : getServers();
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
    for (const resolver of this.underWay) resolver.cancel();
  }

  private async askOne(index: number, name: string, type: AddressType): Promise<Outcome> {
    const server = this.resolvers[index];
    if (server === undefined) throw new RangeError(`no resolver ${index}`);
    const { Resolver } = process.getBuiltinModule('node:dns/promises');
    const resolver = new Resolver(PATIENCE);
    resolver.setServers([server]);
    this.underWay.add(resolver);
    try {
      const records = await (type === 'A'
        ? resolver.resolve4(name, { ttl: true })
        : resolver.resolve6(name, { ttl: true }));
      // A CNAME that leads to no address.
      if (records.length === 0) return { kind: 'denied' };
      const ttl = Math.min(...records.map((record) => validTtl(record.ttl)));
      return { kind: 'addresses', addresses: records.map(({ address }) => address), ttl };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === 'ENOTFOUND' || code === 'ENODATA') return { kind: 'denied' };
      // One of Node's own, which no resolver has caused.
      if (!code.startsWith('E') || code.startsWith('ERR_')) throw error;
      return { kind: 'failed', reason: `${code.slice(1)} from ${server}` };
    } finally {
      this.underWay.delete(resolver);
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
