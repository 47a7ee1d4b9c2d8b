import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZONE } from '../names.ts';
import type { Launch, Recipe } from './contract.ts';
import { missingProgram, printedVersion } from './installed.ts';

const PROGRAM = '/usr/sbin/nsd';

const config = ({ folder, port, zoneFile, setup }: Launch): string => `
server:
  ip-address: 127.0.0.1
  port: ${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  ipv4-edns-size: 1232
  minimal-responses: yes
  round-robin: yes
  rrl-ratelimit: 0
  answer-cookie: ${setup.cookies ? 'yes' : 'no'}
  cookie-secret: "000102030405060708090a0b0c0d0e0f"
remote-control:
  control-enable: no
zone:
  name: ${ZONE}
  zonefile: ${zoneFile}
`;

export const nsd: Recipe = {
  name: 'nsd',
  async missing() {
    return missingProgram(PROGRAM, 'Debian package nsd');
  },
  async prepare(launch) {
    const file = join(launch.folder, 'nsd.conf');
    await writeFile(file, config(launch));
    return { program: PROGRAM, args: ['-d', '-c', file] };
  },
  version: () => printedVersion(PROGRAM, '-v'),
};
