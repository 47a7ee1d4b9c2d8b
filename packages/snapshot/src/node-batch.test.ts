import { countLabels, foldName, parseName } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { NameHasher } from './name-hash.ts';
import { NodeBatch } from './node-batch.ts';
import { composeRRset } from './rrset.ts';

const nodeOf = (name: string) => ({
  name: foldName(parseName(name)),
  zone: 0,
  apexLabels: 2,
  flags: 0,
  rrsets: [],
});

test.each([
  ['a.example.com', 0, 1, 0],
  ['*.b.example.com', 60, 0, 1],
  ['abc.b.example.com', 0x7fffffff, 3, 2],
  [`${'x'.repeat(63)}.example.com`, 300, 1500, 870],
])('a host is added as its node would be: %s', (text, ttl, v4, v6) => {
  const name = foldName(parseName(text));
  const octets = (count: number, length: number) =>
    Array.from({ length: count }, (_, i) => new Uint8Array(length).fill(i + 1));
  const [ipv4, ipv6] = [octets(v4, 4), octets(v6, 16)];
  const head = { zone: 7, apexLabels: 2, flags: 0 };
  const hasher = new NameHasher(1, 2);
  const [whole, host] = [new NodeBatch(hasher), new NodeBatch(hasher)];
  const rrsets = [
    ...(v4 === 0 ? [] : [composeRRset(1, ttl, ipv4)]),
    ...(v6 === 0 ? [] : [composeRRset(28, ttl, ipv6)]),
  ];
  const addresses = Buffer.concat([Buffer.from('..'), ...ipv4, ...ipv6]);
  // Twice: what an earlier use of the memory left behind must not show.
  for (const _ of [1, 2]) {
    whole.clear();
    whole.add({ name, ...head, rrsets });
    host.words.fill(-1);
    host.clear();
    const hash = whole.index[0] as number;
    const labels = countLabels(name);
    const spec = { name, nameLength: name.length, labels, hash, ttl, addresses, at: 2, v4, v6 };
    host.addHost({ ...spec, ...head });
  }
  expect(host.words.subarray(0, host.length)).toEqual(whole.words.subarray(0, whole.length));
  expect([...host.index.subarray(0, 2)]).toEqual([...whole.index.subarray(0, 2)]);
  expect(host.maxLabels).toBe(whole.maxLabels);
});

test('a batch that was large once gives its memory back, and takes names as before', () => {
  const batch = new NodeBatch(new NameHasher(1, 2));
  for (let i = 0; i < 50_000; i++) batch.add(nodeOf(`name-${i}.example.com`));
  expect(batch.words.byteLength).toBeGreaterThan(1 << 20);
  batch.clear();
  expect(batch.words.byteLength + batch.index.byteLength).toBeLessThan(8192);
  for (let i = 0; i < 500; i++) batch.add(nodeOf(`name-${i}.example.com`));
  expect(batch.count).toBe(500);
  const fresh = new NodeBatch(new NameHasher(1, 2));
  for (let i = 0; i < 500; i++) fresh.add(nodeOf(`name-${i}.example.com`));
  expect(batch.words.subarray(0, batch.length)).toEqual(fresh.words.subarray(0, fresh.length));
  expect(batch.index.subarray(0, 1000)).toEqual(fresh.index.subarray(0, 1000));
});
