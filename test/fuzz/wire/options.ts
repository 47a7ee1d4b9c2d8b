// The command line of `npm run fuzz -- wire`.

import { parseArgs } from 'node:util';
import { UsageError, whole } from '../options.ts';

export interface WireOptions {
  readonly packets: number;
  readonly seed: number;
  /** Folders of whole DNS messages, beside the corpus. */
  readonly seedFolders: readonly string[];
  /** How much more memory the server may hold at the end than after the warm-up, in MB. */
  readonly mostMoreMb: number;
  readonly udp: 'batched' | 'dgram';
}

/**
 * With dgram each reply is an allocation of its thread, and of what is freed glibc keeps an arena of 64 MB a thread: two
 * workers went from 107 MB to 278 MB in ten million packets, and stayed there for the next four million.
 */
const MOST_MORE_MB = { batched: '16', dgram: '160' } as const;

export const USAGE: string = `Usage: npm run fuzz -- wire [OPTIONS]

  --packets N     sent after a warm-up of a tenth as many (default: 10000000)
  --seed N        of all that is random (default: 1)
  --seeds FOLDER  of DNS messages, a file each, beside the corpus; may be given more than once
  --memory MB     that the server may hold more at the end than after the warm-up (default: 16; with dgram 160)
  --udp WHICH     batched or dgram (default: batched)
`;

/** Undefined where help was asked for. */
export function readWireOptions(args: readonly string[]): WireOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { udp } = values;
  if (udp !== 'batched' && udp !== 'dgram') {
    throw new UsageError(`--udp takes batched or dgram, not ${udp}`);
  }
  return {
    packets: whole('--packets', values.packets),
    seed: whole('--seed', values.seed),
    seedFolders: values.seeds ?? [],
    mostMoreMb: whole('--memory', values.memory ?? MOST_MORE_MB[udp]),
    udp,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        packets: { type: 'string', default: '10000000' },
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', multiple: true },
        memory: { type: 'string' },
        udp: { type: 'string', default: 'batched' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
