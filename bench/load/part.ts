// What the parts of the bench have in common that are no cases of dnsperf: how they begin and how they end.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, loadNow, type Machine } from './machine.ts';
import { saveSection } from './results-file.ts';
import { RECIPES, type Recipe } from './servers/index.ts';

const ROOT: string = join(import.meta.dirname, '../..');
const RESULTS: string = join(ROOT, 'bench', 'RESULTS.md');
/** Above this, something else is at work on the two cores. */
const QUIET_LOAD = 0.5;

/** A command line that can't be followed; its message tells why. */
export class PartUsageError extends Error {}

export interface PartOptions {
  readonly servers: readonly Recipe[];
  /** The server's core, and that of all others. */
  readonly cores: { readonly server: number; readonly client: number };
  readonly hosts: readonly number[];
  /** Numbers of the part's own. */
  readonly counts: Readonly<Record<string, number>>;
  readonly save: boolean;
}

export interface PartDefaults {
  readonly usage: string;
  /** Names of recipes. */
  readonly servers: readonly string[];
  readonly hosts: readonly number[];
  /** Options that take a whole number, by name. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Undefined where help was asked for. */
export function readPartOptions(
  args: readonly string[],
  defaults: PartDefaults,
): PartOptions | undefined {
  const values = parse(args, Object.keys(defaults.counts), defaults.usage);
  if (values['help'] === true) return undefined;
  const text = (name: string, otherwise: string): string => String(values[name] ?? otherwise);
  const names = text('servers', defaults.servers.join()).split(',');
  const [server, client, ...others] = integers('--cores', text('cores', '0,1'), defaults.usage);
  if (server === undefined || client === undefined || others.length > 0 || server === client) {
    throw new PartUsageError(`--cores takes two different numbers: 0,1\n${defaults.usage}`);
  }
  const counts: Record<string, number> = {};
  for (const [name, count] of Object.entries(defaults.counts)) {
    counts[name] = integers(`--${name}`, text(name, String(count)), defaults.usage)[0] ?? count;
  }
  return {
    servers: RECIPES.filter(({ name }) => names.includes(name)),
    cores: { server, client },
    hosts: integers('--hosts', text('hosts', defaults.hosts.join()), defaults.usage),
    counts,
    save: values['save'] !== false,
  };
}

function parse(args: readonly string[], counts: readonly string[], usage: string) {
  const string = { type: 'string' } as const;
  const own = Object.fromEntries(counts.map((name) => [name, string] as const));
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        ...{ servers: string, cores: string, hosts: string, ...own },
        save: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new PartUsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

function integers(option: string, text: string, usage: string): number[] {
  return text.split(',').map((part) => {
    if (/^\d+$/.test(part)) return Number(part);
    throw new PartUsageError(`${option} takes whole numbers, not "${text}"\n${usage}`);
  });
}

export function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

/** Where a part is run, with a warning where it had better not be. */
export function beginPart(): Machine {
  const machine = describeMachine(ROOT);
  if (machine.loadBefore > QUIET_LOAD) {
    const load = machine.loadBefore.toFixed(2);
    report(`WARNING: the load average is ${load}: others work here, and the figures will be noisy`);
  }
  return machine;
}

/** Those that can be run here; the others are named, with the reason. */
export async function findServers(
  wanted: readonly Recipe[],
): Promise<{ readonly found: readonly Recipe[]; readonly notes: readonly string[] }> {
  const found: Recipe[] = [];
  const notes: string[] = [];
  const versions: string[] = [];
  for (const recipe of wanted) {
    const reason = await recipe.missing();
    if (reason === undefined) {
      found.push(recipe);
      versions.push(`${recipe.name} ${await recipe.version()}`);
    } else {
      report(`without ${recipe.name}: ${reason}`);
      notes.push(`Left out: ${recipe.name}: ${reason}.`);
    }
  }
  return { found, notes: [`${versions.join(', ')}.`, ...notes] };
}

/** A part's section of RESULTS.md: `lines` under a heading that names commit and part, and where it was run. */
export async function endPart(
  part: string,
  machine: Machine,
  lines: readonly string[],
  save: boolean,
): Promise<void> {
  const heading = `${machine.commit}: ${part}`;
  const { date, node, cpu, cores, kernel, loadBefore } = machine;
  const text = [
    `## ${heading}`,
    '',
    `${date}, Node ${node}, ${cpu} (${cores} cores), Linux ${kernel}.`,
    `Load average ${loadBefore.toFixed(2)} before, ${loadNow().toFixed(2)} after.`,
    ...lines,
  ].join('\n');
  process.stdout.write(`${text}\n`);
  if (save) await saveSection(RESULTS, heading, text);
}
