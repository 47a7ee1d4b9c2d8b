import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Random, seeds } from '../../protocol/test-support/random.ts';
import { find, gone, host, publish, valuesOf } from '../test-support/nodes.ts';
import type { RacingResult, RacingTask } from '../test-support/racing-reader.ts';
import {
  leave,
  type MergeRunner,
  mergeHere,
  mergeInThread,
  Publisher,
  SnapshotReader,
} from './index.ts';

const mergeAtOnce: MergeRunner = async (task) => mergeHere(task);

function pair(merge: MergeRunner = mergeAtOnce, readers = 1) {
  const publisher = new Publisher({ readers, merge });
  return { publisher, reader: new SnapshotReader(publisher.handle, 0) };
}

const hosts = (count: number, value: number, prefix = 'h') =>
  Array.from({ length: count }, (_, i) => host(`${prefix}${i}.example.com`, value));

describe('publication', () => {
  it('shows nothing before the reader looks, and then all of it', () => {
    const { publisher, reader } = pair();
    expect(reader.refresh()).toBe(false);
    expect(valuesOf(reader, 'a.example.com')).toBeUndefined();
    publish(publisher, host('a.example.com', 1), host('b.example.com', 1));
    expect(valuesOf(reader, 'a.example.com')).toBeUndefined();
    expect(reader.refresh()).toBe(true);
    expect(reader.refresh()).toBe(false);
    expect(valuesOf(reader, 'A.Example.com')).toEqual([1]);
    expect(valuesOf(reader, 'b.example.com')).toEqual([1]);
    expect(publisher.generation).toBe(1);
  });

  it('makes nothing of an empty batch', () => {
    const { publisher, reader } = pair();
    publisher.publish();
    expect(publisher.generation).toBe(0);
    expect(reader.refresh()).toBe(false);
  });

  it.each([true, false])('takes many nodes at once, announced or not: %s', (announced) => {
    const { publisher, reader } = pair();
    for (let value = 1; value <= 4; value++) {
      if (announced) publisher.expect(30_000);
      for (const node of hosts(30_000, value)) publisher.add(node);
      reader.refresh();
      // Not before they are published.
      expect(valuesOf(reader, 'h0.example.com')).toEqual(value === 1 ? undefined : [value - 1]);
      publisher.publish();
      publish(publisher, gone(`h${value}.example.com`));
      reader.refresh();
      for (const i of [0, 9, 15_000, 29_999]) {
        expect(valuesOf(reader, `h${i}.example.com`)).toEqual([value]);
      }
      expect(valuesOf(reader, `h${value}.example.com`)).toBeUndefined();
    }
    // What older generations lay in has been used again: two of them at the most are there, and some room.
    expect(publisher.bytes).toBeLessThan(3 * 30_000 * 80);
  });

  it('refuses more nodes than were announced, sooner than filling its table', () => {
    const { publisher } = pair();
    publisher.expect(5000);
    expect(() => {
      for (const node of hosts(30_000, 1)) publisher.add(node);
      publisher.publish();
    }).toThrow(RangeError);
  });

  it('hides, restores and changes what lies below', () => {
    const { publisher, reader } = pair();
    publish(publisher, ...hosts(200, 1));
    const steps = [gone('h7.example.com'), host('h7.example.com', 2), host('h7.example.com', 3)];
    for (const [i, node] of [...steps, gone('h7.example.com')].entries()) {
      publish(publisher, node);
      reader.refresh();
      expect(valuesOf(reader, 'h7.example.com')).toEqual([undefined, [2], [3]][i]);
      expect(valuesOf(reader, 'h8.example.com')).toEqual([1]);
    }
  });

  it('finds a wildcard by the name below it', () => {
    const { publisher, reader } = pair();
    publish(publisher, host('*.example.com', 5));
    reader.refresh();
    const node = find(reader, '*.example.com');
    const name = Uint8Array.from('\x07example\x03com\0', (character) => character.charCodeAt(0));
    const padded = new DataView(Uint8Array.of(...name, 0, 0, 0).buffer);
    reader.hasher.absorb(padded, Uint8Array.of(0, 8), 2);
    expect(reader.find(reader.hasher.wildcardHashOf(0), padded, 0, name.length, true)).toBe(node);
    expect(reader.find(reader.hasher.hashOf(0), padded, 0, name.length, false)).toBe(0);
    expect(reader.labelLimit).toBe(3);
  });

  it.each(seeds(5))('agrees with a Map, few segments at all times, seed %i', async (seed) => {
    const random = new Random(seed);
    let letMerge: (() => void) | undefined;
    const { publisher, reader } = pair(async (task) => {
      await new Promise<void>((resolve) => {
        letMerge = resolve;
      });
      return mergeHere(task);
    });
    const model = new Map<string, number>();
    for (let round = 1; round <= 300; round++) {
      const large = random.oneIn(40) ? 20_000 : 3000;
      const count = random.oneIn(20) ? large : random.oneIn(4) ? 400 : 1 + random.below(30);
      const touched = new Set(
        Array.from({ length: count }, () => `h${random.below(8000)}.example.com`),
      );
      // The largest are then written while they are added.
      if (random.oneIn(2)) publisher.expect(touched.size);
      for (const name of touched) {
        const kept = !random.oneIn(3);
        if (kept) model.set(name, round);
        else model.delete(name);
        publisher.add(kept ? host(name, round) : gone(name));
      }
      publisher.publish();
      expect(publisher.shape.length, `SEED=${seed}`).toBeLessThanOrEqual(8);
      if (random.oneIn(15)) {
        letMerge?.();
        await setImmediate();
      }
      reader.refresh();
      for (let i = 0; i < 50; i++) {
        const name = i < 25 ? random.pick([...touched]) : `h${random.below(8000)}.example.com`;
        const value = model.get(name);
        const expected = value === undefined ? undefined : [value];
        expect(valuesOf(reader, name), `SEED=${seed} round ${round} ${name}`).toEqual(expected);
      }
    }
  });
});

