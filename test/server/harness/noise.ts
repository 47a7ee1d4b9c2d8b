// Octets that no client should send, the same ones for the same seed.

import { composeQuery, composeRecord, query, TYPE } from '../../support/dns/index.ts';

const WHOLE: readonly Buffer[] = [
  query('www.example.com. A'),
  query('www.example.com. A', { edns: { dnssecOk: true } }),
  query('absent.example.com. AAAA', { flags: 'rd ad cd', edns: {} }),
  query('example.com. SOA', { opcode: 4 }),
  query('example.com. AXFR'),
  query('www.example.com. ANY', { edns: { version: 1 } }),
  composeQuery({ opcode: 5, questions: [], counts: { qd: 2 } }),
  query('www.example.com. A', {
    additional: [composeRecord(Buffer.from([0xc0, 12]), TYPE.A, 1, 1, Buffer.alloc(4))],
  }),
];

/** A seeded source of datagrams. */
export class Noise {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Random octets, a query with some octets changed, one cut short, or one with octets behind it. */
  datagram(): Buffer {
    const whole = WHOLE[this.#below(WHOLE.length)] as Buffer;
    switch (this.#below(4)) {
      case 0:
        return this.octets(this.#below(600));
      case 1: {
        const mutant = Buffer.from(whole);
        for (let i = this.#below(4); i >= 0; i--) {
          mutant[this.#below(mutant.length)] = this.#below(256);
        }
        return mutant;
      }
      case 2:
        return whole.subarray(0, this.#below(whole.length));
      default:
        return Buffer.concat([whole, this.octets(this.#below(40))]);
    }
  }

  octets(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.#below(256)));
  }

  /** A whole number from 0 on: xorshift32, Marsaglia 2003. */
  #below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}
