import { CLASS, TYPE } from './constants.ts';

/** Of what RDATA consists in a message, as far as it takes to tell whether its names are any. Not for the query path. */
export interface RdataShape {
  /** Octets before the names. */
  readonly before: number;
  /** Names one behind the other, that may be compressed. */
  readonly names: number;
  /** Octets behind them. */
  readonly after: number;
}

const name: RdataShape = { before: 0, names: 1, after: 0 };
const names: RdataShape = { before: 0, names: 2, after: 0 };
const preferred: RdataShape = { before: 2, names: 1, after: 0 };

/** Types with names that a receiver has to take compressed (RFC 1035 3.3, RFC 3597 4), and addresses. */
const SHAPES: ReadonlyMap<number, RdataShape> = new Map([
  [TYPE.NS, name],
  // MD, MF, MB, MG, MR, and MINFO: nobody asks for them, and they are among those of RFC 1035.
  ...[3, 4, 7, 8, 9].map((type) => [type, name] as const),
  [14, names],
  [TYPE.CNAME, name],
  [TYPE.PTR, name],
  [TYPE.DNAME, name],
  [TYPE.MX, preferred],
  [TYPE.AFSDB, preferred],
  [TYPE.RP, names],
  [TYPE.SRV, { before: 6, names: 1, after: 0 }],
  [TYPE.SOA, { before: 0, names: 2, after: 20 }],
]);

const ADDRESSES: ReadonlyMap<number, RdataShape> = new Map([
  [TYPE.A, { before: 4, names: 0, after: 0 }],
  [TYPE.AAAA, { before: 16, names: 0, after: 0 }],
]);

/** @returns undefined of types that any octets may be of */
export function rdataShape(type: number, klass: number): RdataShape | undefined {
  return SHAPES.get(type) ?? (klass === CLASS.IN ? ADDRESSES.get(type) : undefined);
}
