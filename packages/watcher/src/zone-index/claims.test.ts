import { NameHasher } from '@seamark/snapshot';
import { expect, test } from 'vitest';
import { Claims } from './claims.ts';
import { NameTree } from './name-tree.ts';
import { wireName } from './wire-name.ts';
import { WordHeap } from './word-heap.ts';

const [A, B, C] = [11, 22, 33] as const;

function setUp(): { claims: Claims; name: number; other: number } {
  const tree = new NameTree(new WordHeap(), new NameHasher(1, 2), [wireName('example.com')]);
  const [name = 0, other = 0] = ['a', 'b'].map((label) =>
    tree.ensure(wireName(`${label}.example.com`)),
  );
  return { claims: new Claims(tree), name, other };
}

test.each([
  [A, B, C],
  [C, B, A],
  [B, A, C],
])('one object, several, and none again: %i, %i, %i leave in turn', (...leaving) => {
  const { claims, name, other } = setUp();
  for (const record of [A, B, C]) claims.add(name, record);
  claims.add(other, B);
  expect([...claims.of(name)]).toEqual([A, B, C]);
  for (const [i, record] of leaving.entries()) {
    expect(claims.has(name), `before ${i}`).toBe(true);
    claims.remove(name, record);
    expect([...claims.of(name)]).toEqual(
      [A, B, C].filter((one) => !leaving.slice(0, i + 1).includes(one)),
    );
  }
  expect(claims.has(name)).toBe(false);
  expect([...claims.of(other)]).toEqual([B]);
});

test('an object that says something else keeps its place among the others', () => {
  const { claims, name } = setUp();
  for (const record of [A, B]) claims.add(name, record);
  claims.remove(name, A);
  claims.add(name, C);
  expect([...claims.of(name)]).toEqual([B, C]);
});

test('many names of several objects each', () => {
  const { claims, name, other } = setUp();
  for (let round = 0; round < 3; round++) {
    for (const entry of [name, other]) for (const record of [A, B, C]) claims.add(entry, record);
    for (const record of [A, B, C]) claims.remove(name, record);
    expect([...claims.of(other)]).toEqual([A, B, C]);
    for (const record of [C, B, A]) claims.remove(other, record);
    expect([...claims.of(other)]).toEqual([]);
  }
});
