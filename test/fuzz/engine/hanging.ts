// A target that runs for ever once it is given a certain octet.

import type { Target } from './target.ts';

export const target: Target = {
  name: 'hanging',
  shape: 'octets',
  watched: ['test/fuzz/engine/hanging.ts'],
  dictionary: [],
  seeds: [Uint8Array.of(1)],
  takesMessages: false,
  run: (input) => {
    while (input[0] === 0xff);
  },
};
