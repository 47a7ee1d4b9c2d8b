// Ports for programs that can't be asked to bind port 0 and say what they got.

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const LOWEST = 20_000;
/** Linux hands out ephemeral ports from here on: below it no outgoing connection takes ours. */
const EPHEMERAL = 32_768;

/**
 * A port of 127.0.0.1 that was free a moment ago, in TCP and UDP. It is not given again while this process lives, to
 * nobody on this machine who asks here.
 *
 * @param lowest below this none is given, and none from `end` on
 */
export const freePort = async (
  lowest: number = LOWEST,
  end: number = EPHEMERAL,
): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowest, end);
    if ((await reserve(port)) && (await isFreeInTcp(port)) && (await isFreeInUdp(port)))
      return port;
  }
  throw new Error(`no free port between ${lowest} and ${end}`);
};

/**
 * Takes a name for the port that one process of a network namespace can have: the kernel keeps it, and gives it back
 * however the process ends. A lock file would be left behind by whoever is killed. Names that begin with a zero are
 * Linux's own; elsewhere nothing is reserved.
 */
const reserve = (port: number): Promise<boolean> => {
  if (process.platform !== 'linux') return Promise.resolve(true);
  return new Promise((resolve) => {
    const holder = createServer();
    holder.unref();
    holder.once('error', () => resolve(false));
    holder.listen(`\0seamark-port-${port}`, () => resolve(true));
  });
};

const isFreeInTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const isFreeInUdp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)));
  });
