// The server under test.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateMaker, hasOpenssl } from '../../support/certificates.ts';
import { freePort } from '../../support/ports.ts';
import { SeamarkServer } from '../../support/server.ts';
import type { Reach } from './probe.ts';

const ZONE_FOLDER: string = join(import.meta.dirname, '../zone');

/** A server that serves the fixture; disposing of it ends what was started for the test. */
export interface Target extends AsyncDisposable {
  readonly reach: Reach;
}

/** The server of SEAMARK_TARGET, or a Seamark of our own that has read the manifests. */
export const openTarget = async (): Promise<Target> => {
  const named = process.env['SEAMARK_TARGET'];
  return named === undefined || named === '' ? await startSeamark() : existing(named);
};

/** `host:port`, and behind it `,tls=port` and `,https=port` where it has them. */
const existing = (named: string): Target => {
  const [, host, port, more = ''] =
    /^\[?([^,]+?)\]?:(\d+)((?:,(?:tls|https)=\d+)*)$/.exec(named) ?? [];
  if (host === undefined) {
    throw new RangeError(`SEAMARK_TARGET is not host:port[,tls=port][,https=port]: ${named}`);
  }
  const others = more
    .split(',')
    .slice(1)
    .map((one) => one.split('='));
  const ports = Object.fromEntries(others.map(([transport, at]) => [transport, Number(at)]));
  return {
    reach: { host, port: Number(port), ...ports },
    [Symbol.asyncDispose]: async () => {},
  };
};

const startSeamark = async (): Promise<Target> => {
  await using parts = new AsyncDisposableStack();
  const text = (await readFile(join(ZONE_FOLDER, 'Corefile'), 'utf8'))
    .replaceAll('{$PORT}', String(await freePort()))
    .replaceAll('{$MANIFESTS}', join(ZONE_FOLDER, 'manifests'));
  const ports = hasOpenssl ? { tls: await freePort(), https: await freePort() } : {};
  const corefile = hasOpenssl ? encrypted(text, ports, parts.use(new CertificateMaker())) : text;
  const server = parts.use(await SeamarkServer.start(corefile));
  await server.event('synced');
  const reach = { ...(await server.endpoint()), ...ports };
  const started = parts.move();
  return { reach, [Symbol.asyncDispose]: () => started.disposeAsync() };
};

/** The Corefile with a key for each port, and a certificate for them. */
const encrypted = (
  corefile: string,
  ports: Readonly<Record<string, number>>,
  maker: CertificateMaker,
): string => {
  const { certificate, key } = maker.make('target');
  const keys = Object.entries(ports).map(([transport, port]) => `${transport}://.:${port}`);
  return corefile.replace(
    /^(\.:\d+) \{$/m,
    `$1 ${keys.join(' ')} {\n    tls ${certificate} ${key}`,
  );
};
