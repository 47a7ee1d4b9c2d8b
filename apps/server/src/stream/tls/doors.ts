import type { TlsConfig } from '../../config/server-config.ts';
import type { ListenerTask, Service } from '../../workers/tasks.ts';
import { HttpsDoor } from '../https/https-door.ts';
import { Certificate, type CertificateCounters, type CertificateNote } from './certificate.ts';
import type { SecureDoor } from './secure-door.ts';
import { readTicketKeys, renewTicketKeys, type TicketMemory } from './ticket-keys.ts';
import { newTlsCounters, type TlsCounters } from './tls-counters.ts';
import { TlsDoor } from './tls-door.ts';

/** Between two looks at the files: kubelet itself takes up to a minute to put those of a Secret in their place. */
const LOOK_MS = 5000;

export interface DoorsOptions {
  readonly tickets: TicketMemory;
  readonly note: CertificateNote;
  readonly handshakeTimeoutMs: number;
  /** Default 5 s. */
  readonly lookMs?: number;
}

interface OpenDoor {
  readonly door: SecureDoor;
  readonly certificate: string;
}

/** The doors of one thread's listeners that encrypt, and the certificates that they share. */
export class Doors {
  readonly counters: TlsCounters & CertificateCounters = {
    ...newTlsCounters(),
    ...{ renewals: 0, failures: 0 },
  };
  /** HTTP responses by their status. */
  readonly statuses: Map<number, number> = new Map();
  private readonly options: DoorsOptions;
  /** By what its files are called. */
  private readonly certificates = new Map<string, Certificate>();
  private readonly doors = new Set<OpenDoor>();
  private readonly timer: NodeJS.Timeout;

  constructor(options: DoorsOptions) {
    this.options = options;
    this.timer = setInterval(() => void this.look(false), options.lookMs ?? LOOK_MS);
    this.timer.unref();
  }

  /**
   * Reads the certificates that a service needs, and those that are there already once more.
   *
   * @throws CertificateError for one that was not there and can't be used
   */
  async prepare({ listeners }: Service): Promise<void> {
    await this.look(true);
    for (const { tls } of listeners) {
      if (tls === undefined) continue;
      const name = nameOf(tls);
      if (this.certificates.has(name)) continue;
      const { note } = this.options;
      const certificate = await Certificate.open(tls, note, this.counters, () => this.renew(name));
      this.certificates.set(name, certificate);
    }
  }

  /** A door for a listener of a service that has been prepared. */
  open({ tls, transport }: ListenerTask): SecureDoor | undefined {
    const credentials = tls && this.certificates.get(nameOf(tls))?.current;
    if (credentials === undefined) return undefined;
    const { tickets, handshakeTimeoutMs } = this.options;
    const options = {
      ...{ credentials, handshakeTimeoutMs, clientAuth: tls?.clientAuth ?? 'nocert' },
      ...{ ticketKeys: readTicketKeys(tickets), counters: this.counters },
    };
    const { statuses } = this;
    const door =
      transport === 'https' ? new HttpsDoor({ ...options, statuses }) : new TlsDoor(options);
    this.doors.add({ door, certificate: tls === undefined ? '' : nameOf(tls) });
    return door;
  }

  /** A door that has been taken out. */
  forget(door: SecureDoor): void {
    for (const open of this.doors) if (open.door === door) this.doors.delete(open);
  }

  /** Lets go of the certificates that a service doesn't need. */
  leave({ listeners }: Service): void {
    const wanted = new Set(listeners.flatMap(({ tls }) => (tls === undefined ? [] : nameOf(tls))));
    for (const name of this.certificates.keys()) {
      if (!wanted.has(name)) this.certificates.delete(name);
    }
  }

  /** Milliseconds since the epoch until which each certificate is good, by its file. */
  validity(): ReadonlyMap<string, number> {
    return new Map(
      [...this.certificates.values()].map(({ file, current }) => [file, current.notAfter]),
    );
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(isAsked: boolean): Promise<void> {
    if (renewTicketKeys(this.options.tickets, Date.now())) {
      for (const name of this.certificates.keys()) this.renew(name);
    }
    for (const certificate of [...this.certificates.values()]) await certificate.look(isAsked);
  }

  private renew(name: string): void {
    const credentials = this.certificates.get(name)?.current;
    if (credentials === undefined) return;
    const ticketKeys = readTicketKeys(this.options.tickets);
    for (const { door, certificate } of this.doors) {
      if (certificate === name) door.renew(credentials, ticketKeys);
    }
  }
}

/** Listeners of the same files share what was read of them. */
function nameOf({ certificate, key, ca }: TlsConfig): string {
  return JSON.stringify([certificate, key, ca]);
}
