import type { FoldedName } from '@seamark/protocol';
import { GLUE, type NodeSpec } from '@seamark/snapshot';
import type { AddressSet } from './address-set.ts';
import type { Claims } from './claims.ts';
import type { Cuts } from './cuts.ts';
import type { Flattening } from './flattening.ts';
import type { Gateway } from './gateway.ts';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Precedence } from './precedence.ts';
import type { ReverseNames } from './reverse-names.ts';
import { judge, type Verdict } from './verdicts.ts';
import type { Zone } from './zone.ts';

/** What the index knows of a name that lies in a zone. */
export interface NameInIndex {
  readonly apex: FoldedName;
  /** The zone's gateway, by its place in the view. */
  readonly gateway: number;
  /** The name exists, be it for those below it alone. */
  readonly exists: boolean;
  readonly isNameServer: boolean;
  /** The configuration says where it is, whatever objects say. */
  readonly isGiven: boolean;
  /** The name itself, or, if it doesn't exist, the closest of those around it that do. */
  readonly encloser: FoldedName;
  /** The zone cut at the name or above it: other servers answer for it. */
  readonly cut?: FoldedName;
  /** RR types of the name's own node. */
  readonly types: readonly number[];
  /** Of those who claim it, in order of precedence. */
  readonly verdicts: readonly Verdict[];
  /** Of the name of an address: what its PTR leads to. */
  readonly ptr?: NameOfAddress;
  /** The closest wildcard that covers the name, whether it comes to speak for it or not. */
  readonly wildcard?: {
    readonly name: FoldedName;
    /** Not where the name exists, or one between the two (RFC 4592 3.3.1). */
    readonly speaks: boolean;
    readonly types: readonly number[];
    readonly verdicts: readonly Verdict[];
  };
}

/** The name that has an address, of those that have it the one that its PTR leads to. */
export interface NameOfAddress {
  readonly name: FoldedName;
  /** Of its zone, by its place in the view. */
  readonly gateway: number;
  /** Of those who give it the address; none where the configuration does. */
  readonly verdicts: readonly Verdict[];
}

export interface IndexParts {
  readonly tree: NameTree;
  readonly claims: Claims;
  readonly precedence: Precedence;
  readonly given: ReadonlyMap<number, AddressSet>;
  /** Those around the name. */
  readonly zone: Zone;
  readonly gateway: Gateway;
  readonly gatewayNumber: number;
  readonly cuts: Cuts;
  readonly flattening: Flattening;
  readonly reverse: ReverseNames | undefined;
  /** The gateway in whose zone an entry lies, and its place in the view. */
  readonly gatewayAround: (entry: number) => { gateway: Gateway; number: number };
  /** An entry's node as it would be published now. */
  readonly compose: (entry: number) => NodeSpec;
}

/** @param name lies in the zone of `parts`. */
export function explainName(name: FoldedName, parts: IndexParts): NameInIndex {
  const { tree, zone } = parts;
  const entry = tree.find(name);
  const own = entry === 0 ? undefined : judged(entry, parts);
  let encloser = name;
  for (let around = name; tree.find(encloser) === 0; encloser = around) around = parentOf(around);
  const cut = parts.cuts.around(tree.find(encloser));
  // Below a cut no wildcard of ours speaks.
  const wildcard = cut === 0 ? wildcardOver(name, encloser, parts) : undefined;
  const ptr = entry === 0 ? undefined : nameOfAddress(entry, parts);
  return {
    apex: zone.apexName,
    gateway: parts.gatewayNumber,
    exists: entry !== 0,
    isNameServer: entry !== 0 && tree.hasFlags(entry, ENTRY.NAME_SERVER),
    isGiven: entry !== 0 && parts.given.has(entry),
    encloser,
    ...(cut !== 0 && { cut: tree.nameOf(cut) }),
    types: own?.types ?? [],
    verdicts: own?.verdicts ?? [],
    ...(ptr !== undefined && { ptr }),
    ...(wildcard !== undefined && { wildcard }),
  };
}

function wildcardOver(
  name: FoldedName,
  encloser: FoldedName,
  parts: IndexParts,
): NameInIndex['wildcard'] {
  const { tree, zone } = parts;
  for (let around = name; around.length > zone.apexName.length; ) {
    around = parentOf(around);
    const wildcard = wildcardBelow(around);
    const entry = tree.find(wildcard);
    if (entry === 0 || isSame(wildcard, name)) continue;
    const speaks = isSame(around, encloser) && !isSame(name, encloser);
    return { name: wildcard, speaks, ...judged(entry, parts) };
  }
  return undefined;
}

function nameOfAddress(reverseEntry: number, parts: IndexParts): NameOfAddress | undefined {
  const { reverse, tree } = parts;
  const name = reverse?.targetOf(reverseEntry);
  if (reverse === undefined || name === undefined) return undefined;
  const entry = tree.find(name);
  const { gateway, number } = parts.gatewayAround(entry);
  const heard = judged(entry, { ...parts, gateway }).verdicts.filter(
    ({ loss }) => loss === undefined,
  );
  const giving = heard.filter(({ content: { addresses } }) =>
    [...addresses.v4, ...addresses.v6].some((one) => reverse.isNameOf(reverseEntry, one)),
  );
  // Nobody writes the address: it is what a host name leads to.
  const resolved = heard.filter(({ content }) => content.targets.length > 0);
  return { name, gateway: number, verdicts: giving.length > 0 ? giving : resolved };
}

function judged(
  entry: number,
  parts: IndexParts,
): { types: readonly number[]; verdicts: readonly Verdict[] } {
  if (parts.cuts.above(entry) !== 0) return { types: [], verdicts: judge(entry, [], parts) };
  // Glue is owned elsewhere.
  const rrsets = parts.compose(entry).rrsets.filter(({ type }) => type !== GLUE);
  const types = rrsets.map(({ type }) => type);
  return { types, verdicts: judge(entry, types, parts) };
}

function parentOf(name: FoldedName): FoldedName {
  return name.slice(1 + (name[0] as number)) as FoldedName;
}

function wildcardBelow(name: FoldedName): FoldedName {
  return Uint8Array.of(1, 0x2a, ...name) as FoldedName;
}

function isSame(a: FoldedName, b: FoldedName): boolean {
  return Buffer.compare(a, b) === 0;
}
