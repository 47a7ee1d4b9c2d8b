// Query path: `enter` neither allocates nor throws. Bench: bench/micro/access.ts.
import type { Query } from '@seamark/protocol';
import type { AccessAction, AccessRule, BlockSettings } from './answer-settings.ts';
import { Networks, readPeer } from './networks.ts';
import { ZoneSet } from './zone-set.ts';

/** What is to become of a question before it is looked up. */
export const ACCESS = { ALLOW: 0, BLOCK: 1, FILTER: 2, DROP: 3 } as const;
export type Access = (typeof ACCESS)[keyof typeof ACCESS];

const ACTIONS: Readonly<Record<AccessAction, Access>> = {
  allow: ACCESS.ALLOW,
  block: ACCESS.BLOCK,
  filter: ACCESS.FILTER,
  drop: ACCESS.DROP,
};

/** One {@link AccessRule}, its sets made ready. */
interface Rule {
  readonly access: Access;
  readonly zones: ZoneSet | undefined;
  readonly types: Uint16Array | undefined;
  readonly networks: Networks | undefined;
}

/** The blocks of a listener: which one a name counts to, who may ask there, and how. */
export class BlockTable {
  /** Of the block that was entered last: {@link BlockSettings.minimalAny}; false for none. */
  minimalAny = false;
  private readonly zones: ZoneSet;
  private readonly anys: readonly boolean[];
  private readonly rules: readonly (readonly Rule[])[];
  private readonly address = new Int32Array(4);

  constructor(blocks: readonly BlockSettings[]) {
    this.zones = new ZoneSet(
      blocks.flatMap(({ zones }, i) => zones.map((zone) => [zone, i] as const)),
    );
    this.anys = blocks.map((block) => block.minimalAny);
    this.rules = blocks.map((block) => block.access.map(compile));
  }

  /** Finds the block of a question. @returns whether this client may ask it */
  enter(query: Query, client: { peer(): Uint8Array }): Access {
    const block = this.zones.longest(query);
    this.minimalAny = block >= 0 && (this.anys[block] as boolean);
    if (block < 0) return ACCESS.ALLOW;
    const rules = this.rules[block] as readonly Rule[];
    if (rules.length === 0) return ACCESS.ALLOW;
    readPeer(this.address, client.peer());
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as Rule;
      if (rule.types !== undefined && !includes(rule.types, query.type)) continue;
      if (rule.networks !== undefined && !rule.networks.holds(this.address)) continue;
      if (rule.zones !== undefined && rule.zones.longest(query) < 0) continue;
      return rule.access;
    }
    return ACCESS.ALLOW;
  }
}

function compile({ action, zones, types, networks }: AccessRule): Rule {
  return {
    access: ACTIONS[action],
    zones: zones === undefined ? undefined : new ZoneSet(zones.map((zone) => [zone, 0])),
    types: types === undefined ? undefined : Uint16Array.from(types),
    networks: networks === undefined ? undefined : new Networks(networks),
  };
}

/** By hand: `includes` of a typed array is a call out of the compiled code. */
function includes(types: Uint16Array, type: number): boolean {
  for (let i = 0; i < types.length; i++) if (types[i] === type) return true;
  return false;
}
