// How to hand memory to a C function: the call's own cost, and what it leaves on the heap.
//
//   node bench/micro/udp/ffi-arguments.ts
//
// recvmmsg on descriptor -1 returns at once. Node 26.10, koffi 3.3.4, ns of CPU per call, about half of it in
// the kernel: typed array 300-360, ArrayBuffer 300, BigInt 273-288, number 254. None allocates per call.

import { getHeapStatistics } from 'node:v8';
import koffi from 'koffi';

const CALLS = 500_000;
const library = koffi.load(null);
const byPointer = library.func('recvmmsg', 'int', ['int', 'void *', 'uint', 'int', 'void *']);
const byInteger = library.func('recvmmsg', 'int', ['int', 'uintptr_t', 'uint', 'int', 'uintptr_t']);
const buffer = new ArrayBuffer(4096);
const octets = new Uint8Array(buffer);
const address = koffi.address(buffer);
const number = Number(address);

const variants: Record<string, () => number> = {
  'typed array': () => byPointer(-1, octets, 1, 0, null),
  ArrayBuffer: () => byPointer(-1, buffer, 1, 0, null),
  'BigInt as pointer': () => byPointer(-1, address, 1, 0, null),
  'BigInt as integer': () => byInteger(-1, address, 1, 0, 0n),
  'number as integer (chosen)': () => byInteger(-1, number, 1, 0, 0),
};

for (const [name, call] of Object.entries(variants)) {
  for (let i = 0; i < 10_000; i++) call();
  const heap = getHeapStatistics().total_allocated_bytes;
  const start = process.threadCpuUsage();
  let failures = 0;
  for (let i = 0; i < CALLS; i++) failures -= call();
  const { user, system } = process.threadCpuUsage(start);
  const allocated = (getHeapStatistics().total_allocated_bytes - heap) / CALLS;
  const cost = ((user + system) * 1000) / failures;
  process.stdout.write(
    `${name}: ${cost.toFixed(0)} ns, ${allocated.toFixed(2)} octets allocated\n`,
  );
}
