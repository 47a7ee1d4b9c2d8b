import { type FoldedName, formatName, toALabels } from '@seamark/protocol';
import type {
  Claim,
  ClaimedName,
  ClaimedWay,
  ClaimingKind,
  ClaimSink,
} from '../projection/contract.ts';
import { isWithin, wireName } from '../zone-index/wire-name.ts';

/** Whose claims they are. */
export interface BystanderPlace {
  readonly view: number;
  /** Of all sources. */
  readonly source: number;
  /** The gateway's zones. */
  readonly zones: readonly string[];
  /** Whether it takes a name that lies in no zone below each of its own. */
  readonly relative: boolean;
}

/** An object that asks for the name, or for a wildcard that covers it. */
export interface Bystander {
  readonly place: BystanderPlace;
  readonly kind: ClaimingKind;
  readonly key: string;
  /** As written. */
  readonly name: string;
  /** Why it claims nothing; undefined: it does claim this. */
  readonly reason?: string;
  /** Why what it claims has no address. */
  readonly noAddress?: string;
  /** By which other objects it claims this. */
  readonly ways?: readonly ClaimedWay[];
}

/**
 * Notes, while sources are read, which objects have to do with one name: those that are passed over for it, and
 * those that claim it, be it in a zone where it counts or not. Of all others nothing is kept, so that a
 * large cluster can be looked through.
 */
export class Bystanders {
  readonly name: FoldedName;
  private readonly passed = new Map<string, Bystander>();
  private readonly claiming = new Map<string, Bystander>();

  /** @param name folded */
  constructor(name: FoldedName) {
    this.name = name;
  }

  /** Those that were passed over, and still are. */
  get passedOver(): readonly Bystander[] {
    return [...this.passed.values()];
  }

  /** Those that claim the name as a full one, whatever became of that. */
  get claimants(): readonly Bystander[] {
    return [...this.claiming.values()];
  }

  /** Stands between a projector and the sink of its claims. */
  beside(place: BystanderPlace, sink: ClaimSink): ClaimSink {
    const wanted = this.wantedIn(place);
    const prefix = `${place.view} ${place.source} ${place.zones.join()} `;
    const find = (names: readonly ClaimedName[]): ClaimedName | undefined =>
      names.find(({ name, relative }) => {
        const known = wanted.get(plain(name));
        return known !== undefined && (known.isFull ? !relative : relative || place.relative);
      });
    // A projector that passes an object over says so right before it claims what is left; so with ways.
    let told = '';
    let waysOf: (() => readonly ClaimedWay[]) | undefined;
    return {
      beginList: (kind) => sink.beginList(kind),
      endList: (kind) => sink.endList(kind),
      fault: (kind, key, faults) => sink.fault(kind, key, faults),
      passedOver: (kind, key, names, reason) => {
        const found = find(names);
        told = `${prefix}${kind} ${key}`;
        if (found === undefined) this.passed.delete(told);
        else this.passed.set(told, { place, kind, key, name: found.name, reason });
        sink.passedOver?.(kind, key, names, reason);
      },
      ways: (_kind, _key, ways) => {
        waysOf = ways;
      },
      claim: (kind, key, claims) => {
        const id = `${prefix}${kind} ${key}`;
        if (told !== id) this.passed.delete(id);
        told = '';
        const found = find(namesOf(claims));
        if (found === undefined) this.claiming.delete(id);
        else {
          const ways = waysOf?.().filter(({ name }) => wanted.has(plain(name)));
          const noAddress = claims.find(({ names }) => names.includes(found))?.noAddress;
          this.claiming.set(id, {
            ...{ place, kind, key, name: found.name },
            ...(noAddress !== undefined && { noAddress }),
            ...(ways && { ways }),
          });
        }
        waysOf = undefined;
        sink.claim(kind, key, claims);
      },
    };
  }

  /**
   * The texts that mean the name, or a wildcard over it: as a full name (`isFull`), or below a zone. What is
   * written with escapes is not among them.
   */
  private wantedIn(place: BystanderPlace): ReadonlyMap<string, { readonly isFull: boolean }> {
    const wanted = new Map<string, { readonly isFull: boolean }>();
    for (const zone of place.zones) {
      const apex = wireName(zone);
      if (!isWithin(this.name, apex) || this.name.length === apex.length) continue;
      const labels = formatName(this.name).split('.').slice(0, -1);
      const depth = apex.length === 1 ? 0 : formatName(apex).split('.').length - 1;
      const relative = labels.slice(0, labels.length - depth);
      for (const text of withWildcards(relative)) {
        if (!this.liesInZone(text, place)) wanted.set(text, { isFull: false });
      }
    }
    for (const text of withWildcards(formatName(this.name).split('.').slice(0, -1))) {
      // As a full name it lies in no zone but the root's.
      if (text !== '*' || place.zones.includes('.')) wanted.set(text, { isFull: true });
    }
    return wanted;
  }

  /** A full name in a zone is not taken below it. */
  private liesInZone(text: string, { zones }: BystanderPlace): boolean {
    return zones.some((zone) => isWithin(wireName(text), wireName(zone)));
  }
}

function namesOf(claims: readonly Claim[]): readonly ClaimedName[] {
  const [first] = claims;
  if (first === undefined) return [];
  return claims.length === 1 ? first.names : claims.flatMap(({ names }) => names);
}

/** `a.b.c`, `*.b.c`, `*.c`, `*`. */
function withWildcards(labels: readonly string[]): string[] {
  return [labels.join('.'), ...labels.map((_, i) => ['*', ...labels.slice(i + 1)].join('.'))];
}

/** Whether a text that an object of the place claims means a name, in presentation format with a final dot. */
export function means(text: string, name: string, { zones, relative }: BystanderPlace): boolean {
  const full = `${plain(text)}.`;
  if (full === name) return true;
  return relative && zones.some((zone) => full + zone.replace(/\.?$/, '.') === name);
}

/** Lower case, A-labels, without a final dot: as `wantedIn` writes. */
function plain(name: string): string {
  const lower = name.toLowerCase();
  const ascii = NOT_ASCII.test(lower) ? toALabels(lower) : lower;
  return ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
}

const NOT_ASCII = /[^\0-\x7f]/;
