import type { NameExplanation } from '@seamark/watcher';
import { type Aspect, rrsetLine, type Said, type SaidRRset } from './said.ts';

/**
 * Why the plugin answers otherwise, as far as two replies and what is known of the name tell: rows of
 * docs/differences.md. Of several rows for one aspect the first that fits counts: those that the replies alone tell
 * come before those that are told from the kind of the objects behind them.
 */
export interface Reason {
  /** The row's code; several where it may be any of them. */
  readonly codes: readonly string[];
  /** A clause that says what the other server does, and Seamark in its place. */
  readonly text: string;
  /**
   * Told from the kind of the objects alone: it may be that, or anything else. Two servers that look at different
   * clusters differ like this, too.
   */
  readonly isGuess?: boolean;
}

/** Two replies that differ, and what there is to know about the question. */
export interface Facts {
  readonly type: string;
  readonly ours: Said;
  readonly theirs: Said;
  readonly known: NameExplanation;
  /** Names of the zone's name servers: folded, absolute. */
  readonly servers: readonly string[];
  /** The other server has an address for the name. */
  readonly isKnownThere: boolean;
  /** Of the gateway that the zone belongs to: seconds; absent where it is a file's. */
  readonly ttl?: number;
  readonly negativeTtl?: number;
}

/** The NS RRset of a zone is asked for, and nothing comes back. */
export const SILENT_NS: Reason = {
  codes: ['D17'],
  text: 'an Ingress without a host breaks the NS of the apex there: it is not answered at all',
};

/** @returns undefined where no row explains it */
export function reasonFor(aspect: Aspect, facts: Facts): Reason | undefined {
  // Of a zone that a file has alone, the other server has the file as well: the plugin's ways explain nothing there.
  const rows = facts.negativeTtl === undefined ? ROWS_OF_FILES : [...ROWS, ...ROWS_OF_FILES];
  return rows.find((row) => row.aspects.includes(aspect) && row.when(facts));
}

interface Row extends Reason {
  readonly aspects: readonly Aspect[];
  readonly when: (facts: Facts) => boolean;
}

const ADDRESSES: readonly string[] = ['A', 'AAAA'];
const OF_THE_PLUGIN: readonly string[] = [...ADDRESSES, 'TXT'];
const ROUTES: readonly string[] = ['HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'];

/** What is told of objects. */
const FROM_D34_TO_D63: readonly string[] = Array.from({ length: 30 }, (_, i) => `D${34 + i}`);

const sense =
  (ours: Said['sense'], ...theirs: readonly Said['sense'][]) =>
  (facts: Facts): boolean =>
    facts.ours.sense === ours && theirs.includes(facts.theirs.sense);

const isApex = ({ known }: Facts): boolean => known.name === known.zone;
const isNegative = ({ sense: one }: Said): boolean => one === 'nodata' || one === 'nxdomain';

/** The objects that the answer is from are all of one of these kinds. */
const isOf = ({ known }: Facts, ...kinds: readonly string[]): boolean => {
  const speaking = known.objects.filter(({ loss }) => loss === undefined);
  return speaking.length > 0 && speaking.every(({ kind }) => kinds.includes(kind));
};

const hasObjectOf = ({ known }: Facts, kind: string): boolean =>
  known.objects.some((object) => object.loss === undefined && object.kind === kind);

/** Whether it comes to speak or not. */
const hasKind = ({ known }: Facts, ...kinds: readonly string[]): boolean =>
  known.objects.some(({ kind }) => kinds.includes(kind));

const kindsOf = ({ known }: Facts): ReadonlySet<string> =>
  new Set(known.objects.map(({ kind }) => kind));

const hasTargets = ({ known }: Facts): boolean =>
  known.objects.some(({ loss, targets }) => loss === undefined && targets.length > 0);

const rdataOf = (rrsets: readonly SaidRRset[], type: string): readonly string[] =>
  rrsets.filter((rrset) => rrset.type === type).flatMap(({ rdata }) => rdata);

const isPart = (part: readonly string[], whole: readonly string[]): boolean =>
  part.length > 0 && part.length < whole.length && part.every((one) => whole.includes(one));

const isAddress = (type: string): boolean => ADDRESSES.includes(type);

/** Types that the name has, be it from a wildcard. */
const typesOf = ({ known: { types, wildcard } }: Facts): readonly string[] =>
  wildcard?.speaks === true ? wildcard.types : types;

/** The name lies more than one label below the wildcard that speaks for it. */
const isDeepBelowWildcard = ({ known: { name, wildcard } }: Facts): boolean => {
  if (wildcard?.speaks !== true) return false;
  const above = wildcard.name.slice(1);
  return name.slice(0, name.length - above.length).includes('.');
};

