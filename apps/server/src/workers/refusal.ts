import { UdpError } from '@seamark/udp';
import { UpstreamError } from '../detour/forward/upstream-error.ts';
import { ListenError } from '../stream/listen-error.ts';

/**
 * What the world did to a worker, as a value that crosses threads: a clone of an Error has neither its
 * code nor its class.
 */
export interface Refusal {
  readonly code: string;
  /** One line: what, where, what to do. */
  readonly message: string;
}

/** @returns why the service could not go on, if that is not our mistake; our mistakes are thrown. */
export async function orRefusal(serve: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await serve();
    return undefined;
  } catch (error) {
    const isOfTheWorld =
      error instanceof UdpError || error instanceof ListenError || error instanceof UpstreamError;
    if (!isOfTheWorld) throw error;
    return { code: error.code, message: error.message };
  }
}

/** A {@link Refusal} on the main thread. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;

  constructor({ code, message }: Refusal) {
    super(message);
    this.code = code;
  }
}
