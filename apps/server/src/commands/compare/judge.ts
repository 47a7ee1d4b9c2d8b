import { formatName, typeMnemonic } from '@seamark/protocol';
import type { NameExplanation } from '@seamark/watcher';
import type { GatewayConfig } from '../../config/index.ts';
import type { Question } from '../ask.ts';
import { type Facts, type Reason, reasonFor, SILENT_NS } from './reasons.ts';
import { aspectsOf, type Said, saidLine } from './said.ts';

/** What each side said, or a clause that says why it said nothing. */
export interface Replies {
  readonly ours: Said | string;
  readonly theirs: Said | string;
}

/** A question that the two servers answer differently. */
export interface Difference {
  readonly name: string;
  readonly type: string;
  readonly ours: string;
  readonly theirs: string;
  readonly reasons: readonly Reason[];
  /** What helps to find out why, where no reason was found for a part of it. */
  readonly unexplained?: string;
}

export function differ({ ours, theirs }: Replies): boolean {
  return (
    typeof ours === 'string' || typeof theirs === 'string' || aspectsOf(ours, theirs).length > 0
  );
}

/** What the configuration says of a zone. */
export interface ZoneSettings {
  /** Names of its name servers, absolute; none are known of a zone that a file has alone. */
  readonly servers: readonly string[];
  /** Seconds; absent where a file says so. */
  readonly ttl?: number;
  readonly negativeTtl?: number;
}

/** A pair of replies that differ, and what the zone is. */
export interface Case extends Replies {
  readonly question: Question;
  readonly settings: ZoneSettings;
  readonly zone: string;
  /** The other server has an address for the name. */
  readonly isKnownThere: boolean;
}

export function judge(given: Case, known: NameExplanation): Difference {
  const { question, ours, theirs, settings, zone, isKnownThere } = given;
  const aspects =
    typeof ours === 'string' || typeof theirs === 'string' ? [] : aspectsOf(ours, theirs);
  const texts = {
    ...{ name: formatName(question.name), type: typeMnemonic(question.type) },
    ours: typeof ours === 'string' ? ours : saidLine(ours, aspects),
    theirs: typeof theirs === 'string' ? theirs : saidLine(theirs, aspects),
  };
  if (typeof ours === 'string' || typeof theirs === 'string') {
    const isSilentAlone = typeof ours !== 'string' && texts.type === 'NS' && texts.name === zone;
    if (isSilentAlone) return { ...texts, reasons: [SILENT_NS] };
    return { ...texts, reasons: [], unexplained: 'one of them did not answer' };
  }
  const facts: Facts = {
    ...{ type: texts.type, ours, theirs, known, isKnownThere },
    ...settings,
  };
  const found = aspects.map((aspect) => reasonFor(aspect, facts));
  const reasons = [...new Set(found.filter((reason) => reason !== undefined))];
  const isOpen = found.includes(undefined);
  return { ...texts, reasons, ...(isOpen && { unexplained: hint(known, texts.type) }) };
}

/** What a `k8s_gateway` says of one of its zones. */
export function settingsOf(gateway: GatewayConfig, zone: string): ZoneSettings {
  const { ttl, negativeTtl } = gateway;
  return { ttl, negativeTtl, servers: serversOf(gateway, zone) };
}

function serversOf({ apex, secondary }: GatewayConfig, zone: string): string[] {
  const servers = secondary === undefined ? [apex] : [apex, secondary];
  return servers.map(({ name }) => (name.endsWith('.') ? name : `${name}.${zone}`));
}

function hint({ name, objects }: NameExplanation, type: string): string {
  const told = objects.slice(0, 3).map(({ kind, object, loss }) => {
    const why = loss === undefined ? 'gives the answer here' : `gives none here: ${loss.text}`;
    return `${kind} ${object} ${why}`;
  });
  const what = told.length === 0 ? 'no object has to do with the name here' : told.join('; ');
  return `${what}; seamark explain ${name} ${type} says more`;
}
