import { formatAddress, formatName, TYPE } from '@seamark/protocol';
import type { Claim, ClaimSink, Projector } from '../../projection/contract.ts';
import type { Kind } from '../../sources/contract.ts';
import type { Shape } from '../../sources/shape.ts';
import { isWithin, wireName } from '../../zone-index/wire-name.ts';
import type { FileRRset } from './zone-content.ts';
import type { FileObject } from './zone-file-source.ts';

/** What of a zone file a gateway takes. */
export interface ZoneFileTaking {
  readonly zones: readonly string[];
  /** Not `file`: SOA and NS of the apex are the gateway's own. */
  readonly authority?: 'configured' | 'file';
  /** Names in these zones alone; default: all. */
  readonly fallthrough?: readonly string[];
}

/** Claims what the lines of a zone file say: each RRset by itself, so that each keeps its TTL. */
export class ZoneFileProjector implements Projector {
  readonly kinds: readonly Kind[] = ['file'];
  readonly #claims: ClaimSink;
  readonly #isAuthority: boolean;
  readonly #apexes: ReadonlySet<string>;
  readonly #zones: readonly ReturnType<typeof wireName>[] | undefined;

  constructor(claims: ClaimSink, { authority, fallthrough, zones }: ZoneFileTaking) {
    this.#claims = claims;
    this.#isAuthority = authority === 'file';
    this.#apexes = new Set(zones.map((zone) => formatName(wireName(zone))));
    this.#zones = fallthrough?.map(wireName);
  }

  beginList(): void {
    this.#claims.beginList('file');
  }

  upsert(_: Kind, key: string, object: Shape): void {
    // Nobody but `ZoneFileSource` delivers objects of this kind.
    const { rrsets } = object as FileObject;
    const claims: Claim[] = [];
    for (const rrset of rrsets) {
      const reason = this.#whyNot(rrset);
      if (reason === undefined) claims.push(claimOf(rrset));
      else this.#claims.passedOver?.('file', key, [nameOf(rrset)], reason);
    }
    this.#claims.claim('file', key, claims);
  }

  remove(_: Kind, key: string): void {
    this.#claims.claim('file', key, []);
  }

  endList(): void {
    this.#claims.endList('file');
  }

  missing(): void {}

  #whyNot({ owner, type }: FileRRset): string | undefined {
    const folded = owner.toLowerCase();
    const isOfApex = type === TYPE.SOA || type === TYPE.NS;
    if (!this.#isAuthority && isOfApex && this.#apexes.has(folded)) {
      return 'SOA and NS of a zone are those of its k8s_gateway';
    }
    const zones = this.#zones;
    if (zones === undefined || zones.some((zone) => isWithin(wireName(owner), zone)))
      return undefined;
    return 'the fallthrough of its k8s_gateway does not cover the name';
  }
}

function nameOf({ owner }: FileRRset): Claim['names'][number] {
  return { name: owner, relative: false };
}

function claimOf(rrset: FileRRset): Claim {
  const { type, ttl, rdata } = rrset;
  const names = [nameOf(rrset)];
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      return { names, ttl, addresses: rdata.map(formatAddress) };
    case TYPE.CNAME:
      return { names, ttl, addresses: [], targets: rdata.map((name) => formatName(name)) };
    default:
      return { names, ttl, addresses: [], rrsets: [{ type, rdata }] };
  }
}
