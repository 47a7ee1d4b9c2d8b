// RFC 1996 3.12: who is secondary for nothing says so to a NOTIFY, and the primary leaves it at that.

import { CLASS, composeName, composeRecord, query, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { isNotImplemented } from '../harness/opcode.ts';

const NOTIFY = 4;

/** MNAME and RNAME are the root, serial 7 (RFC 1996 3.7: a hint). */
const SOA = Buffer.concat([Buffer.from([0, 0]), Buffer.from('00000007', 'hex'), Buffer.alloc(16)]);

const notify = (zone: string, answer: readonly Uint8Array[]): Buffer =>
  query(`${zone} SOA`, { opcode: NOTIFY, flags: 'aa', answer });

const hint = (zone: string): Buffer => composeRecord(composeName(zone), TYPE.SOA, CLASS.IN, 0, SOA);

const SECTION = 'RFC 1996 3.12';
const TAKEN = { nsd: 'takes NOTIFY', knot: 'takes NOTIFY' };

export const cases: readonly Case[] = [
  isNotImplemented(SECTION, 'NOTIFY', () => notify('example.com.', []), TAKEN),
  isNotImplemented(
    SECTION,
    'NOTIFY with the SOA that the primary has',
    () => notify('example.com.', [hint('example.com.')]),
    TAKEN,
  ),
  isNotImplemented(
    SECTION,
    'NOTIFY of a zone that is not served',
    () => notify('example.org.', [hint('example.org.')]),
    TAKEN,
  ),
];
