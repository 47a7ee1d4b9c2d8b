// dns-packet as a second opinion; it brings no types.
import { createRequire } from 'node:module';

export interface PacketQuestion {
  readonly name: string;
  readonly type: string;
  readonly class?: string;
}

/** What of a message it reads. */
export interface PacketMessage {
  readonly id: number;
  readonly type: string;
  readonly rcode: string;
  readonly questions: readonly PacketQuestion[];
  readonly answers: readonly PacketRecord[];
  readonly authorities: readonly PacketRecord[];
  /** OPT among them, which has no TTL. */
  readonly additionals: readonly PacketRecord[];
}

export interface PacketRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl?: number;
}

export interface DnsPacket {
  encode(packet: {
    readonly type: 'query' | 'response';
    readonly id?: number;
    readonly flags?: number;
    readonly questions: readonly PacketQuestion[];
    readonly answers?: readonly object[];
    readonly additionals?: readonly object[];
  }): Buffer;
  decode(octets: Buffer): PacketMessage;
  readonly name: { encode(name: string): Buffer; decode(octets: Uint8Array): string };
  record(type: string): { encode(data: string | object): Buffer };
}

export const dnsPacket: DnsPacket = createRequire(import.meta.url)('dns-packet') as DnsPacket;
