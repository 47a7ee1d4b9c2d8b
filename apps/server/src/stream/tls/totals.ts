import type { Totals } from '../../workers/tasks.ts';
import type { CertificateCounters } from './certificate.ts';
import type { TlsCounters } from './tls-counters.ts';

/** What encrypted transports came to, as the metrics tell it. */
export interface SecurityTotals extends TlsCounters, CertificateCounters {
  /** HTTP responses by their status. */
  readonly responses: Readonly<Record<string, number>>;
  readonly certificates: readonly {
    readonly file: string;
    /** Milliseconds since the epoch. */
    readonly notAfter: number;
  }[];
}

const COUNTERS = [
  ...(['handshakesFull', 'handshakesResumed', 'handshakesFailed', 'handshakesSlow'] as const),
  ...(['renewals', 'failures'] as const),
];

const PREFIX = 'tls ';
const STATUS = 'https ';
const NOT_AFTER = 'tls-not-after ';

/** As a worker sends them: numbers by name. */
export function securityTotals(doors: {
  readonly counters: TlsCounters & CertificateCounters;
  readonly statuses: ReadonlyMap<number, number>;
  validity(): ReadonlyMap<string, number>;
}): Totals {
  const counted = COUNTERS.map((name) => [PREFIX + name, doors.counters[name]] as const);
  const dates = [...doors.validity()].map(([file, at]) => [NOT_AFTER + file, at] as const);
  const statuses = [...doors.statuses].map(([status, n]) => [STATUS + status, n] as const);
  return Object.fromEntries([...counted, ...statuses, ...dates]);
}

/**
 * @param present what the stream worker said last.
 * @param past what those before it had counted.
 */
export function readSecurityTotals(present: Totals, past: Totals): SecurityTotals {
  const sumOf = (name: string): number => (present[name] ?? 0) + (past[name] ?? 0);
  const sum = (name: (typeof COUNTERS)[number]): number => sumOf(PREFIX + name);
  const statuses = new Set(
    [...Object.keys(present), ...Object.keys(past)].filter((name) => name.startsWith(STATUS)),
  );
  return {
    handshakesFull: sum('handshakesFull'),
    handshakesResumed: sum('handshakesResumed'),
    handshakesFailed: sum('handshakesFailed'),
    handshakesSlow: sum('handshakesSlow'),
    renewals: sum('renewals'),
    failures: sum('failures'),
    responses: Object.fromEntries(
      [...statuses].map((name) => [name.slice(STATUS.length), sumOf(name)]),
    ),
    certificates: Object.entries(present)
      .filter(([name]) => name.startsWith(NOT_AFTER))
      .map(([name, notAfter]) => ({ file: name.slice(NOT_AFTER.length), notAfter })),
  };
}
