// Query path: `admits` neither allocates nor throws.
import { ZoneSet } from '@seamark/matcher';
import { FLAG, HEADER, type Query, RCODE } from '@seamark/protocol';
import type { LogBlock, LogRule, ResponseClass } from '../config/server-config.ts';

/** Which questions of a listener are logged. */
export interface LogSelection {
  readonly log: boolean;
  /** See `ListenerConfig.logged`. */
  readonly logged?: readonly LogBlock[];
}

const CLASS_BITS: Readonly<Record<ResponseClass, number>> = { success: 1, denial: 2, error: 4 };
const EVERY_CLASS = 7;

interface Rule {
  readonly zones: ZoneSet | undefined;
  readonly classes: number;
}

/** Tells, of a message that was answered, whether it goes into the log. */
export class QueryFilter {
  /** Absent: everything does. */
  private readonly blocks: ZoneSet | undefined;
  private readonly rules: readonly (readonly Rule[])[];

  constructor(blocks?: readonly LogBlock[]) {
    this.blocks =
      blocks &&
      new ZoneSet(blocks.flatMap(({ zones }, i) => zones.map((zone) => [zone, i] as const)));
    this.rules = (blocks ?? []).map((block) => block.rules.map(compile));
  }

  /** @returns a filter, or undefined where nothing is logged. */
  static of({ log, logged }: LogSelection): QueryFilter | undefined {
    return log ? new QueryFilter(logged) : undefined;
  }

  /** @param offset where the reply begins in `view`. */
  admits(query: Query, rcode: number, view: DataView, offset: number): boolean {
    const { blocks } = this;
    if (blocks === undefined) return true;
    const block = blocks.longest(query);
    if (block < 0) return false;
    const rules = this.rules[block] as readonly Rule[];
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as Rule;
      if (rule.zones !== undefined && rule.zones.longest(query) < 0) continue;
      return (rule.classes & classOf(rcode, view, offset)) !== 0;
    }
    return false;
  }
}

function compile({ zones, classes }: LogRule): Rule {
  return {
    zones: zones === undefined ? undefined : new ZoneSet(zones.map((zone) => [zone, 0])),
    classes: classes?.reduce((bits, name) => bits | CLASS_BITS[name], 0) ?? EVERY_CLASS,
  };
}

function classOf(rcode: number, view: DataView, offset: number): number {
  if (rcode === RCODE.NXDOMAIN) return CLASS_BITS.denial;
  if (rcode !== RCODE.NOERROR) return CLASS_BITS.error;
  if (view.getUint16(offset + HEADER.ANCOUNT) > 0) return CLASS_BITS.success;
  // Without an answer AA tells NODATA from a referral (RFC 2308 2.2).
  const isNodata = (view.getUint16(offset + HEADER.FLAGS) & FLAG.AA) !== 0;
  return isNodata ? CLASS_BITS.denial : CLASS_BITS.success;
}
