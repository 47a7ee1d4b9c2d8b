import { parseRdata, TYPE } from '@seamark/protocol';
import type { Claim, ClaimSink, Projector } from '../../projection/contract.ts';
import type { Kind } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import type { HostsObject } from './hosts-source.ts';

/** Claims what the lines of a hosts file say: an address for each name, and a PTR for each at the address's own. */
export class HostsProjector implements Projector {
  readonly kinds: readonly Kind[] = ['hosts'];
  readonly #claims: ClaimSink;

  constructor(claims: ClaimSink) {
    this.#claims = claims;
  }

  beginList(): void {
    this.#claims.beginList('hosts');
  }

  upsert(_: Kind, key: string, object: Shape): void {
    // Nobody but `HostsSource` delivers objects of this kind.
    this.#claims.claim('hosts', key, claimsOf(object as HostsObject));
  }

  remove(_: Kind, key: string): void {
    this.#claims.claim('hosts', key, []);
  }

  endList(): void {
    this.#claims.endList('hosts');
  }

  missing(): void {}
}

function claimsOf({ address, names, ttl, back }: HostsObject): readonly Claim[] {
  const claim = {
    ...{ names: names.map((name) => ({ name, relative: false })), ttl },
    addresses: [address],
  };
  // What a wildcard has leads back to no name that exists.
  const hosts = names.filter((name) => !name.startsWith('*.'));
  if (back === undefined || hosts.length === 0) return [claim];
  const rdata = hosts.map((name) => parseRdata(TYPE.PTR, name).octets);
  const owners = [{ name: back, relative: false }];
  return [claim, { names: owners, ttl, addresses: [], rrsets: [{ type: TYPE.PTR, rdata }] }];
}
