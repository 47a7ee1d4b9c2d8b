import { createHash } from 'node:crypto';
import { getCACertificates, type SecureContextOptions, type TlsOptions } from 'node:tls';
import type { ClientAuth } from '../../config/server-config.ts';
import type { Credentials } from './credentials.ts';

/** How long a session may be taken up again: stub resolvers come back after a while (RFC 7858 3.4). */
const SESSION_SECONDS = 7200;

/** Everything of a listener's TLS that a renewed certificate, or another ticket key, makes anew. */
export function contextOptions(
  { certificate, key, ca }: Credentials,
  clientAuth: ClientAuth,
  ticketKeys: Buffer,
): SecureContextOptions & { ticketKeys: Buffer } {
  const authorities = verifies(clientAuth) ? (ca ?? getCACertificates('system')) : undefined;
  return {
    cert: certificate,
    key,
    ...(authorities === undefined ? {} : { ca: authorities }),
    // As NSD and Knot DNS: whoever speaks DNS over TLS to a name server is of this age.
    minVersion: 'TLSv1.3',
    sessionTimeout: SESSION_SECONDS,
    sessionIdContext: sessionContext(clientAuth, authorities),
    ticketKeys,
  };
}

/** What is the listener's for good. */
export function serverOptions(
  clientAuth: ClientAuth,
  handshakeTimeoutMs: number,
): Pick<TlsOptions, 'requestCert' | 'rejectUnauthorized' | 'handshakeTimeout'> {
  return {
    requestCert: clientAuth !== 'nocert',
    rejectUnauthorized: clientAuth === 'require_and_verify',
    handshakeTimeout: handshakeTimeoutMs,
  };
}

export function verifies(clientAuth: ClientAuth): boolean {
  return clientAuth === 'verify_if_given' || clientAuth === 'require_and_verify';
}

/**
 * A session that is taken up again brings no certificate: its ticket must come of a listener that asked its client for as
 * much, and that trusted the same authorities.
 */
function sessionContext(
  clientAuth: ClientAuth,
  authorities: string | readonly string[] = '',
): string {
  const hash = createHash('sha256').update(JSON.stringify([clientAuth, authorities]));
  return hash.digest('hex').slice(0, 32);
}
