// RFC 9715 3.1: replies stay below the size that IP would fragment: 1232 octets, whatever is offered.

import type { Case } from '../harness/case.ts';
import { fits, isTruncated, wholeOverTcp } from '../harness/size.ts';

const SIZE = 'RFC 9715 3.1';

export const cases: readonly Case[] = [
  ...[1232, 1400, 4096, 65535].flatMap((udpSize) => [
    fits(SIZE, 'edge-74.example.com. A', 74, { udpSize }),
    isTruncated(SIZE, 'edge-75.example.com. A', 1232, { udpSize }),
    isTruncated(SIZE, 'big100.example.com. A', 1232, { udpSize }),
  ]),
  isTruncated(SIZE, 'edge-74.example.com. A', 1231, { udpSize: 1231 }),
  wholeOverTcp('RFC 7766 5', 'edge-75.example.com. A', 75),
  wholeOverTcp('RFC 7766 5', 'big100.example.com. A', 100),
];
