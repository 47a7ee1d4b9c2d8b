import type { ListenerTask, Service, StreamTask, Totals } from '../../workers/tasks.ts';
import type { TcpListener } from '../tcp-listener.ts';
import type { Doors } from './doors.ts';
import type { SecureDoor } from './secure-door.ts';
import { securityTotals } from './totals.ts';

/** A handshake is little, and may take as long as a message. */
const HANDSHAKE_TIMEOUT_MS = 5000;

/** The doors of a thread whose service may change. */
export class LiveDoors {
  private readonly task: StreamTask;
  private doors: Doors | undefined;
  /** By the listener's index. */
  private readonly open = new Map<number, { readonly key: string; readonly door: SecureDoor }>();

  constructor(task: StreamTask) {
    this.task = task;
  }

  /**
   * Makes ready what a service needs.
   *
   * @throws CertificateError
   */
  async prepare(service: Service): Promise<void> {
    if (this.doors === undefined && service.listeners.every(({ tls }) => tls === undefined)) return;
    this.doors ??= await this.load();
    await this.doors.prepare(service);
  }

  /** Opens a listener's socket, with its door. @returns its index */
  async add(
    listener: TcpListener,
    one: ListenerTask,
    beside: readonly ListenerTask[],
  ): Promise<number> {
    const door = this.doors?.open(one);
    const index = await listener.add(one, beside, door);
    if (door !== undefined) this.open.set(index, { key: keyOf(one), door });
    return index;
  }

  /** Gives what is open the doors of a service; connections that are there stay as they came. */
  change(
    listener: TcpListener,
    service: Service,
    indexOf: (one: ListenerTask) => number | undefined,
  ): void {
    for (const one of service.listeners) {
      const index = indexOf(one);
      if (index === undefined || one.tls === undefined) continue;
      const before = this.open.get(index);
      const key = keyOf(one);
      if (before?.key === key) continue;
      const door = this.doors?.open(one);
      if (door === undefined) continue;
      listener.setDoor(index, door);
      this.open.set(index, { key, door });
      if (before !== undefined) this.doors?.forget(before.door);
    }
    this.doors?.leave(service);
  }

  /** A listener's socket has been closed. */
  removed(index: number): void {
    const before = this.open.get(index);
    this.open.delete(index);
    if (before !== undefined) this.doors?.forget(before.door);
  }

  totals(): Totals {
    return this.doors === undefined ? {} : securityTotals(this.doors);
  }

  close(): void {
    this.doors?.close();
  }

  private async load(): Promise<Doors> {
    // Not an import: it brings node:crypto, node:tls and node:http2 along, which a server without is spared.
    const { Doors } = await import('./doors.ts');
    const { tickets, port } = this.task;
    return new Doors({
      tickets,
      handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
      note: (level, event, fields, text) =>
        port.postMessage({ kind: 'note', level, event, fields, text }),
    });
  }
}

/** Whatever makes another door of it. */
function keyOf({ transport, tls }: ListenerTask): string {
  return JSON.stringify([transport, tls?.certificate, tls?.key, tls?.ca, tls?.clientAuth]);
}
