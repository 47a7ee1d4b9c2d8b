import {
  type FoldedName,
  formatAddress,
  formatName,
  formatRdata,
  TYPE,
  typeMnemonic,
} from '@seamark/protocol';
import type { ClaimedWay, ClaimingKind } from '../projection/contract.ts';
import { NO_ADDRESSES } from '../zone-index/address-set.ts';
import { bindingRdata } from '../zone-index/https-rdata.ts';
import type { NameInIndex } from '../zone-index/name-in-index.ts';
import type { LossCode, Verdict } from '../zone-index/verdicts.ts';
import { wireName } from '../zone-index/wire-name.ts';
import { type Bystander, means } from './bystanders.ts';

/** What the watcher knows of a name, as texts. Names are in presentation format with a final dot. */
export interface NameExplanation {
  readonly name: string;
  /** The apex of the zone that the name lies in; absent: in none, and nothing else is known then. */
  readonly zone?: string;
  /** The name exists, be it for those below it alone. */
  readonly exists: boolean;
  /** The name, or the closest around it that exists. */
  readonly encloser?: string;
  /** The zone cut at the name or above it: other servers answer for it. */
  readonly cut?: string;
  /** It is the name of one of the zone's name servers. */
  readonly isNameServer: boolean;
  /** Of the name of an address: the name that has the address, and that its PTR leads to. */
  readonly pointsTo?: string;
  /** RR types that it owns. */
  readonly types: readonly string[];
  /** The closest wildcard that covers it, whether it comes to speak for it or not. */
  readonly wildcard?: {
    readonly name: string;
    readonly speaks: boolean;
    readonly types: readonly string[];
  };
  /** Those that have to do with it, the ones that are answered from first, then in order of precedence. */
  readonly objects: readonly ExplainedObject[];
}

/** An object that claims the name or a wildcard over it, or would. */
export interface ExplainedObject {
  /** The label of its source. */
  readonly source: string;
  readonly kind: ClaimingKind;
  /** `namespace/name`, or `name` where the kind has no namespaces. */
  readonly object: string;
  /** The owner name that it claims; of one that is passed over, as the object has it. */
  readonly name: string;
  readonly addresses: readonly string[];
  readonly targets: readonly string[];
  /** Other records: `MX 10 mail.example.com.` */
  readonly records: readonly string[];
  /** Seconds; absent where it claims nothing. */
  readonly ttl?: number;
  /** By which Gateways, and which listeners of them, a route has the name; absent of other kinds. */
  readonly ways?: readonly ExplainedWay[];
  /** RR types of the answer that it gives, alone or with others. */
  readonly answers: readonly string[];
  /** Why it gives none. */
  readonly loss?: ObjectLoss;
  /** Why no HTTPS record is composed of it, though it says something of HTTPS and is answered from otherwise. */
  readonly noHttps?: string;
}

/** How a route comes to a name. */
export type ExplainedWay = Omit<ClaimedWay, 'name'>;

/** Why an object gives nothing. */
export interface ObjectLoss {
  readonly code: ObjectLossCode;
  /** A clause for people. */
  readonly text: string;
}

/** For programs: they stay. */
export type ObjectLossCode =
  | LossCode
  /** It claims nothing, for the reason that the text says: class, label, type, a parent that doesn't accept it. */
  | 'passed-over'
  /** The name that it claims counts in no zone that it is read for. */
  | 'wrong-zone'
  /** It claims a wildcard, and the name, or one between the two, exists. */
  | 'hidden';

export interface ExplanationParts {
  readonly name: FoldedName;
  readonly index: NameInIndex | undefined;
  /** The label of a gateway's cluster. */
  readonly labelOf: (gateway: number, cluster: number) => string;
  readonly sourceLabel: (source: number) => string;
  readonly passedOver: readonly Bystander[];
  readonly claimants: readonly Bystander[];
}

/** Puts together what the index knows of a name and who was noted beside it. */
export function explanationOf(parts: ExplanationParts): NameExplanation {
  const { index, name } = parts;
  if (index === undefined) {
    return {
      ...{ name: formatName(name), exists: false, isNameServer: false, types: [] },
      objects: others(parts, []),
    };
  }
  const { wildcard, gateway } = index;
  const title = (verdict: Verdict): string => parts.labelOf(gateway, verdict.cluster);
  const own = index.verdicts.map((verdict) => objectOf(verdict, name, title(verdict)));
  const covering = (wildcard?.verdicts ?? []).map((verdict) => {
    const object = objectOf(verdict, (wildcard as Wildcard).name, title(verdict));
    return wildcard?.speaks ? object : { ...object, answers: [], loss: hiddenBy(index) };
  });
  const objects = [...own, ...covering, ...behindPtr(parts, own)].map((object) =>
    withReason(withWays(object, parts), parts),
  );
  return {
    name: formatName(name),
    zone: formatName(index.apex),
    exists: index.exists,
    encloser: formatName(index.encloser),
    ...(index.cut !== undefined && { cut: formatName(index.cut) }),
    isNameServer: index.isNameServer,
    ...(index.ptr !== undefined && { pointsTo: formatName(index.ptr.name) }),
    types: index.types.map(typeMnemonic),
    ...(wildcard !== undefined && {
      wildcard: {
        name: formatName(wildcard.name),
        speaks: wildcard.speaks,
        types: wildcard.types.map(typeMnemonic),
      },
    }),
    objects: [
      ...objects.filter(({ loss }) => loss === undefined),
      ...objects.filter(({ loss }) => loss !== undefined),
      ...others(parts, objects),
    ],
  };
}

