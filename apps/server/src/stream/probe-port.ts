import { once } from 'node:events';
import { createServer } from 'node:net';
import { ListenError } from './listen-error.ts';
import type { StreamAddress } from './tcp-options.ts';

/**
 * Listens on an address alone, without SO_REUSEPORT, and lets go of it again: another server of the same user would
 * share the port in silence. The counterpart for TCP of `probeAddress` in @seamark/udp, whose promises it has.
 *
 * @returns the address with the port that the system chose where 0 was given
 * @throws ListenError
 */
export async function probePort(what: string, where: StreamAddress): Promise<StreamAddress> {
  const server = createServer();
  try {
    server.listen({ host: where.address, port: where.port, exclusive: true });
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : where.port;
    await new Promise((done) => server.close(done));
    return { address: where.address, port };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A system without IPv6 has its every address in IPv4.
    if (code === 'EAFNOSUPPORT' && where.address === '::') {
      return await probePort(what, { ...where, address: '0.0.0.0' });
    }
    throw new ListenError(what, where.address, where.port, error as Error);
  }
}
