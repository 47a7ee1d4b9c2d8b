/*
 * What session tickets are sealed with (RFC 8446 4.6.1), in shared memory: a worker's successor, and a
 * listener with a renewed certificate, know the tickets that were given before.
 *
 *  octet 0        48              56
 *        +--------+---------------+
 *        | key    | made: Unix ms |
 *        +--------+---------------+
 *
 * The main thread makes the first, the stream worker all others: one writer at a time.
 */
const KEY_OCTETS = 48;

/** Whoever came by the key could make tickets of his own, and pass for a client that was verified: so it does not last. */
const LIFETIME_MS = 86_400_000;

export type TicketMemory = SharedArrayBuffer;

export function allocateTicketKeys(): TicketMemory {
  const memory = new SharedArrayBuffer(KEY_OCTETS + 8);
  renew(memory, Date.now());
  return memory;
}

/** The key as Node wants it: a copy. */
export function readTicketKeys(memory: TicketMemory): Buffer {
  return Buffer.from(new Uint8Array(memory, 0, KEY_OCTETS));
}

/**
 * Makes another key where this one is a day old: tickets of before are good no more, and their owners shake hands whole.
 *
 * @returns whether there is another
 */
export function renewTicketKeys(memory: TicketMemory, now: number): boolean {
  const [made = 0] = new Float64Array(memory, KEY_OCTETS, 1);
  // A clock that was set back must not keep a key for years.
  if (now >= made && now - made < LIFETIME_MS) return false;
  renew(memory, now);
  return true;
}

function renew(memory: TicketMemory, now: number): void {
  const { randomFillSync } = process.getBuiltinModule('node:crypto');
  randomFillSync(new Uint8Array(memory, 0, KEY_OCTETS));
  new Float64Array(memory, KEY_OCTETS, 1)[0] = now;
}
