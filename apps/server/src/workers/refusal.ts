import { UdpError } from '@seamark/udp';
import { UpstreamError } from '../detour/forward/upstream-error.ts';
import { ListenError } from '../stream/listen-error.ts';
import { CertificateError } from '../stream/tls/certificate-error.ts';

/**
 * What the world did to a worker, as a value that crosses threads: a clone of an Error has neither its
 * code nor its class.
 */
export interface Refusal {
  readonly code: string;
  /** One line: what, where, what to do. */
  readonly message: string;
}

/** What the world did, as a value; undefined for our own mistakes. */
export function refusalOf(error: unknown): Refusal | undefined {
  const isOfTheWorld =
    error instanceof UdpError ||
    error instanceof ListenError ||
    error instanceof UpstreamError ||
    error instanceof CertificateError;
  if (!isOfTheWorld) return undefined;
  return { code: error.code, message: error.message };
}

/** @returns why the service could not go on, if that is not our mistake; our mistakes are thrown. */
export async function orRefusal(serve: () => Promise<void>): Promise<Refusal | undefined> {
  try {
    await serve();
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
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
