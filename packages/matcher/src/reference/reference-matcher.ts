import { CLASS, EDE, foldName, formatName, parseName, RCODE, TYPE } from '@seamark/protocol';

/**
 * What a zone answers, worked out the slow and obvious way: names are texts, a zone is a list of
 * records, and each step of RFC 1034 4.3.2 is taken as it is written. It shares no code with the
 * responder but the parsing of names; tests hold the two against each other.
 */
export interface ReferenceRecord {
  /** Absolute, in presentation format. */
  readonly owner: string;
  readonly ttl: number;
  readonly type: number;
  /** In presentation format; a CNAME, an NS and a SOA begin with an absolute name. */
  readonly rdata: string;
}

/**
 * In place of a type: nothing is owned, but the owner's addresses are not all known, and the lack of one can't be
 * told as NODATA.
 */
export const UNRESOLVED = 0;

export interface ReferenceZone {
  readonly apex: string;
  /** The apex's SOA and NS among them. */
  readonly records: readonly ReferenceRecord[];
  /** Unsynced: nothing is known. Partial: what is here holds, what is missing may not. */
  readonly state: 'synced' | 'partial' | 'partial ptr' | 'unsynced';
}

export interface ReferenceAnswer {
  readonly rcode: number;
  readonly authoritative: boolean;
  /** For QTYPE ANY all RRsets, of which a reply may carry any one (RFC 8482 4.1). */
  readonly answer: readonly ReferenceRecord[];
  readonly authority: readonly ReferenceRecord[];
  readonly additional: readonly ReferenceRecord[];
  readonly ede: number;
}

/** Names asked for or owned, and what the zones say of them. */
export class ReferenceMatcher {
  /** By apex. */
  private readonly zones = new Map<string, IndexedZone>();

  constructor(zones: readonly ReferenceZone[]) {
    const apexes = zones.map(({ apex }) => canonical(apex));
    for (const zone of zones) this.zones.set(canonical(zone.apex), indexZone(zone, apexes));
  }

  answer(name: string, type: number, qclass: number): ReferenceAnswer {
    if (qclass !== CLASS.IN && qclass !== CLASS.ANY) {
      return failure(RCODE.REFUSED, EDE.NOT_SUPPORTED);
    }
    if (type === TYPE.OPT || type === TYPE.TSIG) return failure(RCODE.FORMERR);
    if (type === TYPE.TKEY || type === TYPE.MAILA || type === TYPE.MAILB) {
      return failure(RCODE.NOTIMP, EDE.NOT_SUPPORTED);
    }
    return this.resolve(canonical(name), type, qclass, []);
  }

  /** @param followed who owned the CNAMEs that led here: names and sources of synthesis. */
  private resolve(
    qname: string,
    type: number,
    qclass: number,
    followed: readonly string[],
  ): ReferenceAnswer {
    // Step 2: the zone that is the nearest ancestor to QNAME.
    const apexes = ancestors(qname).filter((ancestor) => this.zones.has(ancestor));
    // RFC 4035 3.1.4.1: DS is the parent's, where the parent is here.
    const isParentAsked =
      type === TYPE.DS &&
      apexes[0] === qname &&
      apexes.length > 1 &&
      this.cutAbove(apexes[1] ?? '', qname) === undefined;
    const apex = apexes[isParentAsked ? 1 : 0];
    const zone = apex === undefined ? undefined : this.zones.get(apex);
    if (apex === undefined || zone === undefined) {
      return failure(RCODE.REFUSED, EDE.NOT_AUTHORITATIVE);
    }
    if (type === TYPE.AXFR || type === TYPE.IXFR) {
      return failure(RCODE.REFUSED, EDE.NOT_SUPPORTED);
    }
    if (zone.state === 'unsynced') return failure(RCODE.SERVFAIL, EDE.NOT_READY);
    return this.answerInZone(zone, apex, { qname, type, qclass }, followed);
  }

  /** The uppermost zone cut of a zone at or above a name of it (step 3b). */
  private cutAbove(apex: string, qname: string): string | undefined {
    const zone = this.zones.get(apex);
    const path = ancestors(qname);
    return path.slice(0, path.indexOf(apex)).findLast((name) => zone?.cuts.has(name));
  }

