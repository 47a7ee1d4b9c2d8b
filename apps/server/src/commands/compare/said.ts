import {
  FLAG,
  foldName,
  formatName,
  formatRdata,
  RCODE,
  type Reply,
  type ReplyRecord,
  rcodeMnemonic,
  TYPE,
  typeMnemonic,
} from '@seamark/protocol';

/** What a reply comes to. */
export type Sense = 'data' | 'referral' | 'nodata' | 'nxdomain' | 'failure';

/** The records of one owner name and type. */
export interface SaidRRset {
  /** Folded, in presentation format. */
  readonly name: string;
  readonly type: string;
  /** Seconds; the lowest, where a server gives its records different ones. */
  readonly ttl: number;
  /** None twice, sorted: the order says nothing. */
  readonly rdata: readonly string[];
}

/** A reply in a form in which two that mean the same are alike. */
export interface Said {
  readonly sense: Sense;
  /** `NOERROR`, … */
  readonly rcode: string;
  readonly authoritative: boolean;
  readonly answer: readonly SaidRRset[];
  readonly authority: readonly SaidRRset[];
  readonly additional: readonly SaidRRset[];
}

export function saidIn(reply: Reply): Said {
  const answer = rrsetsOf(reply.answer);
  const authority = rrsetsOf(reply.authority);
  return {
    sense: senseOf(reply.rcode, answer, authority),
    rcode: rcodeMnemonic(reply.rcode),
    authoritative: (reply.flags & FLAG.AA) !== 0,
    ...{ answer, authority, additional: rrsetsOf(reply.additional) },
  };
}

function senseOf(
  rcode: number,
  answer: readonly SaidRRset[],
  authority: readonly SaidRRset[],
): Sense {
  if (rcode === RCODE.NXDOMAIN) return 'nxdomain';
  if (rcode !== RCODE.NOERROR) return 'failure';
  if (answer.length > 0) return 'data';
  return authority.some(({ type }) => type === 'NS') ? 'referral' : 'nodata';
}

function rrsetsOf(records: readonly ReplyRecord[]): SaidRRset[] {
  const sets = Map.groupBy(records, ({ name, type }) => `${formatName(foldName(name))} ${type}`);
  return [...sets.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, set]) => {
      const { name, type } = set[0] as ReplyRecord;
      const texts = set.map(({ rdata }) => textOf(type, rdata));
      return {
        ...{ name: formatName(foldName(name)), type: typeMnemonic(type) },
        ttl: Math.min(...set.map(({ ttl }) => ttl)),
        rdata: [...new Set(texts)].sort(),
      };
    });
}

/** Names in RDATA compare as names do; the texts of other types in their own case. */
function textOf(type: number, rdata: Uint8Array): string {
  const text = formatRdata(type, rdata);
  return NAMES_ALONE.has(type) ? text.toLowerCase() : text;
}

const NAMES_ALONE: ReadonlySet<number> = new Set([
  ...[TYPE.NS, TYPE.CNAME, TYPE.PTR, TYPE.SOA, TYPE.MX, TYPE.SRV],
]);

/** One RRset on a line: `www.example.com. 60 A 192.0.2.1, 192.0.2.2`. */
export function rrsetLine({ name, ttl, type, rdata }: SaidRRset): string {
  return `${name} ${ttl} ${type} ${rdata.join(', ')}`;
}

/**
 * What a reply says, on one line.
 *
 * @param aspects how it differs from another: sections beyond the answer are shown where they are part of that
 */
export function saidLine(said: Said, aspects: readonly Aspect[]): string {
  const { sense, rcode, authoritative, answer } = said;
  const isReferral = sense === 'referral';
  const words = { data: rcode, referral: 'referral', nodata: 'NODATA' } as Record<Sense, string>;
  const head = `${words[sense] ?? rcode}${authoritative || isReferral ? '' : ' without AA'}`;
  const records = [...answer, ...(isReferral ? said.authority : [])].map(rrsetLine).join('; ');
  const isBeside = !isReferral && aspects.some((aspect) => OF_AUTHORITY.includes(aspect));
  const further = [
    ...(isBeside ? (['authority'] as const) : []),
    ...(aspects.includes('additional') ? (['additional'] as const) : []),
  ];
  return [
    records === '' ? head : `${head}: ${records}`,
    ...further.map((name) => `${name}: ${said[name].map(rrsetLine).join('; ') || 'none'}`),
  ].join('; ');
}

/** How two replies differ, in the order in which a reader wants to know. */
export type Aspect =
  | 'sense'
  | 'records'
  | 'ttl'
  | 'soa'
  | 'referral'
  | 'authority'
  | 'additional'
  | 'flags';

const OF_AUTHORITY: readonly Aspect[] = ['soa', 'authority'];

export function aspectsOf(ours: Said, theirs: Said): readonly Aspect[] {
  if (ours.sense !== theirs.sense || ours.rcode !== theirs.rcode) return ['sense'];
  const isReferral = ours.sense === 'referral';
  const checks: Record<Exclude<Aspect, 'sense'>, boolean> = {
    records: differ(ours.answer, theirs.answer, withoutSoa, recordsOnly),
    ttl: differ(ours.answer, theirs.answer, withoutSoa, ttlsOfShared(ours.answer, theirs.answer)),
    soa: differ(
      [...ours.answer, ...ours.authority],
      [...theirs.answer, ...theirs.authority],
      soaOnly,
      withoutSerial,
    ),
    referral: isReferral && differ(ours.authority, theirs.authority, withoutSoa, rrsetLine),
    authority: !isReferral && differ(ours.authority, theirs.authority, withoutSoa, rrsetLine),
    additional: differ(ours.additional, theirs.additional, () => true, rrsetLine),
    flags: ours.authoritative !== theirs.authoritative,
  };
  return (Object.keys(checks) as (keyof typeof checks)[]).filter((aspect) => checks[aspect]);
}

type Filter = (rrset: SaidRRset) => boolean;
type Text = (rrset: SaidRRset) => string;

const withoutSoa: Filter = ({ type }) => type !== 'SOA';
/** Each server counts its own serials; nobody transfers these zones. */
const withoutSerial: Text = ({ name, ttl, rdata }) =>
  [name, ttl, ...rdata.map((text) => text.split(' ').toSpliced(2, 1).join(' '))].join(' ');
const soaOnly: Filter = ({ type }) => type === 'SOA';
const recordsOnly: Text = ({ name, type, rdata }) => `${name} ${type} ${rdata.join()}`;

/** TTLs of RRsets that one side lacks say nothing. */
function ttlsOfShared(a: readonly SaidRRset[], b: readonly SaidRRset[]): Text {
  const isIn = (rrsets: readonly SaidRRset[], { name, type }: SaidRRset): boolean =>
    rrsets.some((other) => other.name === name && other.type === type);
  return (rrset) =>
    isIn(a, rrset) && isIn(b, rrset) ? `${rrset.name} ${rrset.type} ${rrset.ttl}` : '';
}

function differ(
  a: readonly SaidRRset[],
  b: readonly SaidRRset[],
  filter: Filter,
  text: Text,
): boolean {
  const texts = (rrsets: readonly SaidRRset[]): string =>
    rrsets
      .filter(filter)
      .map(text)
      .filter((line) => line !== '')
      .join('\n');
  return texts(a) !== texts(b);
}
