/**
 * What the main thread tells a worker that may be blocked in a system call: a few words of shared
 * memory, looked at between batches. Anything larger comes by its MessagePort, which
 * `receiveMessageOnPort` empties without an event loop.
 */
export const ORDER = {
  /** Not 0: answer what has been received, and end. */
  STOP: 0,
  /** Counts up with each message that waits at the port. */
  MAIL: 1,
} as const;

export function createOrders(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * Object.keys(ORDER).length);
}
