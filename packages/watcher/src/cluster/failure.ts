import { type Resource, rbacName } from '../sources/resource.ts';
import { explainMissingRule, inScope, type Scope } from './scope.ts';

/** The API server answered, and it was no. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  /** HTTP status, or the code of a Status object in an ERROR event. */
  readonly status: number;
  /** The Status object's machine-readable reason, if it gave one: `Expired`, `Forbidden`. */
  readonly reason: string;
  /** The server's Retry-After, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** The resourceVersion or continue token is older than what the server remembers. */
  get isExpired(): boolean {
    return this.status === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }
}

/** No answer, or not all of it: sockets, TLS, DNS, credentials, silence. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError';
  /** Set when nothing was heard for the idle timeout. */
  readonly isSilence: boolean;
  /** Set when certificates, a key or a token may be to blame, so that others may do. */
  readonly isOfTls: boolean;

  constructor(
    message: string,
    options: ErrorOptions & { isSilence?: boolean; isOfTls?: boolean } = {},
  ) {
    super(message, options);
    this.isSilence = options.isSilence ?? false;
    this.isOfTls = options.isOfTls ?? false;
  }
}

/** An answer that is not what an API server says. */
export class ProtocolError extends Error {
  override readonly name: string = 'ProtocolError';
}

/** What a reflector retries; anything else is a bug of ours and must come out. */
export type Failure = ApiError | ConnectionError | ProtocolError;

export function isFailure(error: unknown): error is Failure {
  return (
    error instanceof ApiError || error instanceof ConnectionError || error instanceof ProtocolError
  );
}

/** One line for people: what failed, where, and what to do where that is known. */
export function explain(
  failure: Failure,
  resource: Resource,
  scope: Scope,
  server: string,
): string {
  const what = inScope(rbacName(resource), scope);
  if (!(failure instanceof ApiError)) return `${what}: ${failure.message}`;
  const said = failure.message === '' ? '' : ` (${failure.message})`;
  switch (failure.status) {
    case 401:
      return `${what}: ${server} refuses the credentials: token or client certificate expired or unknown${said}`;
    case 403:
      return `${what}: ${server} forbids it: ${explainMissingRule(resource, scope)}${said}`;
    case 404:
      return `${what}: ${server} doesn't serve it${said}`;
    case 429:
      return `${what}: ${server} is too busy${said}`;
    default:
      return `${what}: ${server} answered ${failure.status} ${failure.reason}`.trimEnd() + said;
  }
}

/** An operating system's or TLS error, as one clause. */
export function explainConnection(error: unknown, server: string): string {
  const code = errorCode(error);
  const host = URL.parse(server)?.hostname ?? server;
  switch (code) {
    case 'ECONNREFUSED':
      return `${server} refuses connections`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${server} broke the connection off`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${server} can't be reached (${code})`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} doesn't resolve (${code})`;
    case 'CERT_HAS_EXPIRED':
      return `${server} shows a certificate that has expired`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${server} shows a certificate for other names; see tls-server-name`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `${server} shows a certificate that certificate-authority did not sign (${code})`;
    default:
      return `${server}: ${messageOf(error)}`;
  }
}

/** Whether credentials, or a CA certificate, that have been replaced meanwhile would explain it. */
export function concernsAccess(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 401;
  return error instanceof ConnectionError && error.isOfTls;
}

/** Whether one of the two ends didn't like the other's certificate, as far as its code tells. */
export function isOfTls(error: unknown): boolean {
  return /^(EPROTO$|ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(
    errorCode(error),
  );
}

function errorCode(error: unknown): string {
  // Happy Eyeballs wraps the errors of both families; all of one kind carry its code themselves.
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** The first line of whatever was thrown. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || codeText(error) : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}

/** Of an error without words: some proxies refuse with an empty body. */
function codeText(error: Error): string {
  return error instanceof ApiError ? `${error.status} ${error.reason}` : errorCode(error);
}
