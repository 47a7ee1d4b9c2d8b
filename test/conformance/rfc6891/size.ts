// RFC 6891 6.2.3 and 7: the size that the client offers, and the OPT that stays when TC is set.

import type { Case } from '../harness/case.ts';
import { fits, isTruncated } from '../harness/size.ts';

const ONE_OCTET = { knot: 'FORMERR when one octet is offered' };

const SIZE = 'RFC 6891 6.2.3';

export const cases: readonly Case[] = [
  fits(SIZE, 'big40.example.com. A', 40, { udpSize: 1232 }),
  fits(SIZE, 'big40.example.com. A', 40, { udpSize: 700 }),
  isTruncated(SIZE, 'big40.example.com. A', 600, { udpSize: 600 }),
  isTruncated(SIZE, 'big40.example.com. A', 512, { udpSize: 512 }),
  isTruncated('RFC 6891 7', 'at.example.com. A', 512, { udpSize: 512 }),
  ...[0, 1, 100, 511].flatMap((udpSize) =>
    [
      fits(SIZE, 'big20.example.com. A', 20, { udpSize }),
      isTruncated(SIZE, 'big40.example.com. A', 512, { udpSize }),
    ].map((one) => (udpSize === 1 ? { ...one, knownDifferences: ONE_OCTET } : one)),
  ),
];
