/**
 * A TCP port could not be opened.
 *
 * `code` is the system's name of the error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` …). The message says
 * what was to listen where, and ends in what to do about it.
 */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: string;
  readonly address: string;
  readonly port: number;

  /** @param what the service that wanted the port, for the message: `DNS over TCP`, `health`. */
  constructor(what: string, address: string, port: number, cause: Error) {
    const code = codeOf(cause);
    const host = address.includes(':') ? `[${address}]` : address;
    const advice = ADVICE[code];
    const rest = advice === undefined ? cause.message : `${code}; ${advice}`;
    super(`cannot open ${what} on ${host}:${port}: ${rest}`, { cause });
    this.code = code;
    this.address = address;
    this.port = port;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program holds the port (`ss -ltnp` shows which); stop it or listen elsewhere',
  EACCES:
    'this user may not take the port; grant CAP_NET_BIND_SERVICE, lower net.ipv4.ip_unprivileged_port_start, or choose a port from 1024 on',
  EADDRNOTAVAIL:
    'no interface of this machine has that address; `ip address` lists those that are there',
  EAFNOSUPPORT: 'this system has no IPv6; list IPv4 addresses only',
  ENOTFOUND: 'the name has no address; write an IP address',
  EMFILE: 'the process is out of file descriptors; raise its limit (`ulimit -n`)',
};

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
