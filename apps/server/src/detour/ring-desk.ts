// Query path: nothing here allocates, throws or waits.
import type { SocketSet } from '@seamark/udp';
import type { AnsweringListener, DetourDesk, PeerSource } from '../workers/query-path.ts';
import type { DetourMemory } from '../workers/tasks.ts';
import { Bell } from './bell.ts';
import { DetourRingWriter } from './ring.ts';

/** A UDP worker's desk: a ring to the thread that answers, which is woken if it sleeps. */
export class RingDesk implements DetourDesk {
  /** Set once it is open. */
  sockets: SocketSet | undefined;
  private readonly ring: DetourRingWriter;
  private readonly bell: Bell;

  /** @param slot the worker's. */
  constructor({ rings, bell }: DetourMemory, slot: number) {
    const ring = rings[slot];
    if (ring === undefined) throw new RangeError(`no ring for worker ${slot}`);
    this.ring = new DetourRingWriter(ring);
    this.bell = new Bell(bell);
  }

  take(
    memory: Uint8Array,
    offset: number,
    length: number,
    listener: AnsweringListener,
    source: PeerSource,
  ): boolean {
    const { sockets } = this;
    if (sockets === undefined) return false;
    const way = sockets.wayBack();
    if (!this.ring.write(memory, offset, length, listener.index, source.peer(), way)) return false;
    this.bell.ring();
    return true;
  }
}
