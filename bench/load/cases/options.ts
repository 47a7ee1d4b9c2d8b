// The command line.

import { parseArgs } from 'node:util';
import { RECIPES, type Recipe } from '../servers/index.ts';
import { CASES, type Case } from './cases.ts';

export interface Options {
  readonly cases: readonly Case[];
  readonly servers: readonly Recipe[];
  readonly rounds: number;
  readonly seconds: number;
  /** Instead of what each case says. */
  readonly hosts: number | undefined;
  /** The cores of the server and of dnsperf. */
  readonly cores: { readonly server: number; readonly client: number };
  /** Whether the results go into RESULTS.md. */
  readonly save: boolean;
}

export const USAGE: string = `Usage: npm run bench -- [OPTIONS], or npm run bench -- scale [OPTIONS]

  --quick            hit, miss and mix of echo, seamark, nsd and knot; one round of 3 s; not saved
  --cases A,B        of ${CASES.map(({ name }) => name).join(', ')} (default: all but million)
  --servers A,B      of ${RECIPES.map(({ name }) => name).join(', ')} (default: all)
  --rounds N         the medians are taken of (default: 3)
  --seconds N        of load a round, case and server (default: 5)
  --hosts N          instead of what the case says
  --cores A,B        the server's core and dnsperf's (default: 0,1)
  --save, --no-save  write bench/RESULTS.md (default: unless --quick)

Other parts, each with a --help of its own:
  npm run bench -- start freshness   before a real API server
  npm run bench -- churn             many changes, a million hosts
`;

/** Only by name: it takes minutes, and gigabytes for NSD and BIND. */
const ON_REQUEST: readonly string[] = ['million'];
const QUICK = { cases: ['hit', 'miss', 'mix'], servers: ['echo', 'seamark', 'nsd', 'knot'] };

/** A command line that can't be followed. */
export class UsageError extends Error {}

/** Undefined where help was asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const { quick } = values;
  const cases = quick ? QUICK.cases : CASES.map(({ name }) => name).filter(isDefault);
  const servers = quick ? QUICK.servers : RECIPES.map(({ name }) => name);
  const [server, client, ...others] = integers('--cores', values.cores ?? '0,1', 0);
  if (server === undefined || client === undefined || others.length > 0 || server === client) {
    throw new UsageError('--cores takes two different numbers: 0,1');
  }
  return {
    cases: choose('--cases', CASES, values.cases?.split(',') ?? cases),
    servers: choose('--servers', RECIPES, values.servers?.split(',') ?? servers),
    rounds: integer('--rounds', values.rounds ?? (quick ? '1' : '3')),
    seconds: integer('--seconds', values.seconds ?? (quick ? '3' : '5')),
    hosts: values.hosts === undefined ? undefined : integer('--hosts', values.hosts),
    cores: { server, client },
    save: values.save ?? !quick,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        quick: { type: 'boolean', default: false },
        cases: { type: 'string' },
        servers: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        hosts: { type: 'string' },
        cores: { type: 'string' },
        save: { type: 'boolean' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function isDefault(name: string): boolean {
  return !ON_REQUEST.includes(name);
}

/** In the order of `all`, whatever the order they are named in. */
function choose<T extends { readonly name: string }>(
  option: string,
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  const unknown = names.find((name) => !all.some((one) => one.name === name));
  if (unknown === undefined) return all.filter(({ name }) => names.includes(name));
  const known = all.map(({ name }) => name).join(', ');
  throw new UsageError(`${option} "${unknown}": there are ${known}`);
}

export function integers(option: string, text: string, least: number): number[] {
  return text.split(',').map((part) => integer(option, part, least));
}

export function integer(option: string, text: string, least = 1): number {
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`${option} takes a whole number from ${least} on, not "${text}"`);
}
