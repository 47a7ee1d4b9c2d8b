/**
 * What the main thread tells a worker that may be blocked in a system call: a few words of shared
 * memory, looked at between batches. Anything larger comes by its MessagePort, which
 * `receiveMessageOnPort` empties without an event loop.
 */
export const ORDER = {
  /** Not 0: answer what has been received, and end; as {@link STOP} says. */
  STOP: 0,
  /** Counts up with each message that waits at the port. */
  MAIL: 1,
} as const;

/** How a worker is to end. */
export const STOP = {
  /** With all others. */
  TOGETHER: 1,
  /** Alone: others go on answering at its addresses, and nothing that comes there may be lost. */
  ALONE: 2,
} as const;

export function createOrders(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * Object.keys(ORDER).length);
}
