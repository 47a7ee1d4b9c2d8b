// RFC 2136 2.2: an UPDATE is NOTIMP where the opcode is not supported; and nothing changes.

import { CLASS, composeName, composeRecord, query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { isNotImplemented } from '../harness/opcode.ts';
import { checkReply } from '../harness/reply.ts';

const UPDATE = 5;
const SECTION = 'RFC 2136 2.2';

const addition = composeRecord(
  composeName('updated.example.com.'),
  TYPE.A,
  CLASS.IN,
  60,
  Buffer.from([192, 0, 2, 99]),
);

/** RFC 2136 2.5.3: class ANY, type ANY, no TTL and no RDATA delete all RRsets of a name. */
const deletion = composeRecord(
  composeName('v4only.example.com.'),
  TYPE.ANY,
  CLASS.ANY,
  0,
  Buffer.alloc(0),
);

/** The zone section is the question's, the update section the authority's. */
const update = (zone: string, authority: readonly Uint8Array[]): Buffer =>
  query(`${zone} SOA`, { opcode: UPDATE, authority });

const nothingChanges: Case = {
  section: SECTION,
  title: 'after an UPDATE everything is as it was',
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      await probe.ask(transport, update('example.com.', [addition, deletion]));
    }
    const added = query('updated.example.com. A');
    const isDenied = { rcode: 'NXDOMAIN', negative: 'example.com.' } as const;
    checkReply(added, await probe.ask('udp', added), isDenied);
    const kept = query('v4only.example.com. A');
    const isThere = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
    checkReply(kept, await probe.ask('udp', kept), isThere);
  },
};

const TAKEN = { knot: 'takes UPDATE' };

export const cases: readonly Case[] = [
  isNotImplemented(SECTION, 'UPDATE', () => update('example.com.', [addition]), TAKEN),
  isNotImplemented(
    SECTION,
    'UPDATE of a zone that is not served',
    () => update('example.org.', [addition]),
    TAKEN,
  ),
  nothingChanges,
];
