import {
  composeError,
  type ExtendedError,
  formatAddress,
  formatName,
  type Query,
} from '@seamark/protocol';
import type { TemplateConfig } from '../../config/server-config.ts';
import { isWithin } from '../../config/zone.ts';
import type { ReplySections } from '../pending-query.ts';
import { parseRecord } from './parse-record.ts';
import { type Found, Pattern } from './pattern.ts';
import { RecordText, TemplateError } from './record-text.ts';

/** What a template says to a question in its reach. */
export type Templated =
  | {
      readonly kind: 'reply';
      readonly sections: ReplySections;
      readonly rcode: number;
      readonly error: ExtendedError | undefined;
    }
  /** It is not for this name: the next one is asked, or the zone. */
  | { readonly kind: 'next' }
  /** What it would say is no record: why. */
  | { readonly kind: 'failed'; readonly reason: string };

const EVERYTHING: Found = { groups: [''], named: new Map() };

/** One `template` directive. */
export class Template {
  private readonly config: TemplateConfig;
  private readonly error: ExtendedError | undefined;
  private readonly patterns: readonly Pattern[];
  private readonly sections: Readonly<Record<keyof ReplySections, readonly RecordText[]>>;

  constructor(config: TemplateConfig) {
    this.config = config;
    const { ede } = config;
    this.error = ede === undefined ? undefined : composeError(ede.code, ede.text);
    this.patterns = config.match.map((text) => new Pattern(text));
    const groups = groupsOf(this.patterns);
    const read = (texts: readonly string[]) => texts.map((text) => new RecordText(text, groups));
    this.sections = {
      answer: read(config.answer),
      authority: read(config.authority),
      additional: read(config.additional),
    };
  }

  /** @param peer 20 octets as @seamark/udp has them. */
  answer({ name, nameLength, type }: Query, peer: Uint8Array): Templated {
    const { zones, rcode, fallthrough } = this.config;
    const text = formatName(name.subarray(0, nameLength));
    const found = this.find(text);
    if (found === undefined) {
      if (fallthrough.some((zone) => isWithin(text, zone))) return { kind: 'next' };
      return { kind: 'failed', reason: 'no pattern matches, and nothing falls through' };
    }
    const zone = zones
      .filter((candidate) => isWithin(text, candidate))
      .reduce(
        (longest, candidate) => (candidate.length > longest.length ? candidate : longest),
        '',
      );
    const remote = formatAddress(peer.subarray(peer[0] === 4 ? 16 : 4, 20));
    const subject = { name: text, zone, type, remote, found };
    const compose = (texts: readonly RecordText[]) =>
      texts.map((record) => parseRecord(record.render(subject)));
    const { answer, authority, additional } = this.sections;
    try {
      const sections = {
        answer: compose(answer),
        authority: compose(authority),
        additional: compose(additional),
      };
      return { kind: 'reply', sections, rcode, error: this.error };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { kind: 'failed', reason: error.message };
    }
  }

  private find(text: string): Found | undefined {
    if (this.patterns.length === 0) return { ...EVERYTHING, groups: [text] };
    for (const pattern of this.patterns) {
      const found = pattern.find(text);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** A group counts that every pattern has; a name that any has. */
export function groupsOf(patterns: readonly Pattern[]): {
  count: number;
  names: ReadonlySet<string>;
} {
  return {
    count: Math.min(
      ...patterns.map(({ groupCount }) => groupCount),
      patterns.length === 0 ? 0 : 255,
    ),
    names: new Set(patterns.flatMap(({ groupNames }) => groupNames)),
  };
}
