// NSD, Knot DNS and CoreDNS, started with the same zones: when they fail a case, the case may be wrong.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertificateFiles, CertificateMaker, hasOpenssl } from '../../support/certificates.ts';
import { endChild, startChild } from '../../support/child.ts';
import { type Endpoint, parseMessage, query, UdpClient } from '../../support/dns/index.ts';
import { freePort } from '../../support/ports.ts';
import { waitFor } from '../../support/wait.ts';
import type { Rival } from './case.ts';
import type { Encrypted, Reach } from './probe.ts';

export const ZONES = ['example.com', 'example.net', 'sub.example.com'] as const;

/** Zones as `ZONE.zone` in a folder. */
export interface Served {
  readonly folder: string;
  readonly zones: readonly string[];
}

export const FIXTURE: Served = { folder: join(import.meta.dirname, '../zone'), zones: ZONES };

interface Recipe {
  readonly program: string;
  readonly versionFlag: string;
  /** The version that `knownDifferences` was written down from. */
  readonly writtenFrom: string;
  /** What that version has beside UDP and TCP. */
  readonly speaks: readonly Encrypted[];
  readonly config: (folder: string, reach: Reach, served: Served, own?: CertificateFiles) => string;
  readonly args: (config: string) => string[];
}

const nsdConfig: Recipe['config'] = (folder, { port, tls }, served, own) => `
server:
  ip-address: 127.0.0.1
  port: ${port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "${served.folder}"
  database: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  ipv4-edns-size: 1232
  minimal-responses: yes
  rrl-ratelimit: 0
  answer-cookie: yes
  nsid: "ascii_test"
  tcp-timeout: 20
${own === undefined ? '' : nsdTls(tls, own)}
remote-control:
  control-enable: no
${served.zones.map((zone) => `zone:\n  name: ${zone}\n  zonefile: ${zone}.zone\n`).join('')}`;

const nsdTls = (port: number | undefined, { certificate, key }: CertificateFiles): string => `
  ip-address: 127.0.0.1@${port}
  tls-port: ${port}
  tls-service-key: "${key}"
  tls-service-pem: "${certificate}"`;

const knotConfig: Recipe['config'] = (folder, { port }, served) => `
server:
  listen: 127.0.0.1@${port}
  rundir: ${folder}
  pidfile: ${folder}/knot.pid
  udp-max-payload: 1232
  udp-workers: 1
  tcp-workers: 1
  tcp-idle-timeout: 20
  nsid: test
database:
  storage: ${folder}/db
template:
  - id: default
    storage: ${served.folder}
    file: "%s.zone"
    zonefile-sync: -1
    journal-content: none
    global-module: mod-cookies
zone:
${served.zones.map((zone) => `  - domain: ${zone}\n`).join('')}`;

/** TTLs are cut, as the one of its SOA is above MINIMUM in negative answers: RFC 2308 5 is not asked of it. */
const corednsConfig: Recipe['config'] = (_folder, { port, https }, served, own) => `
.:${port} ${own === undefined ? '' : `https://.:${https}`} {
  bind 127.0.0.1
  ${own === undefined ? '' : `tls ${own.certificate} ${own.key}`}
  rewrite ttl regex .* -60
${served.zones.map((zone) => `  file ${join(served.folder, `${zone}.zone`)} ${zone}\n`).join('')}
}`;

const RECIPES: Readonly<Record<Rival, Recipe>> = {
  nsd: {
    program: '/usr/sbin/nsd',
    versionFlag: '-v',
    writtenFrom: '4.6.1',
    speaks: ['tls'],
    config: nsdConfig,
    args: (config) => ['-d', '-c', config],
  },
  knot: {
    program: '/usr/sbin/knotd',
    versionFlag: '--version',
    writtenFrom: '3.2.6',
    // DNS over TLS from 3.4 on.
    speaks: [],
    config: knotConfig,
    args: (config) => ['-c', config],
  },
  coredns: {
    program: process.env['SEAMARK_PEER'] ?? '',
    versionFlag: '-version',
    writtenFrom: '1.14.4',
    speaks: ['https'],
    config: corednsConfig,
    args: (config) => ['-conf', config],
  },
};

/** Whether the rival's Debian package is installed here, or for CoreDNS that SEAMARK_PEER names one. */
export const isInstalled = (rival: Rival): boolean => existsSync(RECIPES[rival].program);

/** Whether the installed version is the one whose differences are written down. */
export const isKnownVersion = (rival: Rival): boolean => {
  const { program, versionFlag, writtenFrom } = RECIPES[rival];
  const printed = execFileSync('sh', ['-c', '"$0" "$1" 2>&1', program, versionFlag]).toString();
  return printed.includes(writtenFrom);
};

/** A rival that serves the fixture on a port of its own until it is disposed of. */
export interface RunningRival extends AsyncDisposable {
  readonly endpoint: Reach;
}

/** Starts the rival with these zones and waits until it answers. Rejects with what it printed when it does not. */
export const startRival = async (rival: Rival, served: Served = FIXTURE): Promise<RunningRival> => {
  const { program, config, args, speaks } = RECIPES[rival];
  const maker = speaks.length > 0 && hasOpenssl ? new CertificateMaker() : undefined;
  const folder = await mkdtemp(join(tmpdir(), `${rival}-`));
  await mkdir(join(folder, 'db'));
  const ports: Partial<Record<Encrypted, number>> = {};
  if (maker !== undefined) for (const one of speaks) ports[one] = await freePort();
  const endpoint = { host: '127.0.0.1', port: await freePort(), ...ports };
  const configFile = join(folder, `${rival}.conf`);
  await writeFile(configFile, config(folder, endpoint, served, maker?.make(rival)));
  const child = startChild(program, args(configFile), { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.process.stdout, child.process.stderr]) {
    stream?.on('data', (octets: Buffer) => {
      printed += octets.toString();
    });
  }
  const running = {
    endpoint,
    [Symbol.asyncDispose]: async () => {
      await endChild(child, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
      maker?.[Symbol.dispose]();
    },
  };
  try {
    await waitFor(() => answersEveryZone(endpoint, served.zones), {
      what: `${rival} to answer`,
      timeout: 20_000,
      evidence: () => printed,
    });
    return running;
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
};

const answersEveryZone = async (endpoint: Endpoint, zones: readonly string[]): Promise<boolean> => {
  await using client = await UdpClient.open(endpoint);
  for (const zone of zones) {
    const reply = parseMessage(await client.exchange(query(`${zone}. SOA`), 200));
    if (reply.answer.length === 0) return false;
  }
  return true;
};
