// A target with a fault behind five doors, each of which random octets pass once in 256 times.

import { open } from './planted-doors.ts';
import { hold, octetsOf, type Target } from './target.ts';

export const target: Target = {
  name: 'planted',
  shape: 'octets',
  watched: ['test/fuzz/engine/planted-doors.ts'],
  dictionary: [],
  seeds: [octetsOf('-----------')],
  takesMessages: false,
  run: (input) => hold(!open(input), 'all doors are open'),
};
