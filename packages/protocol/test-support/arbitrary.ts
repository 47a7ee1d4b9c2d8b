// What fast-check draws from: octets that are nearly messages, and texts that are nearly what they should be.

import fc from 'fast-check';
import { seeds } from './random.ts';

/** How a property is run: the same each time, or as SEED has it, to see a failure again. */
export const runs = (numRuns: number): fc.Parameters<unknown> => ({
  numRuns,
  seed: seeds(1)[0] as number,
});

/** Octets at which a parser of names turns. */
const edge = fc.constantFrom(0, 1, 2, 3, 0x2a, 0x3f, 0x40, 0x41, 0x5a, 0x80, 0xbf, 0xc0, 0xff);
const octet = fc.oneof({ weight: 3, arbitrary: edge }, fc.integer({ min: 0, max: 255 }));

export const octets = (maxLength: number): fc.Arbitrary<Uint8Array> =>
  fc.array(octet, { maxLength }).map((values) => Uint8Array.from(values));

const word = (value: number): number[] => [value >> 8, value & 0xff];

/** A label of any octets, most often a short one. */
export const label: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.uint8Array({ minLength: 1, maxLength: 63 }),
  fc.constantFrom('www', 'WWW', 'example', 'com', '*', 'a.b').map((text) => Buffer.from(text)),
);

/** A name in wire format, of up to 255 octets. */
export const name: fc.Arbitrary<Uint8Array> = fc.array(label, { maxLength: 127 }).map((labels) => {
  const parts: number[] = [];
  for (const label of labels) {
    if (parts.length + label.length + 2 > 255) break;
    parts.push(label.length, ...label);
  }
  return Uint8Array.of(...parts, 0);
});

const count = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1) },
  fc.constantFrom(2, 3, 255, 65_535),
);
const type = fc.oneof(
  fc.constantFrom(1, 2, 5, 6, 15, 16, 28, 33, 41, 43, 65, 250, 251, 252, 255, 257),
  fc.integer({ min: 0, max: 65_535 }),
);

/** Names that lead somewhere: whole, in part, or to themselves. */
const owner = fc.oneof(
  fc.constant(Uint8Array.of(0)),
  fc.constantFrom(12, 13, 0, 0x3fff).map((to) => Uint8Array.of(0xc0 | (to >> 8), to & 0xff)),
  name,
  octets(8),
);

const options = fc
  .array(
    fc.tuple(
      fc.constantFrom(3, 8, 10, 10, 11, 12, 15, 65_001),
      fc.oneof(
        octets(42),
        fc.constantFrom(8, 16, 24, 40).map((length) => new Uint8Array(length)),
      ),
      fc.constantFrom(0, 0, 0, 1, -1, 300),
    ),
    { maxLength: 4 },
  )
  .map((all) =>
    Uint8Array.from(
      all.flatMap(([code, data, lie]) => [
        ...word(code),
        ...word(Math.max(0, data.length + lie)),
        ...data,
      ]),
    ),
  );

/** A record whose RDLENGTH is mostly true. */
const record = fc
  .tuple(
    owner,
    type,
    fc.constantFrom(1, 1, 3, 512, 1232, 4096, 65_535),
    fc.oneof(options, octets(20)),
  )
  .chain(([owner, type, rrclass, rdata]) =>
    fc
      .tuple(fc.constantFrom(0, 0, 0, 0x8000, 0x10000, 0x1000000), fc.constantFrom(0, 0, 0, 1, -1))
      .map(([ttl, lie]) =>
        Uint8Array.of(
          ...owner,
          ...word(type),
          ...word(rrclass),
          ...word(ttl >>> 16),
          ...word(ttl & 0xffff),
          ...word(Math.max(0, rdata.length + lie)),
          ...rdata,
        ),
      ),
  );

/** Put together like a message, with counts that may lie, octets left over or missing. */
export const nearlyMessage: fc.Arbitrary<Uint8Array> = fc
  .record({
    id: fc.integer({ min: 0, max: 65_535 }),
    flags: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0, 0x0100, 0x0110) },
      fc.integer({ min: 0, max: 65_535 }),
    ),
    counts: fc.tuple(count, count, count, count),
    isHonest: fc.integer({ min: 0, max: 3 }).map((number) => number > 0),
    name: fc.oneof({ weight: 4, arbitrary: name }, octets(12)),
    type,
    class: fc.constantFrom(1, 1, 1, 3, 255, 254),
    records: fc.array(record, { maxLength: 3 }),
    left: fc.oneof({ weight: 4, arbitrary: fc.constant(new Uint8Array(0)) }, octets(4)),
    cut: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 40 })),
  })
  .map((drawn) => {
    const { isHonest, records, counts } = drawn;
    const [qd, an, ns, ar] = isHonest ? [1, 0, 0, records.length] : counts;
    const whole = Uint8Array.of(
      ...word(drawn.id),
      ...word(drawn.flags),
      ...[qd, an, ns, ar].flatMap(word),
      ...drawn.name,
      ...word(drawn.type),
      ...word(drawn.class),
      ...records.flatMap((record) => [...record]),
      ...drawn.left,
    );
    return whole.subarray(0, Math.max(0, whole.length - drawn.cut));
  });

/** Any octets at all, or such. */
export const anyMessage: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: nearlyMessage },
  octets(64),
);
