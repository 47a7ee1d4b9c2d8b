import { describe, expect, it } from 'vitest';
import { createControl, leave, oldestHeld, publishList } from './control.ts';
import { CONTROL, MAX_SEGMENTS, READER_STATE, READER_STRIDE } from './layout.ts';

const segments = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ offset: 100 * i, words: 50 }));

function report(control: Int32Array, slot: number, state: number, sequence: number): void {
  control[CONTROL.READERS + slot * READER_STRIDE] = state;
  control[CONTROL.READERS + slot * READER_STRIDE + 1] = sequence;
}

describe('the control block', () => {
  it('lists at most eight segments, newest first, under an even sequence', () => {
    const control = createControl(1);
    expect(publishList(control, segments(MAX_SEGMENTS))).toBe(2);
    expect(control[CONTROL.COUNT]).toBe(MAX_SEGMENTS);
    expect([...control.subarray(CONTROL.LIST, CONTROL.LIST + 4)]).toEqual([0, 50, 100, 50]);
    expect(() => publishList(control, segments(MAX_SEGMENTS + 1))).toThrow(RangeError);
    expect(control[CONTROL.SEQUENCE]).toBe(2);
    // The list of a full stack ends before the first reader's words.
    expect(CONTROL.LIST + 2 * MAX_SEGMENTS).toBeLessThanOrEqual(CONTROL.READERS);
  });

  it('knows the furthest behind of those who read', () => {
    const control = createControl(4);
    expect(oldestHeld(control, 10)).toBe(0);
    report(control, 0, READER_STATE.READING, 10);
    report(control, 1, READER_STATE.READING, 4);
    report(control, 2, READER_STATE.ABSENT, 0);
    expect(oldestHeld(control, 10)).toBe(6);
    leave(control, 1);
    expect(oldestHeld(control, 10)).toBe(0);
    report(control, 3, READER_STATE.JOINING, 10);
    expect(oldestHeld(control, 10)).toBe(Number.POSITIVE_INFINITY);
  });

  it('goes on where the sequence wraps', () => {
    const control = createControl(1);
    control[CONTROL.SEQUENCE] = 0x7ffffffc;
    const before = publishList(control, segments(1));
    report(control, 0, READER_STATE.READING, before);
    const after = publishList(control, segments(2));
    expect([before, after]).toEqual([0x7ffffffe, -0x80000000]);
    expect(oldestHeld(control, after)).toBe(2);
    expect(oldestHeld(control, publishList(control, segments(1)))).toBe(4);
  });
});