  private answerInZone(
    zone: IndexedZone,
    apex: string,
    { qname, type, qclass }: { qname: string; type: number; qclass: number },
    followed: readonly string[],
  ): ReferenceAnswer {
    const authoritative = qclass === CLASS.IN;
    // Step 3b.
    const cut = this.cutAbove(apex, qname);
    if (cut !== undefined && !(type === TYPE.DS && cut === qname)) {
      const authority = (zone.rrsets.get(cut) ?? []).filter((record) => record.type === TYPE.NS);
      return {
        ...NOTHING,
        rcode: RCODE.NOERROR,
        // It speaks of the name asked for, which is ours if a CNAME of it led here.
        authoritative: authoritative && followed.length > 0,
        authority,
        additional: addressesOf(authority, zone),
      };
    }
    // Step 3: down from the apex, label by label; here, up to the closest encloser. A zone further down is a
    // name of this one, though it is asked here for DS alone.
    const exists = zone.names.has(qname) || this.zones.has(qname);
    const encloser = exists ? qname : (ancestors(qname).find((a) => zone.names.has(a)) ?? apex);
    // Step 3a, or 3c with the source of synthesis (RFC 4592 3.3.1).
    const source = encloser === qname ? qname : below('*', encloser);
    const listed = (zone.rrsets.get(source) ?? []).map((record) => ({ ...record, owner: qname }));
    const all = listed.filter((record) => record.type !== UNRESOLVED);
    const answer = all.filter((record) => type === TYPE.ANY || record.type === type);
    if (answer.length > 0) {
      const additional = type === TYPE.NS ? addressesOf(answer, zone) : [];
      return { ...NOTHING, rcode: RCODE.NOERROR, authoritative, answer, additional };
    }
    const alias = all.find((record) => record.type === TYPE.CNAME);
    if (alias !== undefined) {
      const none = { ...NOTHING, rcode: RCODE.NOERROR, authoritative };
      // In a circle, or on for too long.
      if (followed.includes(source) || followed.length === MAX_ALIASES) {
        return { ...none, ede: EDE.OTHER };
      }
      const rest = this.resolve(canonical(alias.rdata), type, qclass, [...followed, source]);
      if (rest.rcode === RCODE.REFUSED) return { ...none, answer: [alias] };
      if (rest.rcode === RCODE.SERVFAIL) return { ...none, answer: [alias], ede: rest.ede };
      return { ...rest, answer: [alias, ...rest.answer] };
    }
    // RFC 2308 2: no data, or no such name; neither can be said of a part of a zone.
    if (zone.state === 'partial') return failure(RCODE.SERVFAIL, EDE.NOT_READY);
    const mayBePtr = !exists || type === TYPE.PTR || type === TYPE.ANY;
    if (zone.state === 'partial ptr' && mayBePtr) return failure(RCODE.SERVFAIL, EDE.NOT_READY);
    const isAddress = type === TYPE.A || type === TYPE.AAAA || type === TYPE.ANY;
    if (isAddress && all.length < listed.length) return failure(RCODE.SERVFAIL, EDE.NOT_READY);
    const authority = (zone.rrsets.get(apex) ?? []).filter(({ type }) => type === TYPE.SOA);
    const rcode = exists || zone.names.has(source) ? RCODE.NOERROR : RCODE.NXDOMAIN;
    return { ...NOTHING, rcode, authoritative, authority };
  }
}

interface IndexedZone {
  readonly state: ReferenceZone['state'];
  readonly rrsets: ReadonlyMap<string, readonly ReferenceRecord[]>;
  /** Owners, and what lies between them or a zone further down and the apex (RFC 4592 2.2.2). */
  readonly names: ReadonlySet<string>;
  /** Names below the apex that own an NS RRset; what lies below one is not looked at. */
  readonly cuts: ReadonlySet<string>;
}

function indexZone(
  { apex, records, state }: ReferenceZone,
  apexes: readonly string[],
): IndexedZone {
  const top = canonical(apex);
  const rrsets = Map.groupBy(records, ({ owner }) => canonical(owner));
  const names = new Set([top, ...rrsets.keys()]);
  for (const name of [...rrsets.keys(), ...apexes]) {
    // Of a name in a zone further down, only what lies above that zone belongs to this one.
    const path = ancestors(name).slice(1);
    const nearest = path.findIndex((ancestor) => apexes.includes(ancestor));
    if (path[nearest] === top) for (const ancestor of path.slice(0, nearest)) names.add(ancestor);
  }
  const isNs = ({ owner, type }: ReferenceRecord) => type === TYPE.NS && canonical(owner) !== top;
  const cuts = new Set(records.filter(isNs).map(({ owner }) => canonical(owner)));
  return { state, rrsets, names, cuts };
}

/** Addresses of the name servers that lie in the zone itself. */
function addressesOf(servers: readonly ReferenceRecord[], zone: IndexedZone): ReferenceRecord[] {
  return servers.flatMap(({ rdata }) =>
    (zone.rrsets.get(canonical(rdata)) ?? []).filter(
      ({ type }) => type === TYPE.A || type === TYPE.AAAA,
    ),
  );
}

/** How many CNAMEs a reply follows at the most. */
const MAX_ALIASES = 8;

const NOTHING = {
  authoritative: false,
  answer: [],
  authority: [],
  additional: [],
  ede: EDE.NONE,
} as const;

function failure(rcode: number, ede: number = EDE.NONE): ReferenceAnswer {
  return { ...NOTHING, rcode, ede };
}

/** One text for each name: lower case, escapes in one way. */
function canonical(name: string): string {
  return formatName(foldName(parseName(name)));
}

/** The name, its parent, and so on up to the root. */
function ancestors(name: string): string[] {
  const names: string[] = [];
  let wire = parseName(name);
  while (wire.length > 1) {
    names.push(formatName(wire));
    wire = wire.subarray((wire[0] ?? 0) + 1);
  }
  return [...names, '.'];
}

function below(label: string, name: string): string {
  return name === '.' ? `${label}.` : `${label}.${name}`;
}
