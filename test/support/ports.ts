// Ports for programs that can't be asked to bind port 0 and say what they got.

import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const LOWEST = 20_000;
/** Linux hands out ephemeral ports from here on: below it no outgoing connection takes ours. */
const EPHEMERAL = 32_768;

const given = new Set<number>();

/** A port of 127.0.0.1 that was free a moment ago, in TCP and UDP; this process never gets it twice. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(LOWEST, EPHEMERAL);
    if (!given.has(port) && (await isFreeInTcp(port)) && (await isFreeInUdp(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${EPHEMERAL}`);
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
