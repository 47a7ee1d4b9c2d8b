import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZONE } from '../names.ts';
import type { Launch, Recipe } from './contract.ts';
import { missingProgram, printedVersion } from './installed.ts';

const PROGRAM = '/usr/sbin/named';

const config = ({ folder, port, zoneFile, setup }: Launch): string => `
options {
  directory "${folder}";
  pid-file "${folder}/named.pid";
  session-keyfile "${folder}/session.key";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  minimal-responses yes;
  max-udp-size 1232;
  rrset-order { order cyclic; };
  answer-cookie ${setup.cookies ? 'yes' : 'no'};
  notify no;
  dnssec-validation no;
  querylog no;
};
controls { };
zone "${ZONE}" { type primary; file "${zoneFile}"; };
`;

export const bind: Recipe = {
  name: 'bind',
  async missing() {
    return missingProgram(PROGRAM, 'Debian package bind9');
  },
  async prepare(launch) {
    const file = join(launch.folder, 'named.conf');
    await writeFile(file, config(launch));
    // -n: worker threads.
    return { program: PROGRAM, args: ['-g', '-n', '1', '-c', file] };
  },
  version: () => printedVersion(PROGRAM, '-v'),
};
