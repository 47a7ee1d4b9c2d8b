// Zone files drawn at random that every server accepts: of few labels, so that names meet.

/** A generator of numbers from 0 up to a bound, the same for the same seed (mulberry32). */
const generator = (seed: number): ((below: number) => number) => {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const LABELS = ['a', 'b', 'c', 'd'];

/** One RRset of everything but CNAME and NS. */
const RDATA: readonly ((number: number, name: string) => string)[] = [
  (number) => `A 192.0.2.${number % 256}`,
  (number) => `AAAA 2001:db8::${number.toString(16)}`,
  (number, name) => `MX ${number} ${name}`,
  (number) => `TXT "${number}" "; text"`,
  (number, name) => `SRV 0 1 ${number} ${name}`,
  (number) => `TYPE65400 \\# 2 ${number.toString(16).padStart(4, '0')}`,
];

/** The text of a zone file, with names below the origin alone. */
export const randomZone = (seed: number): string => {
  const below = generator(seed);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const nameOf = (): string => {
    const labels = Array.from({ length: 1 + below(3) }, () => pick(LABELS));
    if (below(6) === 0) labels[0] = '*';
    return labels.join('.');
  };
  const target = (): string =>
    pick([nameOf().replace('*', 'a'), nameOf().replace('*', 'b'), 'www.elsewhere.test.', '@']);
  const lines = [
    '$TTL 300',
    `@ SOA ns hostmaster ${1 + below(1e9)} 7200 1800 86400 ${pick([60, 300, 900])}`,
    '@ NS ns',
    'ns A 192.0.2.53',
  ];
  const taken = new Set(['@', 'ns']);
  for (let i = 0; i < 40; i++) {
    const owner = nameOf();
    if (taken.has(owner)) continue;
    taken.add(owner);
    const sort = below(8);
    if (sort === 0) lines.push(`${owner} ${60 + below(3)} CNAME ${target()}`);
    else if (sort === 1 && !owner.startsWith('*')) {
      lines.push(`${owner} NS ns.${owner}`, `${owner} NS ns.elsewhere.test.`);
      // Without it NSD gives the server an address of a wildcard that the cut hides.
      lines.push(`ns.${owner} A 192.0.2.54`);
    } else {
      for (const rdata of RDATA) {
        if (below(3) > 0) continue;
        const ttl = 60 + below(300);
        for (let n = 0; n <= below(3); n++) {
          lines.push(`${owner} ${ttl} ${rdata(n * 16 + below(16), target())}`);
        }
      }
    }
  }
  return `${lines.join('\n')}\n`;
};
