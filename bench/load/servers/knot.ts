import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZONE } from '../names.ts';
import type { Launch, Recipe } from './contract.ts';
import { missingProgram, printedVersion } from './installed.ts';

const PROGRAM = '/usr/sbin/knotd';

const config = ({ folder, port, zoneFile, setup }: Launch): string => `
server:
  listen: 127.0.0.1@${port}
  rundir: ${folder}
  pidfile: ${folder}/knot.pid
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: 1232
  answer-rotation: on
database:
  storage: ${folder}/db
log:
  - target: stderr
    any: warning
template:
  - id: default
    zonefile-sync: -1
    journal-content: none
    ${setup.cookies ? 'global-module: mod-cookies' : ''}
zone:
  - domain: ${ZONE}
    file: ${zoneFile}
`;

export const knot: Recipe = {
  name: 'knot',
  async missing() {
    return missingProgram(PROGRAM, 'Debian package knot');
  },
  async prepare(launch) {
    await mkdir(join(launch.folder, 'db'));
    const file = join(launch.folder, 'knot.conf');
    await writeFile(file, config(launch));
    return { program: PROGRAM, args: ['-c', file] };
  },
  version: () => printedVersion(PROGRAM, '--version'),
};
