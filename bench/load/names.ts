// What every server is given to serve: hosts with addresses, drawn the same way on every run.

/** A host, or a wildcard, and its IPv4 addresses. Without a trailing dot. */
export interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface Dataset {
  /** One address each. */
  readonly hosts: readonly Host[];
  /** `*.w17.example.com`, one address each. */
  readonly wildcards: readonly Host[];
  /** Eight addresses each. */
  readonly multis: readonly Host[];
}

export const ZONE = 'example.com';
/** What Seamark and the plugin name the zone's server after: a Service, `name.namespace`. */
export const NAME_SERVER = {
  namespace: 'kube-system',
  name: 'dns1',
  address: '192.0.2.53',
} as const;
/** Seconds, of every record. */
export const TTL = 60;

const WILDCARDS = 100;
const MULTIS = 100;
const MULTI_ADDRESSES = 8;

/** Draws integers; the same seed draws the same ones (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 <= n < limit */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** A label of `length` letters and digits. */
  label(length: number): string {
    let label = '';
    for (let i = 0; i < length; i++) label += LETTERS[this.below(LETTERS.length)];
    return label;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Half of the hosts lie right under the zone, half under one of a hundred teams. */
export function createDataset(hosts: number): Dataset {
  const random = new Random(hosts);
  const names = new Set<string>();
  while (names.size < hosts) names.add(randomName(random));
  return {
    hosts: Array.from(names, (name, i) => ({ name, addresses: [address(i)] })),
    wildcards: Array.from({ length: WILDCARDS }, (_, i) => ({
      name: `*.w${i}.${ZONE}`,
      addresses: [address(i)],
    })),
    multis: Array.from({ length: MULTIS }, (_, i) => ({
      name: `multi-${i}.${ZONE}`,
      addresses: Array.from({ length: MULTI_ADDRESSES }, (_, j) => address(i + j)),
    })),
  };
}

/** A name such as the hosts have. Letters enough that a name drawn elsewhere is hardly one of them. */
export function randomName(random: Random, length: number = 8): string {
  const label = `app-${random.label(length)}`;
  return random.below(2) === 0 ? `${label}.${ZONE}` : `${label}.team-${random.below(100)}.${ZONE}`;
}

/** One of the 762 host addresses of RFC 5737's three networks, .53 left to the name server. */
function address(index: number): string {
  const last = 1 + (index % 254);
  const network = ['192.0.2', '198.51.100', '203.0.113'][Math.floor(index / 254) % 3];
  return network === '192.0.2' && last === 53 ? '192.0.2.54' : `${network}.${last}`;
}
