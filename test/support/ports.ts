// Ports for programs that can't be asked to bind port 0 and say what they got.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 20_000;
/** Linux hands out ephemeral ports from here on: below it no outgoing connection takes ours. */
const EPHEMERAL = 32_768;

const given = new Set<number>();

/** A TCP port of 127.0.0.1 that was free a moment ago; this process never gets it twice. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(LOWEST, EPHEMERAL);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${EPHEMERAL}`);
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
