import type { NameExplanation } from '@seamark/watcher';
import type { Aspect, Said, SaidRRset } from './said.ts';

/**
 * Why the plugin answers otherwise, as far as two replies and what is known of the name tell: rows of
 * docs/differences.md. Of several rows for one aspect the first that fits counts.
 */
export interface Reason {
  /** The row's code. */
  readonly code: string;
  /** A clause that says what the other server does, and Seamark in its place. */
  readonly text: string;
}

/** Two replies that differ, and what there is to know about the question. */
export interface Facts {
  readonly type: string;
  readonly ours: Said;
  readonly theirs: Said;
  readonly known: NameExplanation;
  /** Of the gateway that the zone belongs to: seconds. */
  readonly ttl: number;
  readonly negativeTtl: number;
}

/** @returns undefined where no row explains it */
export function reasonFor(aspect: Aspect, facts: Facts): Reason | undefined {
  return ROWS.find((row) => row.aspects.includes(aspect) && row.when(facts));
}

interface Row extends Reason {
  readonly aspects: readonly Aspect[];
  readonly when: (facts: Facts) => boolean;
}

const ADDRESSES: readonly string[] = ['A', 'AAAA'];
const OF_THE_PLUGIN: readonly string[] = [...ADDRESSES, 'TXT'];
const ROUTES: readonly string[] = ['HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'];

const sense =
  (ours: Said['sense'], ...theirs: readonly Said['sense'][]) =>
  (facts: Facts): boolean =>
    facts.ours.sense === ours && theirs.includes(facts.theirs.sense);

const isApex = ({ known }: Facts): boolean => known.name === known.zone;
const isNegative = ({ sense: one }: Said): boolean => one === 'nodata' || one === 'nxdomain';
const hasObjects = ({ known }: Facts): boolean => known.objects.length > 0;

/** The objects that the answer is from are all of one of these kinds. */
const isOf = ({ known }: Facts, ...kinds: readonly string[]): boolean => {
  const speaking = known.objects.filter(({ loss }) => loss === undefined);
  return speaking.length > 0 && speaking.every(({ kind }) => kinds.includes(kind));
};

const hasTargets = ({ known }: Facts): boolean =>
  known.objects.some(({ loss, targets }) => loss === undefined && targets.length > 0);

const rdataOf = (rrsets: readonly SaidRRset[], type: string): readonly string[] =>
  rrsets.filter((rrset) => rrset.type === type).flatMap(({ rdata }) => rdata);

const isPart = (part: readonly string[], whole: readonly string[]): boolean =>
  part.length > 0 && part.length < whole.length && part.every((one) => whole.includes(one));

/** The name lies more than one label below the wildcard that speaks for it. */
const isDeepBelowWildcard = ({ known: { name, wildcard } }: Facts): boolean => {
  if (wildcard?.speaks !== true) return false;
  const above = wildcard.name.slice(1);
  return name.slice(0, name.length - above.length).includes('.');
};

const serialOf = ({ answer, authority }: Said): string | undefined =>
  rdataOf([...answer, ...authority], 'SOA')[0]?.split(' ')[2];

