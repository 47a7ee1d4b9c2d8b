/**
 * Copies `length` octets, four at a time: half the time of one at a time. `set(subarray())` allocates a view and pays
 * only beyond some 200 octets (bench/micro/copy.ts).
 */
export function copy(
  to: DataView,
  at: number,
  from: DataView,
  start: number,
  length: number,
): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) to.setInt32(at + i, from.getInt32(start + i));
  for (; i < length; i++) to.setUint8(at + i, from.getUint8(start + i));
}
