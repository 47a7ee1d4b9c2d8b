import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ListenerTask } from '../workers/tasks.ts';
import { askUdp } from './forward/exchange-udp.ts';
import type { LoopDetector } from './loop-detector.ts';

const TRY_FOR_MS = 30_000;
const RETRY_MS = 1000;
const ANSWER_MS = 2000;
/** What goes in a circle has come round by then. */
const LINGER_MS = 2000;

/**
 * Asks each listener that wants to know whether it forwards to itself, once: again only where no answer comes.
 *
 * @param signal ends it.
 */
export async function watchForLoops(
  listeners: readonly ListenerTask[],
  detector: LoopDetector,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    listeners.flatMap((listener) =>
      (listener.detour?.loops ?? []).map((zone) => watch(listener, zone, detector, signal)),
    ),
  ).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function watch(
  { address, port }: ListenerTask,
  zone: string,
  detector: LoopDetector,
  signal: AbortSignal,
): Promise<void> {
  const target = { address: reachable(address), port };
  const until = performance.now() + TRY_FOR_MS;
  while (performance.now() < until && !signal.aborted) {
    // Another name each time: one that comes in late must not be taken for one that has come round.
    const probe = detector.probe(zone, randomInt(0x10000));
    const answered = await askUdp(target, probe.octets, ANSWER_MS).then(
      () => true,
      () => false,
    );
    await delay(answered ? LINGER_MS : RETRY_MS, undefined, { signal });
    detector.forget(probe);
    if (answered) return;
  }
}

function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  // A dual-stack listener is there over IPv4, even where the system has no IPv6.
  return isIPv6(address) && address === '::' ? '127.0.0.1' : address;
}
