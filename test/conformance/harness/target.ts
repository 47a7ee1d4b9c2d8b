// The server under test.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Endpoint } from '../../support/dns/index.ts';
import { freePort } from '../../support/ports.ts';
import { SeamarkServer } from '../../support/server.ts';

const ZONE_FOLDER: string = join(import.meta.dirname, '../zone');

/** A server that serves the fixture; disposing of it ends what was started for the test. */
export interface Target extends AsyncDisposable {
  readonly endpoint: Endpoint;
}

/** The server of SEAMARK_TARGET, or a Seamark of our own that has read the manifests. */
export const openTarget = async (): Promise<Target> => {
  const named = process.env['SEAMARK_TARGET'];
  return named === undefined || named === '' ? await startSeamark() : existing(named);
};

const existing = (named: string): Target => {
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(named) ?? [];
  if (host === undefined) throw new RangeError(`SEAMARK_TARGET is not host:port: ${named}`);
  return { endpoint: { host, port: Number(port) }, [Symbol.asyncDispose]: async () => {} };
};

const startSeamark = async (): Promise<Target> => {
  const corefile = await readFile(join(ZONE_FOLDER, 'Corefile'), 'utf8');
  const server = await SeamarkServer.start(
    corefile
      .replaceAll('{$PORT}', String(await freePort()))
      .replaceAll('{$MANIFESTS}', join(ZONE_FOLDER, 'manifests')),
  );
  try {
    await server.event('synced');
    const endpoint = await server.endpoint();
    return { endpoint, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
};