type Wildcard = NonNullable<NameInIndex['wildcard']>;

function objectOf(verdict: Verdict, name: FoldedName, source: string): ExplainedObject {
  const { addresses, targets, rrsets, https } = verdict.content;
  const bindings = https === 'off' ? [] : https;
  return {
    ...{ source, kind: verdict.kind, object: verdict.key, name: formatName(name) },
    addresses: [...addresses.v4, ...addresses.v6].map(formatAddress),
    targets: targets.map((target) => formatName(target)),
    records: [
      ...rrsets.flatMap(({ type, rdata }) => rdata.map((octets) => recordText(type, octets))),
      // What it says is theirs to be composed of; the addresses of the name go into the answer.
      ...bindings.map((binding) =>
        recordText(TYPE.HTTPS, bindingRdata(binding, name, NO_ADDRESSES)),
      ),
    ],
    ttl: verdict.ttl,
    answers: verdict.answers.map(typeMnemonic),
    ...(verdict.loss !== undefined && { loss: verdict.loss }),
    ...(verdict.noHttps !== undefined && { noHttps: verdict.noHttps }),
  };
}

function recordText(type: number, rdata: Uint8Array): string {
  return `${typeMnemonic(type)} ${formatRdata(type, rdata)}`;
}

/** Those that give the address to the name that the PTR leads to; what an object says of the name itself comes first. */
function behindPtr({ index, labelOf }: ExplanationParts, own: readonly ExplainedObject[]) {
  if (index?.ptr === undefined) return [];
  const { name, gateway, verdicts } = index.ptr;
  const isOverruled = own.some(({ answers }) => answers.length > 0);
  return verdicts.map((verdict): ExplainedObject => {
    const object = objectOf(verdict, name, labelOf(gateway, verdict.cluster));
    if (!isOverruled) return { ...object, answers: ['PTR'] };
    const text = 'an object says of the name itself where it leads';
    return { ...object, answers: [], loss: { code: 'precedence', text } };
  });
}

/** With the ways by which a route has the name. */
function withWays(object: ExplainedObject, parts: ExplanationParts): ExplainedObject {
  const ways = parts.claimants
    .filter(({ kind, key, place }) => {
      const source = parts.sourceLabel(place.source);
      return kind === object.kind && key === object.object && source === object.source;
    })
    .flatMap(({ ways = [], place }) => ways.filter((way) => means(way.name, object.name, place)))
    .map(({ name, ...way }) => way);
  // Several gateways may read one source.
  const distinct = new Map(ways.map((way) => [JSON.stringify(way), way]));
  return distinct.size === 0 ? object : { ...object, ways: [...distinct.values()] };
}

/** Of one without an address, why there is none, if its kind can tell. */
function withReason(object: ExplainedObject, parts: ExplanationParts): ExplainedObject {
  if (object.loss?.code !== 'no-address') return object;
  const reason = parts.claimants.find(
    ({ kind, key, place, name }) =>
      kind === object.kind &&
      key === object.object &&
      parts.sourceLabel(place.source) === object.source &&
      // A Service's own name is below each zone, whatever the gateway makes of others.
      means(name, object.name, { ...place, relative: true }),
  )?.noAddress;
  return reason === undefined ? object : { ...object, loss: { code: 'no-address', text: reason } };
}

function hiddenBy({ exists, encloser }: NameInIndex): ObjectLoss {
  const text = exists
    ? 'a wildcard gives nothing where the name exists (RFC 4592)'
    : `a wildcard gives nothing below ${formatName(encloser)}, which exists (RFC 4592)`;
  return { code: 'hidden', text };
}

/** Objects that the index has nothing of, at this name. */
function others(
  { passedOver, claimants, sourceLabel, index }: ExplanationParts,
  known: readonly ExplainedObject[],
): ExplainedObject[] {
  const ids = new Set(known.map(({ source, kind, object }) => `${source} ${kind} ${object}`));
  const all = [...claimants, ...passedOver].map((bystander): ExplainedObject => {
    const { kind, key, name, reason, place } = bystander;
    return {
      ...{ source: sourceLabel(place.source), kind, object: key, name },
      ...{ addresses: [], targets: [], records: [], answers: [] },
      loss:
        reason === undefined ? unheard(index, bystander) : { code: 'passed-over', text: reason },
    };
  });
  // Several gateways may say the same of an object.
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()].filter(
    ({ source, kind, object, loss }) =>
      loss?.code === 'passed-over' || !ids.has(`${source} ${kind} ${object}`),
  );
}

/** Of an object that claims the name, or a wildcard over it, and of which the index has nothing there. */
function unheard(index: NameInIndex | undefined, bystander: Bystander): ObjectLoss {
  if (index !== undefined && isReadFor(index, bystander)) return hiddenBy(index);
  return { code: 'wrong-zone', text: wrongZone(index, bystander) };
}

/** Whether its gateway is the one that has the zone: then it is a wildcard further up that it claims. */
function isReadFor({ apex }: NameInIndex, { place }: Bystander): boolean {
  return place.zones.some((zone) => formatName(wireName(zone)) === formatName(apex));
}

function wrongZone(index: NameInIndex | undefined, { name, place }: Bystander): string {
  if (index !== undefined) {
    return `the name lies in ${formatName(index.apex)}, whose k8s_gateway does not read the object`;
  }
  if (!place.relative || name.endsWith('.')) return 'the name lies in no zone that is served';
  const below = place.zones.map((zone) => `${name}.${zone.replace(/\.?$/, '.')}`);
  return `the name lies in no zone that is served: it stands for ${below.join(' and ')}`;
}
