// An RRset's octets from shared memory into the reply. `node bench/micro/copy.ts`

import { type Contender, compare } from './runner.ts';

const shared = new SharedArrayBuffer(1 << 20);
const from = new Uint8Array(shared);
const fromView = new DataView(shared);
const to = new Uint8Array(4096);
const toView = new DataView(to.buffer);

type Copy = (at: number, start: number, length: number) => void;

function copying(name: string, length: number, copy: Copy): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        copy(47 + (i & 7), (i & 1023) * 64, length);
        total += to[60] as number;
      }
      return total;
    },
  };
}

const octetwise: Copy = (at, start, length) => {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
};

const wordwise: Copy = (at, start, length) => {
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    toView.setInt32(at + i, fromView.getInt32(start + i, true), true);
  }
  for (; i < length; i++) to[at + i] = from[start + i] as number;
};

const subarray: Copy = (at, start, length) => {
  to.set(from.subarray(start, start + length), at);
};

for (const length of [16, 28, 64, 256]) {
  compare(`copy ${length} octets`, [
    copying('octet by octet', length, octetwise),
    copying('DataView, words', length, wordwise),
    copying('set(subarray()), which allocates', length, subarray),
  ]);
}