describe('memory', () => {
  it('is bounded while the same names change 100,000 times', async () => {
    const { publisher, reader } = pair();
    publish(publisher, ...hosts(100, 0));
    let most = 0;
    for (let value = 1; value <= 100_000; value++) {
      publish(publisher, host(`h${value % 100}.example.com`, value));
      reader.refresh();
      if (value < 5000) most = Math.max(most, publisher.bytes);
      else if (publisher.bytes > most) throw new Error(`${publisher.bytes} at ${value}`);
    }
    await publisher.settled();
    expect(valuesOf(reader, 'h99.example.com')).toEqual([99_999]);
    expect(most).toBeLessThan(2 ** 17);
    expect(publisher.handle.arena.byteLength).toBe(2 ** 18);
  }, 60_000);

  it('of names that come once and go is given back as well', async () => {
    const { publisher, reader } = pair();
    publish(publisher, ...hosts(100, 0));
    for (let value = 1; value <= 20_000; value++) {
      publish(
        publisher,
        host(`once${value}.example.com`, value),
        gone(`once${value - 1}.example.com`),
      );
      reader.refresh();
      await publisher.settled();
    }
    expect(publisher.bytes).toBeLessThan(2 ** 21);
    expect(valuesOf(reader, 'once20000.example.com')).toEqual([20_000]);
    expect(valuesOf(reader, 'once19999.example.com')).toBeUndefined();
  });

  it('that a lagging reader holds stays as it is, until it has moved on', async () => {
    const { publisher, reader } = pair(mergeAtOnce, 2);
    const swift = new SnapshotReader(publisher.handle, 1);
    publish(publisher, ...hosts(500, 1));
    publish(publisher, host('h3.example.com', 2), gone('h4.example.com'));
    reader.refresh();
    const before = publisher.bytes;
    for (let value = 3; value < 700; value++) {
      publish(publisher, ...hosts(20, value), ...hosts(20, value, `n${value % 9}x`));
      await publisher.settled();
      swift.refresh();
      expect(valuesOf(swift, 'h3.example.com')).toEqual([value]);
      expect(valuesOf(reader, 'h3.example.com')).toEqual([2]);
      expect(valuesOf(reader, 'h4.example.com')).toBeUndefined();
      expect(valuesOf(reader, `h${(value % 495) + 5}.example.com`)).toEqual([1]);
    }
    const lagging = publisher.bytes;
    expect(lagging).toBeGreaterThan(5 * before);
    reader.refresh();
    publish(publisher, host('h3.example.com', 700));
    swift.refresh();
    reader.refresh();
    publish(publisher, host('h3.example.com', 701));
    expect(publisher.bytes).toBeLessThan(lagging / 5);
  });

  it.each([
    ['has joined and not yet looked', (_: SnapshotReader) => {}, true],
    ['has left', (reader: SnapshotReader) => reader.close(), false],
  ])('is kept for a reader that %s: %#', (_, then, kept) => {
    const { publisher, reader } = pair();
    then(reader);
    const sizes = Array.from({ length: 100 }, (_, value) => {
      publish(publisher, ...hosts(50, value));
      return publisher.bytes;
    });
    expect((sizes[99] ?? 0) > 10 * (sizes[0] ?? 0)).toBe(kept);
  });

  it('is given back for a reader whose thread is known to be dead', () => {
    const { publisher } = pair();
    for (let value = 0; value < 50; value++) publish(publisher, ...hosts(50, value));
    const before = publisher.bytes;
    leave(new Int32Array(publisher.handle.control), 0);
    publish(publisher, ...hosts(50, 50));
    expect(publisher.bytes).toBeLessThan(before / 5);
    const successor = new SnapshotReader(publisher.handle, 0);
    successor.refresh();
    expect(valuesOf(successor, 'h49.example.com')).toEqual([50]);
  });

  it('has a slot for each reader, and for no more', () => {
    const { publisher } = pair();
    expect(() => new SnapshotReader(publisher.handle, 1)).toThrow(RangeError);
    expect(() => new SnapshotReader(publisher.handle, -1)).toThrow(RangeError);
  });
});

