// What both backends do around the handler's call.

import type { UdpCounters } from './contract.ts';

export function newCounters(): UdpCounters {
  return { received: 0, sent: 0, dropped: 0, sendErrors: 0, batches: 0, truncated: 0 };
}

/**
 * Hot path. A reply longer than its slot would send the next datagram's octets to the wrong peer.
 *
 * @throws RangeError
 */
export function checkReply(reply: number, capacity: number): void {
  if (reply > 0 && reply <= capacity && Number.isInteger(reply)) return;
  throw new RangeError(`the handler returned ${reply}; a reply has 0..${capacity} octets`);
}
