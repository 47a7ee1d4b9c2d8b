// Errors that the world causes: a port in use, an address that isn't here. Bad options are among them,
// since they come from somebody's configuration.

import { constants } from 'node:os';
import type { Address } from './contract.ts';

/**
 * A socket could not be opened or used.
 *
 * `code` is the system's name of the error (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`,
 * `EMFILE` …), `EINVAL` for an option out of its range, `EBADF` for a closed socket set and `ENOTSUP`
 * where the batched backend can't run. The message ends in what to do about it.
 */
export class UdpError extends Error {
  override readonly name: string = 'UdpError';
  readonly code: string;
  /** Absent where the error isn't about one address. */
  readonly address: string | undefined;
  readonly port: number | undefined;

  constructor(code: string, message: string, where?: Address, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.address = where?.address;
    this.port = where?.port;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program holds the port, or holds it as another user; `ss -lunp` shows which. Stop it or listen elsewhere',
  EACCES:
    'this user may not take the port; grant CAP_NET_BIND_SERVICE, lower net.ipv4.ip_unprivileged_port_start, or choose a port from 1024 on',
  EPERM: 'the system forbids it; look at seccomp profiles and security modules',
  EADDRNOTAVAIL:
    'no interface of this machine has that address; `ip address` lists those that are there',
  EAFNOSUPPORT: 'this system has no IPv6; list IPv4 addresses only',
  EMFILE: 'the process is out of file descriptors; raise its limit (`ulimit -n`)',
  ENFILE: 'the system is out of file descriptors; raise fs.file-max',
  ENODEV: 'no interface has the scope of that address; `ip link` lists the interfaces',
};

// EWOULDBLOCK has the number of EAGAIN, which goes last and so wins.
const NAMES: ReadonlyMap<number, string> = new Map(
  [...Object.entries(constants.errno), ['EAGAIN', constants.errno.EAGAIN] as const].map(
    ([name, value]) => [value, name],
  ),
);

/** The name of an errno value, `ERRNO_n` for one that Node does not know. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `ERRNO_${errno}`;
}

/** The error for a step (`bind`, `socket` …) that failed at an address. */
export function openError(
  step: string,
  code: string,
  where: Address,
  options?: ErrorOptions,
): UdpError {
  const advice = ADVICE[code];
  const place = formatEndpoint(where);
  const message = `cannot open UDP ${place}: ${step}: ${code}${advice === undefined ? '' : `; ${advice}`}`;
  return new UdpError(code, message, where, options);
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function formatEndpoint(where: Address): string {
  const isIpv6 = where.address.includes(':');
  return isIpv6 ? `[${where.address}]:${where.port}` : `${where.address}:${where.port}`;
}
