import {
  type FoldedName,
  foldName,
  formatName,
  formatPlace,
  type Place,
  TYPE,
  typeMnemonic,
  type ZoneFault,
  type ZoneFile,
  type ZoneRecord,
} from '@seamark/protocol';
import { isWithin } from '../../zone-index/wire-name.ts';

/** An RRset of a zone file. */
export interface FileRRset {
  /** Presentation format, case as written, with the final dot. */
  readonly owner: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** None twice. */
  readonly rdata: readonly Uint8Array[];
  /** Of its first record. */
  readonly place: Place;
}

/** What a zone file makes of a zone. */
export interface ZoneContent {
  readonly rrsets: readonly FileRRset[];
  /** With one of them the file is no zone, and nothing of it counts. */
  readonly faults: readonly ZoneFault[];
  /** What doesn't count, or is likely not meant; the rest does. */
  readonly doubts: readonly ZoneFault[];
}

/** What only signed zones have; their types have no form of their own here. */
const SIGNED = /^(?:RRSIG|NSEC3?|NSEC3PARAM|DNSKEY):/;

interface Collected extends Omit<FileRRset, 'ttl' | 'rdata'> {
  readonly folded: FoldedName;
  ttl: number;
  readonly rdata: Map<string, Uint8Array>;
}

/** Makes a zone of what a file says, or says why it is none. */
export function zoneContentOf(file: ZoneFile, apex: FoldedName): ZoneContent {
  const signed = file.faults.find(({ reason }) => SIGNED.test(reason));
  const faults =
    signed === undefined
      ? [...file.faults]
      : [
          {
            ...signed,
            reason: 'the zone is signed, and zones are served unsigned: name the unsigned file',
          },
        ];
  const doubts: ZoneFault[] = [];
  const rrsets = collect(file.records, apex, faults, doubts);
  checkApex([...rrsets.values()], apex, file, faults, doubts);
  checkAliases([...rrsets.values()], faults);
  return {
    rrsets: Array.from(rrsets.values(), ({ folded: _, ...rrset }) => ({
      ...rrset,
      rdata: [...rrset.rdata.values()],
    })),
    faults,
    doubts,
  };
}

function collect(
  records: readonly ZoneRecord[],
  apex: FoldedName,
  faults: ZoneFault[],
  doubts: ZoneFault[],
): Map<string, Collected> {
  const rrsets = new Map<string, Collected>();
  const outside: ZoneRecord[] = [];
  for (const record of records) {
    const { owner, type, ttl, rdata, place } = record;
    const folded = foldName(owner);
    if (!isWithin(folded, apex)) {
      outside.push(record);
      continue;
    }
    if (type === TYPE.DNAME) {
      const reason = 'DNAME is not served: write a CNAME for each name, or *. with one CNAME';
      faults.push({ place, reason });
    }
    const key = `${type} ${Buffer.from(folded).toString('latin1')}`;
    let rrset = rrsets.get(key);
    if (rrset === undefined) {
      rrset = { owner: formatName(owner), folded, type, ttl, rdata: new Map(), place };
      rrsets.set(key, rrset);
    } else if (rrset.ttl !== ttl) {
      const first = `${rrset.ttl} at ${formatPlace(rrset.place)}`;
      rrset.ttl = Math.min(rrset.ttl, ttl);
      const reason = `the TTL ${ttl} differs from ${first}, and an RRset has one (RFC 2181 5.2): the lowest counts`;
      doubts.push({ place, reason });
    }
    rrset.rdata.set(Buffer.from(rdata).toString('latin1'), rdata);
  }
  const [first] = outside;
  if (first !== undefined) {
    const others = outside.length === 1 ? '' : `, as are ${outside.length - 1} more records`;
    const reason = `${formatName(first.owner)} lies outside of ${formatName(apex)} and is left out${others}`;
    doubts.push({ place: first.place, reason });
  }
  return rrsets;
}

function checkApex(
  rrsets: readonly Collected[],
  apex: FoldedName,
  { records }: ZoneFile,
  faults: ZoneFault[],
  doubts: ZoneFault[],
): void {
  const isApex = ({ folded }: Collected): boolean => folded.length === apex.length;
  const soas = rrsets.filter(({ type }) => type === TYPE.SOA);
  for (const soa of soas) {
    if (!isApex(soa)) faults.push({ place: soa.place, reason: `a SOA below ${formatName(apex)}` });
    else if (soa.rdata.size > 1) faults.push({ place: soa.place, reason: 'more than one SOA' });
  }
  const start = records[0]?.place;
  if (start === undefined) return;
  const head = { ...start, line: 1, column: 1 };
  if (!soas.some(isApex)) {
    faults.push({ place: head, reason: `there is no SOA of ${formatName(apex)}` });
  } else if (!rrsets.some((rrset) => rrset.type === TYPE.NS && isApex(rrset))) {
    doubts.push({ place: head, reason: `${formatName(apex)} has no NS (RFC 1035 5.2)` });
  }
}

/** RFC 2181 10.1, RFC 1034 3.6.2. */
function checkAliases(rrsets: readonly Collected[], faults: ZoneFault[]): void {
  const aliases = new Map<string, Collected>();
  for (const rrset of rrsets) {
    if (rrset.type === TYPE.CNAME) aliases.set(rrset.folded.join(), rrset);
  }
  for (const alias of aliases.values()) {
    if (alias.rdata.size > 1) {
      faults.push({ place: alias.place, reason: `${alias.owner} has more than one CNAME` });
    }
  }
  if (aliases.size === 0) return;
  for (const { folded, type, place, owner } of rrsets) {
    const alias = type === TYPE.CNAME ? undefined : aliases.get(folded.join());
    if (alias === undefined) continue;
    const reason = `${owner} has a CNAME at ${formatPlace(alias.place)}, which stands alone (RFC 2181 10.1), and here ${typeMnemonic(type)}`;
    faults.push({ place, reason });
  }
}