const ROWS: readonly Row[] = [
  {
    codes: ['D14'],
    text: 'a wildcard stands for one label there, for any number here',
    aspects: ['sense'],
    when: (facts) => isDeepBelowWildcard(facts) && facts.theirs.sense === 'nxdomain',
  },
  {
    codes: ['D61'],
    text: "below a name server's name all is NXDOMAIN there",
    aspects: ['sense'],
    when: ({ known, servers, theirs }) =>
      theirs.sense === 'nxdomain' && servers.some((server) => known.name.endsWith(`.${server}`)),
  },
  {
    codes: ['D04'],
    text: 'SOA is answered at every name there, here at the apex only',
    aspects: ['sense'],
    when: (facts) =>
      facts.type === 'SOA' &&
      !isApex(facts) &&
      isNegative(facts.ours) &&
      facts.theirs.sense === 'data',
  },
  {
    codes: ['D23'],
    text: 'AAAA of a name server is NODATA there, answered here',
    aspects: ['sense'],
    when: (facts) =>
      facts.type === 'AAAA' && facts.known.isNameServer && sense('data', 'nodata')(facts),
  },
  {
    codes: ['D22'],
    text: 'an IPv6 address of a name server is A 0.0.0.0 there, AAAA here',
    aspects: ['sense', 'records', 'additional'],
    when: ({ type, theirs }) =>
      (type === 'A' || type === 'NS') &&
      rdataOf([...theirs.answer, ...theirs.additional], 'A').includes('0.0.0.0'),
  },
  {
    codes: ['D05'],
    text: 'NS below the apex is NODATA there even for a name that does not exist',
    aspects: ['sense'],
    when: (facts) => facts.type === 'NS' && sense('nxdomain', 'nodata')(facts),
  },
  {
    codes: ['D03'],
    text: 'a name that does not exist is NODATA there for this type, NXDOMAIN here',
    aspects: ['sense'],
    when: (facts) =>
      !OF_THE_PLUGIN.includes(facts.type) &&
      facts.type !== 'SOA' &&
      sense('nxdomain', 'nodata')(facts),
  },
  {
    codes: ['D02'],
    text: 'a name that has data of another type is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) =>
      sense('nodata', 'nxdomain')(facts) &&
      (facts.isKnownThere || (typesOf(facts).includes('TXT') && !typesOf(facts).some(isAddress))),
  },
  {
    codes: ['D51'],
    text: 'a DNSEndpoint without a usable target is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) =>
      facts.known.objects.length > 0 &&
      typesOf(facts).length === 0 &&
      facts.known.objects.every(({ kind }) => kind === 'DNSEndpoint') &&
      sense('nodata', 'nxdomain')(facts),
  },
  {
    codes: ['D12', 'D13'],
    text: 'a name without records (no address yet, or names below it alone) is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) => typesOf(facts).length === 0 && sense('nodata', 'nxdomain')(facts),
  },
  {
    codes: ['D15'],
    text: 'a wildcard at the top of the zone answers for its apex there',
    aspects: ['sense'],
    when: (facts) =>
      isApex(facts) && !hasKind(facts, 'DNSEndpoint') && sense('nodata', 'data')(facts),
  },
  {
    codes: ['D16'],
    text: 'a wildcard answers there for a name that exists without an address',
    aspects: ['sense'],
    when: (facts) =>
      facts.known.exists &&
      facts.known.wildcard !== undefined &&
      !hasKind(facts, 'DNSEndpoint') &&
      sense('nodata', 'data')(facts),
  },
  {
    codes: ['D68'],
    text: 'a zone cut is not known there, here it is a referral',
    aspects: ['sense', 'referral', 'flags'],
    when: ({ known, ours }) => known.cut !== undefined || ours.sense === 'referral',
  },
  {
    codes: ['D11'],
    text: 'PTR is NODATA there for every name, here each address has one',
    aspects: ['sense'],
    when: (facts) => facts.type === 'PTR' && sense('data', 'nodata', 'nxdomain')(facts),
  },
  {
    codes: ['D66'],
    text: "a load balancer's host name that cannot be resolved is NXDOMAIN there",
    aspects: ['sense'],
    when: (facts) => hasTargets(facts) && facts.theirs.sense === 'nxdomain',
  },
  {
    codes: ['D64'],
    text: "a load balancer's host name is answered as addresses there, as CNAME here",
    aspects: ['sense', 'records', 'ttl'],
    when: (facts) =>
      hasTargets(facts) &&
      (facts.ours.answer.some(({ type }) => type === 'CNAME') || !isNegative(facts.theirs)) &&
      facts.ours.sense === 'data' &&
      (facts.type === 'CNAME' || OF_THE_PLUGIN.includes(facts.type)),
  },
  {
    codes: ['D46', 'D50'],
    text: 'of DNSEndpoints only A, AAAA and TXT are answered there, every type here',
    aspects: ['sense'],
    when: (facts) =>
      !OF_THE_PLUGIN.includes(facts.type) &&
      isOf(facts, 'DNSEndpoint') &&
      sense('data', 'nodata')(facts),
  },
  {
    codes: ['D46', 'D50'],
    text: 'a name of which a DNSEndpoint has other types than A, AAAA and TXT is NXDOMAIN there',
    aspects: ['sense'],
    when: (facts) => hasKind(facts, 'DNSEndpoint') && sense('nodata', 'nxdomain')(facts),
  },
  {
    codes: ['D46'],
    text: 'a CNAME of a DNSEndpoint is not known there',
    aspects: ['sense', 'records'],
    when: (facts) =>
      isOf(facts, 'DNSEndpoint') && facts.ours.answer.some(({ type }) => type === 'CNAME'),
  },
  {
    codes: ['D39'],
    text: 'an endpoint has no name of its own there',
    aspects: ['sense'],
    when: (facts) =>
      isOf(facts, 'Service') &&
      facts.known.objects.every(({ object, name }) => isPodName(object, name)) &&
      sense('data', 'nxdomain')(facts),
  },
  {
    codes: ['D60'],
    text: 'TCPRoutes and UDPRoutes have no names there',
    aspects: ['sense'],
    when: (facts) => isOf(facts, 'TCPRoute', 'UDPRoute') && sense('data', 'nxdomain')(facts),
  },
  {
    codes: ['D45'],
    text: 'each name of a DNSEndpoint has the targets of all its endpoints there, here its own',
    aspects: ['records'],
    when: (facts) =>
      isOf(facts, 'DNSEndpoint') &&
      isPart(rdataOf(facts.ours.answer, facts.type), rdataOf(facts.theirs.answer, facts.type)),
  },
  {
    codes: ['D48'],
    text: 'quotes around a target of TXT are part of the text there',
    aspects: ['records'],
    when: (facts) =>
      facts.type === 'TXT' &&
      isOf(facts, 'DNSEndpoint') &&
      rdataOf(facts.theirs.answer, 'TXT').some((text) => text.includes('\\"')),
  },
  {
    codes: ['D38'],
    text: 'a Service with externalIPs hides the others of its name there, here all are merged',
    aspects: ['records'],
    when: (facts) =>
      isOf(facts, 'Service') &&
      isPart(rdataOf(facts.theirs.answer, facts.type), rdataOf(facts.ours.answer, facts.type)),
  },
  {
    codes: ['D63'],
    text: 'the first kind speaks for all types there, here for those it has',
    aspects: ['sense'],
    when: (facts) =>
      facts.ours.sense === 'data' &&
      isNegative(facts.theirs) &&
      facts.isKnownThere &&
      kindsOf(facts).size > 1,
  },
  {
    codes: ['D32'],
    text: "a name server's addresses are those of every kind there, of its Service here",
    aspects: ['records', 'additional'],
    when: ({ known, type }) => known.isNameServer || type === 'NS',
  },
  {
    codes: ['D24'],
    text: "a name server's addresses have TTL 60 there, here the configured ttl",
    aspects: ['ttl'],
    when: ({ known, theirs }) => known.isNameServer && theirs.answer[0]?.ttl === 60,
  },
  {
    codes: ['D65'],
    text: 'addresses of a host name live for the configured ttl there, here no longer than their own',
    aspects: ['ttl'],
    when: hasTargets,
  },
  {
    codes: ['D49'],
    text: 'recordTTL is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'DNSEndpoint') && hasTtlOfItsOwn(facts),
  },
  {
    codes: ['D36'],
    text: 'the annotation ttl of a Service is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'Service') && hasTtlOfItsOwn(facts),
  },
  {
    codes: ['D35'],
    text: 'the annotation ttl of an Ingress is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'Ingress') && hasTtlOfItsOwn(facts),
  },
  {
    codes: ['D60'],
    text: 'the annotation ttl of routes and Gateways is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, ...ROUTES) && hasTtlOfItsOwn(facts),
  },
  {
    codes: ['D25'],
    text: 'negative answers live 60 seconds there, here as long as configured',
    aspects: ['soa'],
    when: ({ ours, theirs, negativeTtl }) =>
      negativeTtl !== undefined &&
      negativeTtl !== 60 &&
      [...ours.answer, ...ours.authority].some(({ type, ttl }) => type === 'SOA' && ttl !== 60) &&
      [...theirs.answer, ...theirs.authority].some(({ type, ttl }) => type === 'SOA' && ttl === 60),
  },
  {
    codes: FROM_D34_TO_D63,
    text: 'objects of several kinds have the name, and not all of them have it there',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => kindsOf(facts).size > 1,
  },
  {
    codes: ['D35'],
    text: 'annotations of Ingresses are not read there',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => hasKind(facts, 'Ingress'),
  },
  {
    codes: ['D37'],
    text: 'a name with an underscore is dropped from annotations there',
    isGuess: true,
    aspects: ['sense'],
    when: (facts) => facts.known.name.includes('_') && isOf(facts, 'Service'),
  },
  {
    codes: ['D36', 'D37'],
    text: 'of the annotations of Services only hostname is read there, below two prefixes',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => hasKind(facts, 'Service'),
  },
  {
    codes: ['D50'],
    text: 'a dnsName in upper case or with a final dot is never found there',
    isGuess: true,
    aspects: ['sense'],
    when: (facts) => facts.theirs.sense === 'nxdomain' && hasObjectOf(facts, 'DNSEndpoint'),
  },
  {
    codes: ['D45', 'D47'],
    text: 'a name of a DNSEndpoint has targets there that are of its other endpoints, or of another family',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => hasKind(facts, 'DNSEndpoint'),
  },
  {
    codes: ['D42'],
    text: 'the name of a Node matches in lower case only there',
    isGuess: true,
    aspects: ['sense'],
    when: (facts) => isOf(facts, 'Node') && facts.theirs.sense === 'nxdomain',
  },
  {
    codes: ['D41'],
    text: 'Nodes are served there whether they are ready or not',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => hasKind(facts, 'Node'),
  },
  {
    codes: ['D52', 'D53', 'D54', 'D55', 'D56', 'D57', 'D58', 'D60'],
    text: 'which hostnames and Gateways a route has is judged otherwise there',
    isGuess: true,
    aspects: ['sense', 'records'],
    when: (facts) => hasKind(facts, ...ROUTES),
  },
];

