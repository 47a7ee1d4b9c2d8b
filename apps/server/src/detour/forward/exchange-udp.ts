import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { ExchangeError, exchangeError, isReplyTo, questionEndOf, type Target } from './exchange.ts';

/**
 * Asks once, by a socket of its own: whoever would forge the reply has to guess its port as well as the ID
 * (RFC 5452 9.2). The socket is connected, so that the kernel takes nothing from any other address, and says
 * at once where nobody listens.
 *
 * @throws ExchangeError
 */
export function askUdp(target: Target, query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const questionEnd = questionEndOf(query);
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const socket = createSocket({
    type: isIPv6(target.address) ? 'udp6' : 'udp4',
    // Never a name: without this, the address would go through dns.lookup.
    lookup: (address, family, callback) => callback(null, address, family as unknown as number),
  });
  const timer = setTimeout(() => reject(new ExchangeError('no answer in time')), timeoutMs);
  socket.on('error', reject);
  socket.on('message', (reply) => {
    // Anything else may be forged, or late: the right one may yet come.
    if (isReplyTo(query, questionEnd, reply)) resolve(reply);
  });
  const connect = (): void =>
    socket.connect(target.port, target.address, (error?: Error) => {
      if (error === undefined) socket.send(query, (failure) => failure && reject(failure));
      else reject(error);
    });
  if (target.source === undefined) connect();
  else socket.bind({ address: target.source, port: 0 }, connect);
  return promise
    .catch((error: unknown) => {
      throw exchangeError(error);
    })
    .finally(() => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => {});
      socket.close();
    });
}