const ROWS: readonly Row[] = [
  {
    code: 'D04',
    text: 'SOA is answered at every name there, here at the apex only',
    aspects: ['sense'],
    when: (facts) =>
      facts.type === 'SOA' &&
      !isApex(facts) &&
      isNegative(facts.ours) &&
      facts.theirs.sense === 'data',
  },
  {
    code: 'D23',
    text: 'AAAA of a name server is NODATA there, answered here',
    aspects: ['sense'],
    when: (facts) =>
      facts.type === 'AAAA' && facts.known.isNameServer && sense('data', 'nodata')(facts),
  },
  {
    code: 'D22',
    text: 'an IPv6 address of a name server is A 0.0.0.0 there, AAAA here',
    aspects: ['sense', 'records', 'additional'],
    when: ({ type, theirs }) =>
      (type === 'A' || type === 'NS') &&
      rdataOf([...theirs.answer, ...theirs.additional], 'A').includes('0.0.0.0'),
  },
  {
    code: 'D05',
    text: 'NS below the apex is NODATA there even for a name that does not exist',
    aspects: ['sense'],
    when: (facts) => facts.type === 'NS' && sense('nxdomain', 'nodata')(facts),
  },
  {
    code: 'D03',
    text: 'a name that does not exist is NODATA there for this type, NXDOMAIN here',
    aspects: ['sense'],
    when: (facts) =>
      !OF_THE_PLUGIN.includes(facts.type) &&
      facts.type !== 'SOA' &&
      sense('nxdomain', 'nodata')(facts),
  },
  {
    code: 'D02',
    text: 'a name that has data of another type is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) =>
      (facts.known.types.length > 0 || (facts.known.wildcard?.types.length ?? 0) > 0) &&
      sense('nodata', 'nxdomain')(facts),
  },
  {
    code: 'D51',
    text: 'a DNSEndpoint without a usable target is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) =>
      hasObjects(facts) &&
      facts.known.objects.every(({ kind }) => kind === 'DNSEndpoint') &&
      sense('nodata', 'nxdomain')(facts),
  },
  {
    code: 'D12',
    text: 'a name whose object has no address yet is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) => hasObjects(facts) && sense('nodata', 'nxdomain')(facts),
  },
  {
    code: 'D13',
    text: 'an empty non-terminal is NXDOMAIN there, NODATA here',
    aspects: ['sense'],
    when: (facts) => facts.known.exists && sense('nodata', 'nxdomain')(facts),
  },
  {
    code: 'D14',
    text: 'a wildcard stands for one label there, for any number here',
    aspects: ['sense'],
    when: (facts) => isDeepBelowWildcard(facts) && facts.theirs.sense === 'nxdomain',
  },
  {
    code: 'D15',
    text: 'a wildcard at the top of the zone answers for its apex there',
    aspects: ['sense'],
    when: (facts) => isApex(facts) && sense('nodata', 'data')(facts),
  },
  {
    code: 'D16',
    text: 'a wildcard answers there for a name that exists without an address',
    aspects: ['sense'],
    when: (facts) =>
      facts.known.exists && facts.known.wildcard !== undefined && sense('nodata', 'data')(facts),
  },
  {
    code: 'D68',
    text: 'a zone cut is not known there, here it is a referral',
    aspects: ['sense', 'referral', 'flags'],
    when: ({ known, ours }) => known.cut !== undefined || ours.sense === 'referral',
  },
  {
    code: 'D11',
    text: 'PTR is NODATA there for every name, here each address has one',
    aspects: ['sense'],
    when: (facts) => facts.type === 'PTR' && sense('data', 'nodata', 'nxdomain')(facts),
  },
  {
    code: 'D66',
    text: "a load balancer's host name that cannot be resolved is NXDOMAIN there",
    aspects: ['sense'],
    when: (facts) => hasTargets(facts) && facts.theirs.sense === 'nxdomain',
  },
  {
    code: 'D64',
    text: "a load balancer's host name is answered as addresses there, as CNAME here",
    aspects: ['sense', 'records', 'ttl'],
    when: (facts) =>
      hasTargets(facts) &&
      (facts.ours.answer.some(({ type }) => type === 'CNAME') || !isNegative(facts.theirs)) &&
      facts.ours.sense === 'data' &&
      (facts.type === 'CNAME' || OF_THE_PLUGIN.includes(facts.type)),
  },
  {
    code: 'D46',
    text: 'of DNSEndpoints only A, AAAA and TXT are answered there, every type here',
    aspects: ['sense'],
    when: (facts) =>
      !OF_THE_PLUGIN.includes(facts.type) &&
      isOf(facts, 'DNSEndpoint') &&
      sense('data', 'nodata')(facts),
  },
  {
    code: 'D46',
    text: 'a CNAME of a DNSEndpoint is not known there',
    aspects: ['sense', 'records'],
    when: (facts) =>
      isOf(facts, 'DNSEndpoint') && facts.ours.answer.some(({ type }) => type === 'CNAME'),
  },
  {
    code: 'D39',
    text: 'an endpoint has no name of its own there',
    aspects: ['sense'],
    when: (facts) =>
      isOf(facts, 'Service') &&
      facts.known.objects.every(({ object, name }) => isPodName(object, name)) &&
      sense('data', 'nxdomain')(facts),
  },
  {
    code: 'D60',
    text: 'TCPRoutes and UDPRoutes have no names there',
    aspects: ['sense'],
    when: (facts) => isOf(facts, 'TCPRoute', 'UDPRoute') && sense('data', 'nxdomain')(facts),
  },
  {
    code: 'D45',
    text: 'each name of a DNSEndpoint has the targets of all its endpoints there, here its own',
    aspects: ['records'],
    when: (facts) =>
      isOf(facts, 'DNSEndpoint') &&
      isPart(rdataOf(facts.ours.answer, facts.type), rdataOf(facts.theirs.answer, facts.type)),
  },
  {
    code: 'D48',
    text: 'quotes around a target of TXT are part of the text there',
    aspects: ['records'],
    when: (facts) =>
      facts.type === 'TXT' &&
      isOf(facts, 'DNSEndpoint') &&
      rdataOf(facts.theirs.answer, 'TXT').some((text) => text.includes('\\"')),
  },
  {
    code: 'D38',
    text: 'a Service with externalIPs hides the others of its name there, here all are merged',
    aspects: ['records'],
    when: (facts) =>
      isOf(facts, 'Service') &&
      isPart(rdataOf(facts.theirs.answer, facts.type), rdataOf(facts.ours.answer, facts.type)),
  },
  {
    code: 'D63',
    text: 'the first kind speaks for all types there, here for those it has',
    aspects: ['sense'],
    when: (facts) =>
      facts.ours.sense === 'data' &&
      isNegative(facts.theirs) &&
      new Set(facts.known.objects.map(({ kind }) => kind)).size > 1,
  },
  {
    code: 'D32',
    text: "a name server's addresses are those of every kind there, of its Service here",
    aspects: ['records', 'additional'],
    when: ({ known, type }) => known.isNameServer || type === 'NS',
  },
  {
    code: 'D24',
    text: "a name server's addresses have TTL 60 there, here the configured ttl",
    aspects: ['ttl'],
    when: ({ known, theirs }) => known.isNameServer && theirs.answer[0]?.ttl === 60,
  },
  {
    code: 'D65',
    text: 'addresses of a host name live for the configured ttl there, here no longer than their own',
    aspects: ['ttl'],
    when: hasTargets,
  },
  {
    code: 'D49',
    text: 'recordTTL is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'DNSEndpoint') && hasTtlOfItsOwn(facts),
  },
  {
    code: 'D36',
    text: 'the annotation ttl of a Service is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'Service') && hasTtlOfItsOwn(facts),
  },
  {
    code: 'D35',
    text: 'the annotation ttl of an Ingress is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, 'Ingress') && hasTtlOfItsOwn(facts),
  },
  {
    code: 'D60',
    text: 'the annotation ttl of routes and Gateways is not read there',
    aspects: ['ttl'],
    when: (facts) => isOf(facts, ...ROUTES) && hasTtlOfItsOwn(facts),
  },
  {
    code: 'D25',
    text: 'negative answers live 60 seconds there, here as long as configured',
    aspects: ['soa'],
    when: ({ ours, theirs, negativeTtl }) =>
      negativeTtl !== 60 &&
      [...ours.answer, ...ours.authority].some(({ type, ttl }) => type === 'SOA' && ttl !== 60) &&
      serialOf(theirs) !== undefined,
  },
  {
    code: 'D20',
    text: 'the serial of the SOA is 12345 for ever there, here it grows',
    aspects: ['soa'],
    when: ({ theirs }) => serialOf(theirs) === '12345',
  },
];

/** The reply has the TTL that its objects give it, and that is not the configured one. */
function hasTtlOfItsOwn({ known, ours, ttl }: Facts): boolean {
  const [first] = ours.answer;
  return (
    first !== undefined &&
    first.ttl !== ttl &&
    known.objects.some((object) => object.loss === undefined && object.ttl === first.ttl)
  );
}

/** `hostname.name.namespace` of a Service `namespace/name`. */
function isPodName(object: string, name: string): boolean {
  const [namespace, service] = object.split('/');
  return name.split('.').slice(1).join('.').startsWith(`${service}.${namespace}.`);
}

/**
 * Rows that may be behind a difference of an object of this kind, where none could be told for certain: which it is
 * only the objects say.
 */
export const ROWS_OF_KIND: Readonly<Record<string, string>> = {
  Ingress: 'D34 and D35',
  Service: 'D36 to D39 and D44',
  DNSEndpoint: 'D45 to D51',
  Node: 'D41 and D42',
  ...Object.fromEntries(ROUTES.map((kind) => [kind, 'D52 to D60'])),
};