const ROWS_OF_FILES: readonly Row[] = [
  {
    codes: ['D90'],
    text: 'the SOA of a file has its own TTL there, here that of negative answers where it is less',
    aspects: ['soa'],
    when: hasTtlOfSoaItself,
  },
  {
    codes: ['D140'],
    text: 'the NS of the zone, or their addresses, go with each answer there',
    aspects: ['authority', 'additional', 'soa'],
    when: hasServersBeside,
  },
];

/** The reply has the TTL that its objects give it, and that is not the configured one. */
function hasTtlOfItsOwn({ known, ours, ttl }: Facts): boolean {
  const [first] = ours.answer;
  return (
    first !== undefined &&
    ttl !== undefined &&
    first.ttl !== ttl &&
    known.objects.some((object) => object.loss === undefined && object.ttl === first.ttl)
  );
}

/**
 * What the other reply has more of is the NS RRset of the zone in the authority section, and what addresses these
 * servers have; it may stand in place of the SOA where an alias leads to no data (RFC 2308 2.2).
 */
function hasServersBeside({ ours, theirs, known }: Facts): boolean {
  const beside = theirs.authority.filter(({ name, type }) => type === 'NS' && name === known.zone);
  const servers = beside.flatMap(({ rdata }) => rdata);
  const linesOf = (rrsets: readonly SaidRRset[]): readonly string[] => rrsets.map(rrsetLine);
  const more = (one: readonly SaidRRset[], other: readonly SaidRRset[]): readonly SaidRRset[] =>
    other.filter((rrset) => !linesOf(one).includes(rrsetLine(rrset)));
  return (
    theirs.sense === 'data' &&
    beside.length > 0 &&
    more(theirs.authority, ours.authority).every(({ type }) => type === 'SOA') &&
    !theirs.authority.some(({ type }) => type === 'SOA') &&
    more(theirs.additional, ours.additional).length === 0 &&
    more(ours.authority, theirs.authority).every((rrset) => beside.includes(rrset)) &&
    more(ours.additional, theirs.additional).every(
      ({ name, type }) => isAddress(type) && servers.includes(name),
    )
  );
}

/** The SOAs are alike but for their TTLs, and the serial; ours is the lesser of theirs and the last number (MINIMUM). */
function hasTtlOfSoaItself({ ours, theirs, negativeTtl }: Facts): boolean {
  const [own, other] = [ours, theirs].map(({ answer, authority }) =>
    [...answer, ...authority].find(({ type }) => type === 'SOA'),
  );
  if (own === undefined || other === undefined || negativeTtl !== undefined) return false;
  const [told, kept] = [own, other].map(({ name, rdata }) => [
    name,
    ...(rdata[0]?.split(' ').toSpliced(2, 1) ?? []),
  ]);
  const minimum = Number(told?.at(-1));
  return (
    told?.join(' ') === kept?.join(' ') &&
    own.ttl < other.ttl &&
    own.ttl === Math.min(other.ttl, minimum)
  );
}

/** `hostname.name.namespace` of a Service `namespace/name`. */
function isPodName(object: string, name: string): boolean {
  const [namespace, service] = object.split('/');
  return name.split('.').slice(1).join('.').startsWith(`${service}.${namespace}.`);
}
