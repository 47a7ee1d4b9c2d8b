// `npm run bench`: Seamark beside its rivals, on one core, in one run. bench/README.md says how to read it.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/ports.ts';
import { type Case, questions, type Setup } from './cases/cases.ts';
import { type Options, readOptions, USAGE, UsageError } from './cases/options.ts';
import { type Group, renderRun } from './cases/report.ts';
import { measureRounds } from './cases/rounds.ts';
import { describeMachine, loadNow } from './machine.ts';
import { createDataset } from './names.ts';
import { runPart } from './parts.ts';
import { saveRun } from './results-file.ts';
import { RunningServer } from './running-server.ts';
import { measureScale } from './scale/part.ts';
import type { Recipe } from './servers/index.ts';
import { writeZoneFile } from './zone-file.ts';

const ROOT: string = join(import.meta.dirname, '../..');
const RESULTS: string = join(ROOT, 'bench', 'RESULTS.md');
/** Above this, something else is at work on the two cores. */
const QUIET_LOAD = 0.5;

function report(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'scale') {
    requireTools();
    return measureScale(args.slice(1), RESULTS, report);
  }
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  requireTools();
  const machine = describeMachine(ROOT);
  if (machine.loadBefore > QUIET_LOAD) {
    const load = machine.loadBefore.toFixed(2);
    report(`WARNING: the load average is ${load}: others work here, and the figures will be noisy`);
  }
  const skipped: string[] = [];
  const recipes = await findRecipes(options.servers, skipped);
  const groups: Group[] = [];
  for (const cases of groupCases(options)) {
    groups.push(await runGroup(cases, recipes, options, skipped));
  }
  const versions = new Map<string, string>();
  for (const recipe of recipes) versions.set(recipe.name, await recipe.version());
  const run = { machine, options, versions, groups, skipped, loadAfter: loadNow() };
  process.stdout.write(`${renderRun(run)}\n`);
  if (options.save) await saveRun(RESULTS, run);
}

function requireTools(): void {
  for (const [tool, flag] of [['dnsperf', '-h'] as const, ['taskset', '--version'] as const]) {
    try {
      execFileSync(tool, [flag], { stdio: 'ignore' });
    } catch {
      throw new UsageError(`${tool} is needed (Debian packages dnsperf and util-linux)`);
    }
  }
}

async function findRecipes(wanted: readonly Recipe[], skipped: string[]): Promise<Recipe[]> {
  const found: Recipe[] = [];
  for (const recipe of wanted) {
    const reason = await recipe.missing();
    if (reason === undefined) found.push(recipe);
    else skip(skipped, `${recipe.name}: ${reason}`);
  }
  return found;
}

function skip(skipped: string[], line: string): void {
  if (skipped.includes(line)) return;
  skipped.push(line);
  report(`without ${line}`);
}

/** Cases that the same running servers can be asked. */
function groupCases({ cases, hosts }: Options): Case[][] {
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    const sized = hosts === undefined ? one : { ...one, hosts };
    const key = `${sized.hosts} ${sized.cookies}`;
    groups.set(key, [...(groups.get(key) ?? []), sized]);
  }
  return [...groups.values()];
}

async function runGroup(
  cases: readonly Case[],
  recipes: readonly Recipe[],
  options: Options,
  skipped: string[],
): Promise<Group> {
  const { hosts, cookies } = cases[0] as Case;
  const setup: Setup = { hosts, cookies };
  const folder = await mkdtemp(join(tmpdir(), 'seamark-bench-'));
  const servers: RunningServer[] = [];
  try {
    const data = createDataset(hosts);
    const zoneFile = join(folder, 'zone');
    await writeZoneFile(zoneFile, data);
    for (const one of cases) {
      await writeFile(join(folder, `${one.name}.txt`), questions(one, data));
    }
    for (const recipe of recipes) {
      const reason = recipe.declines?.(setup);
      if (reason !== undefined) {
        skip(skipped, `${recipe.name} in ${cases.map(({ name }) => name).join(', ')}: ${reason}`);
        continue;
      }
      const launch = {
        ...{ setup, data, zoneFile },
        port: await freePort(),
        folder: join(folder, recipe.name),
        clientCore: options.cores.client,
      };
      report(`starting ${recipe.name} with ${hosts} hosts`);
      servers.push(await RunningServer.start(recipe, launch, options.cores.server));
    }
    const results = await measureRounds(cases, servers, folder, options, report);
    const starts = new Map(servers.map(({ recipe, started }) => [recipe.name, started]));
    const cookieless = servers
      .filter(({ recipe, givesCookie }) => !recipe.isEcho && !givesCookie)
      .map(({ recipe }) => recipe.name);
    return { setup, results, cookieless, starts };
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  const args = process.argv.slice(2);
  if (!(await runPart(args))) await main(args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  report(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
