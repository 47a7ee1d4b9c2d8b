import { type FoldedName, formatName } from '@seamark/protocol';
import { type AddressSet, addressSet, NO_ADDRESSES } from '../zone-index/address-set.ts';
import { AddressRecord } from './address-record.ts';
import type { AddressType } from './ask.ts';
import type { Resolution, ResolutionState, TargetListener } from './contract.ts';

/** A host name that is wanted, and what is known of it. */
export class Target {
  readonly name: FoldedName;
  /** Without the final dot: for resolvers and people. */
  readonly text: string;
  readonly listeners: Set<TargetListener> = new Set();
  readonly records: Readonly<Record<AddressType, AddressRecord>> = {
    A: new AddressRecord(),
    AAAA: new AddressRecord(),
  };
  /** What listeners have been told. */
  resolution: Resolution = { addresses: NO_ADDRESSES, ttl: 0, state: 'asking' };
  /** What log readers have been told is wrong; '' for nothing. */
  told = '';

  constructor(name: FoldedName) {
    this.name = name;
    this.text = formatName(name).replace(/(?<=.)\.$/, '');
  }

  /** What is wrong, as a clause; '' for nothing, or nothing yet. */
  get problem(): string {
    const { A, AAAA } = this.records;
    if (!A.isSettled || !AAAA.isSettled) return '';
    const failures = Object.entries(this.records).filter(([, { failure }]) => failure !== '');
    if (failures.length > 0)
      return failures.map(([type, { failure }]) => `${type}: ${failure}`).join('; ');
    return A.addresses.length + AAAA.addresses.length > 0 ? '' : 'it has no address';
  }

  /** @returns whether the resolution has become another. */
  settle(): boolean {
    const next = this.conclude();
    const { addresses, ttl, state } = this.resolution;
    const same = next.state === state && sameSet(next.addresses, addresses);
    // A resolver's cache counts down, and each of several has its own count: to follow every step up would mean
    // a new serial for each refresh. Down is followed, for nothing may be kept longer than was said: of a cache's
    // answer the half, a quarter, an eighth, until it has a new one.
    if (same && next.ttl >= ttl && 2 * next.ttl < 3 * ttl) return false;
    this.resolution = next;
    return true;
  }

  private conclude(): Resolution {
    const { A, AAAA } = this.records;
    const addresses = addressSet([...A.addresses, ...AAAA.addresses]);
    return { addresses, ttl: Math.min(A.ttl, AAAA.ttl), state: this.state() };
  }

  private state(): ResolutionState {
    const { A, AAAA } = this.records;
    if (!A.isSettled || !AAAA.isSettled) return 'asking';
    const isReached = A.addresses.length + AAAA.addresses.length > 0;
    return isReached || (A.failure === '' && AAAA.failure === '') ? 'known' : 'unknown';
  }
}

function sameSet(a: AddressSet, b: AddressSet): boolean {
  return sameList(a.v4, b.v4) && sameList(a.v6, b.v6);
}

function sameList(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length &&
    a.every((octets, i) => Buffer.compare(octets, b[i] as Uint8Array) === 0)
  );
}