describe('merges', () => {
  it('do not hold up what is published meanwhile, nor undo it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { publisher, reader } = pair(async (task) => {
      await promise;
      return mergeHere(task);
    });
    publish(publisher, ...hosts(6000, 1));
    publish(publisher, ...hosts(5000, 2));
    for (let value = 3; value < 300; value++) {
      publish(publisher, host('h1.example.com', value), gone(`h${value}.example.com`));
      expect(publisher.shape.length).toBeLessThanOrEqual(8);
      reader.refresh();
      expect(valuesOf(reader, 'h1.example.com')).toEqual([value]);
    }
    const overlays = publisher.shape.length - 2;
    resolve();
    await publisher.settled();
    expect(publisher.shape).toHaveLength(overlays + 1);
    expect(publisher.shape.at(-1)).toBe(6000);
    expect(reader.refresh()).toBe(true);
    expect(valuesOf(reader, 'h1.example.com')).toEqual([299]);
    expect(valuesOf(reader, 'h299.example.com')).toBeUndefined();
    expect(valuesOf(reader, 'h300.example.com')).toEqual([2]);
  });

  it('that fail leave things as they were, and are tried again', async () => {
    const errors: unknown[] = [];
    let tries = 0;
    const publisher = new Publisher({
      readers: 1,
      merge: async (task) => {
        tries += 1;
        if (tries < 3) throw new Error(`try ${tries}`);
        return mergeHere(task);
      },
      onMergeError: (error) => errors.push(error),
    });
    const reader = new SnapshotReader(publisher.handle, 0);
    publish(publisher, ...hosts(6000, 1));
    publish(publisher, ...hosts(5000, 2));
    await publisher.settled();
    const { bytes, shape } = publisher;
    expect(shape).toEqual([5000, 6000]);
    for (const value of [3, 4]) {
      publish(publisher, host('h1.example.com', value));
      await publisher.settled();
      reader.refresh();
      expect(valuesOf(reader, 'h1.example.com')).toEqual([value]);
      expect(valuesOf(reader, 'h4999.example.com')).toEqual([2]);
    }
    expect(errors.map(String)).toEqual(['Error: try 1', 'Error: try 2']);
    expect(publisher.shape).toEqual([6000]);
    publish(publisher, host('h1.example.com', 5));
    expect(publisher.bytes).toBeLessThan(1.1 * bytes);
  });

  it('are not for a base that is smaller than what goes above it', () => {
    const { publisher, reader } = pair(() => Promise.reject(new Error('a merge')));
    publish(publisher, host('h1.example.com', 1), host('old.example.com', 1));
    publish(publisher, ...hosts(5000, 2), gone('old.example.com'));
    expect(publisher.shape).toEqual([5000]);
    reader.refresh();
    expect(valuesOf(reader, 'h1.example.com')).toEqual([2]);
    expect(valuesOf(reader, 'old.example.com')).toBeUndefined();
  });

  it('run on a thread of their own', async () => {
    const { publisher, reader } = pair(mergeInThread);
    publish(publisher, ...hosts(6000, 1));
    publish(publisher, ...hosts(5000, 2));
    publish(publisher, host('h7.example.com', 3));
    await publisher.settled();
    expect(publisher.shape.at(-1)).toBe(6000);
    reader.refresh();
    expect(valuesOf(reader, 'h7.example.com')).toEqual([3]);
    expect(valuesOf(reader, 'h4999.example.com')).toEqual([2]);
  });

  it('say so when the thread can do nothing', async () => {
    const arena = new SharedArrayBuffer(16);
    await expect(mergeInThread({ arena, target: 2 ** 30, sources: [1] })).rejects.toThrow();
  });
});

describe('a reader on another thread', () => {
  it('never sees a torn answer through 10,000 publications', async () => {
    const publisher = new Publisher({ readers: 1, merge: mergeInThread });
    const names = ['a', 'bb', 'x.y.z', '*', 'h1'].map((name) => `${name}.example.com`);
    const signals = new Int32Array(new SharedArrayBuffer(8));
    const task: RacingTask = { handle: publisher.handle, slot: 0, names, signals };
    const worker = new Worker(new URL('../test-support/racing-reader.ts', import.meta.url), {
      workerData: task,
      execArgv: ['--conditions=seamark-source'],
    });
    const message = once(worker, 'message');
    while (Atomics.load(signals, 0) < 1) await setImmediate();
    const total = 10_000;
    for (let value = 1; value <= total; value++) {
      for (const name of names) publisher.add(host(name, value, 1 + (value % 7)));
      // Others change along: overlays grow, merges come about, memory is used again.
      for (let i = 0; i < 20; i++) {
        const other = `o${(37 * value + i) % 9000}.example.com`;
        publisher.add((value + i) % 3 === 0 ? gone(other) : host(other, value));
      }
      publisher.publish();
      if (value % 50 === 0) await setImmediate();
    }
    Atomics.store(signals, 1, 1);
    const [{ torn, adopted, last }] = (await message) as [RacingResult];
    expect(torn).toBeUndefined();
    expect(adopted).toBeGreaterThan(0);
    expect(last).toBe(total);
    await publisher.settled();
    expect(publisher.shape.at(-1)).toBeGreaterThan(1000);
    expect(publisher.bytes).toBeLessThan(2 ** 24);
  }, 60_000);
});
