import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { DEEDS, type Deed, type MortalTask } from '../../test-support/mortal-worker.ts';
import { RefusedError } from '../workers/refusal.ts';
import { WorkerPool, type WorkerPoolOptions, type WorkerSlot } from './worker-pool.ts';

const MODULE: string = fileURLToPath(
  new URL('../../test-support/mortal-worker.ts', import.meta.url),
);

/** A pool of workers that do as they are told, and what it said. */
class Fixture {
  readonly events: string[] = [];
  readonly deaths: { readonly name: string; readonly error: unknown; readonly waitMs: number }[] =
    [];
  readonly pool: WorkerPool<MortalTask>;
  readonly #deeds: SharedArrayBuffer[];
  #onDeath: () => void = () => {};

  constructor(names: readonly string[], options: Omit<WorkerPoolOptions, 'onDeath'> = {}) {
    this.#deeds = names.map(() => new SharedArrayBuffer(4));
    const slots = names.map((name, index) => this.slot(name, index));
    this.pool = new WorkerPool(slots, {
      restartMs: 1,
      ...options,
      onDeath: (name, error, waitMs) => {
        this.deaths.push({ name, error, waitMs });
        this.#onDeath();
      },
    });
  }

  /** Of a worker that does the nth deed. */
  slot(name: string, index: number): WorkerSlot<MortalTask> {
    return {
      name,
      filename: MODULE,
      task: (port) => {
        this.events.push(`${name} begins`);
        return { port, deed: this.#deeds[index] as SharedArrayBuffer };
      },
      died: () => this.events.push(`${name} is gone`),
    };
  }

  tell(index: number, deed: Deed): void {
    Atomics.store(new Int32Array(this.#deeds[index] as SharedArrayBuffer), 0, DEEDS.indexOf(deed));
  }

  /** Lets a worker die, and its replacement live; resolves when that begins. */
  async kill(index: number, deed: Deed): Promise<void> {
    const began = this.events.length;
    this.#onDeath = () => this.tell(index, 'serve');
    this.tell(index, deed);
    await expect.poll(() => this.events.length, PATIENTLY).toBe(began + 2);
  }

  /** Waits for what the workers count to come to this. */
  async counts(name: string, value: number): Promise<void> {
    const sum = () =>
      this.pool.counted().reduce((total, totals) => total + (totals?.[name] ?? 0), 0);
    await expect.poll(sum, PATIENTLY).toBe(value);
  }
}

const NOTHING = { listeners: [], views: [] };

const PATIENTLY = { timeout: 20_000, interval: 2 };

let fixture: Fixture;
afterEach(() => fixture.pool.stop());

describe('a start', () => {
  test('resolves when all serve, and a stop when all are gone', async () => {
    fixture = new Fixture(['a', 'b', 'c']);
    await fixture.pool.start();
    expect(fixture.events).toEqual(['a begins', 'b begins', 'c begins']);
    await fixture.pool.stop();
    expect(fixture.events.slice(3).sort()).toEqual(['a is gone', 'b is gone', 'c is gone']);
    expect(fixture.deaths).toEqual([]);
  });

  test('fails with the code of what the world refused, and ends the others', async () => {
    fixture = new Fixture(['a', 'b']);
    fixture.tell(1, 'refuse');
    const failure: unknown = await fixture.pool.start().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure).toMatchObject({ code: 'EADDRINUSE', message: 'as told' });
    expect(fixture.events.slice(2).sort()).toEqual(['a is gone', 'b is gone']);
  });

  test.each(['throw', 'exit', 'end', 'throw-uncaught'] as const)(
    'fails when a worker dies before it serves: %s',
    async (deed) => {
      fixture = new Fixture(['a', 'b']);
      fixture.tell(0, deed);
      // `throw-uncaught` is uncaught while the worker waits, before it says that it serves.
      await expect(fixture.pool.start()).rejects.toThrow();
      expect(fixture.deaths).toEqual([]);
      expect(fixture.pool.restarts).toBe(0);
    },
  );
});

describe('what workers are told', () => {
  test('is done when all have done it; of refusals the first is given', async () => {
    fixture = new Fixture(['a', 'b']);
    await fixture.pool.start();
    expect(await fixture.pool.tell('serve', NOTHING)).toBeUndefined();
    fixture.tell(1, 'refuse-mail');
    expect(await fixture.pool.tell('open', NOTHING)).toMatchObject({ code: 'EADDRINUSE' });
    expect(await fixture.pool.tell('serve', NOTHING)).toBeUndefined();
  });

  test('is not waited for where a worker dies of it', async () => {
    fixture = new Fixture(['a', 'b']);
    await fixture.pool.start();
    fixture.tell(0, 'throw');
    expect(await fixture.pool.tell('serve', NOTHING)).toBeUndefined();
    await expect.poll(() => fixture.events, PATIENTLY).toContain('a is gone');
    fixture.tell(0, 'serve');
  });
});

describe('a slot', () => {
  test('is added while others serve, and let go of without being replaced', async () => {
    fixture = new Fixture(['a', 'b', 'c']);
    const pool = fixture.pool;
    await pool.start();
    expect(pool.freeSlot).toBe(3);
    await pool.retire(1);
    expect(fixture.events).toEqual(['a begins', 'b begins', 'c begins', 'b is gone']);
    expect(pool.freeSlot).toBe(1);
    await pool.add(1, fixture.slot('d', 1));
    expect(fixture.events.slice(4)).toEqual(['d begins']);
    await pool.retire(2);
    void pool.tell('serve', NOTHING);
    await fixture.counts('mail', 2);
    expect([pool.restarts, fixture.deaths]).toEqual([0, []]);
  });

  test('is free again where its worker could not start', async () => {
    fixture = new Fixture(['a', 'b']);
    await fixture.pool.start();
    await fixture.pool.retire(1);
    fixture.tell(1, 'refuse');
    await expect(fixture.pool.add(1, fixture.slot('c', 1))).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(fixture.pool.freeSlot).toBe(1);
    expect(fixture.deaths).toEqual([]);
  });

  test('that waits for a replacement is let go of, too', async () => {
    fixture = new Fixture(['a', 'b'], { restartMs: 60_000 });
    await fixture.pool.start();
    fixture.tell(0, 'throw');
    await expect.poll(() => fixture.deaths.length, PATIENTLY).toBe(1);
    await fixture.pool.retire(0);
    expect(fixture.pool.freeSlot).toBe(0);
  });
});

describe('a worker that dies', () => {
  test.each([
    ['throw', /as told/],
    ['refuse', /as told/],
    ['throw-uncaught', /as told/],
    ['exit', /exited with code: 3/],
    ['end', /without having been asked to/],
  ] as const)('is replaced once it is gone, and the others stay: %s', async (deed, says) => {
    fixture = new Fixture(['a', 'b']);
    await fixture.pool.start();
    await fixture.kill(0, deed);
    expect(fixture.events.slice(2)).toEqual(['a is gone', 'a begins']);
    expect(fixture.deaths[0]?.name).toBe('a');
    expect(String(fixture.deaths[0]?.error)).toMatch(says);
    expect(fixture.pool.restarts).toBe(1);
    // Both hear what they are told.
    void fixture.pool.tell('serve', NOTHING);
    await fixture.counts('mail', 2);
  });

  test('may throw once more, in a thread that is idle by then', async () => {
    fixture = new Fixture(['a', 'b'], { restartMs: 200 });
    await fixture.pool.start();
    await fixture.kill(0, 'throw-twice');
    void fixture.pool.tell('serve', NOTHING);
    await fixture.counts('mail', 2);
    expect(fixture.deaths).toHaveLength(1);
  });

  test('waits longer each time, as long as it keeps dying', async () => {
    fixture = new Fixture(['a'], { restartMs: 2 });
    await fixture.pool.start();
    for (let death = 0; death < 4; death++) await fixture.kill(0, 'throw');
    expect(fixture.deaths.map(({ waitMs }) => waitMs)).toEqual([2, 4, 8, 16]);
  });

  test('waits as little as the first time, once it has been steady', async () => {
    fixture = new Fixture(['a'], { restartMs: 2, steadyMs: 0 });
    await fixture.pool.start();
    for (let death = 0; death < 3; death++) await fixture.kill(0, 'exit');
    expect(fixture.deaths.map(({ waitMs }) => waitMs)).toEqual([2, 2, 2]);
  });

  test('is tried again when its replacement can not even start', async () => {
    fixture = new Fixture(['a', 'b']);
    await fixture.pool.start();
    fixture.tell(0, 'refuse');
    await expect.poll(() => fixture.deaths.length, PATIENTLY).toBeGreaterThanOrEqual(3);
    fixture.tell(0, 'count');
    await fixture.counts('counted', 7);
  });

  test('leaves behind what it had counted', async () => {
    fixture = new Fixture(['a']);
    await fixture.pool.start();
    for (const life of [1, 2]) {
      fixture.tell(0, 'count');
      await fixture.counts('counted', 7);
      await fixture.kill(0, 'throw');
      expect(fixture.pool.countedBefore()['counted']).toBe(7 * life);
    }
  });

  test('is not replaced after a stop', async () => {
    fixture = new Fixture(['a', 'b'], { restartMs: 60_000 });
    await fixture.pool.start();
    fixture.tell(0, 'throw');
    await expect.poll(() => fixture.deaths.length, PATIENTLY).toBe(1);
    await fixture.pool.stop();
    expect(fixture.events.filter((event) => event === 'a begins')).toHaveLength(1);
  });
});
