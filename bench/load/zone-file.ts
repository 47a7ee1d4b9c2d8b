// The data set as a zone file, with the SOA that Seamark makes, so that negative replies are of one size.

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Dataset, NAME_SERVER, TTL, ZONE } from './names.ts';

const NAME_SERVER_NAME = `${NAME_SERVER.name}.${NAME_SERVER.namespace}.${ZONE}.`;

function* lines({ hosts, wildcards, multis }: Dataset): Generator<string> {
  yield `$TTL ${TTL}\n`;
  yield `${ZONE}. SOA ${NAME_SERVER_NAME} hostmaster.${NAME_SERVER_NAME} 1 7200 1800 86400 ${TTL}\n`;
  yield `${ZONE}. NS ${NAME_SERVER_NAME}\n`;
  yield `${NAME_SERVER_NAME} A ${NAME_SERVER.address}\n`;
  for (const group of [hosts, wildcards, multis]) {
    for (const { name, addresses } of group) {
      yield addresses.map((address) => `${name}. A ${address}\n`).join('');
    }
  }
}

export async function writeZoneFile(path: string, data: Dataset): Promise<void> {
  await pipeline(Readable.from(lines(data)), createWriteStream(path));
}
