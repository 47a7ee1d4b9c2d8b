// `npm run bench -- steady`: that queries allocate nothing, and that publications disturb none.

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginPart, endPart, findServers, readPartOptions, report } from '../part.ts';
import { measureAllocation } from './allocation.ts';
import { measurePublications } from './publications.ts';
import { renderAllocation, renderPublications } from './report.ts';

const USAGE = `Usage: npm run bench -- steady [OPTIONS]

  --queries N        whose allocation is measured, in hundred thousands (default: 10000000; 0: none)
  --rate N           queries a second while the data change (default: 20000)
  --hosts N          Ingresses in the stand-in for an API server that changes them (default: 100000)
  --rounds N         of each rate of changes (default: 5; 0: none)
  --seconds N        of queries a round (default: 20)
  --servers A,B      of seamark, base (default: all)
  --cores A,B        the server's core, and that of all others (default: 0,1)
  --save, --no-save  write bench/RESULTS.md (default)
`;

export async function runSteadyPart(args: readonly string[]): Promise<void> {
  const options = readPartOptions(args, {
    usage: USAGE,
    servers: ['seamark', 'base'],
    hosts: [100_000],
    counts: { queries: 10_000_000, rate: 20_000, rounds: 5, seconds: 20 },
  });
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const machine = beginPart();
  const { found, notes } = await findServers(options.servers);
  const { cores, counts, hosts } = options;
  execFileSync('taskset', ['-a', '-p', '-c', String(cores.client), String(process.pid)]);
  const { queries = 0, rounds = 0, rate = 0 } = counts;
  const folder = await mkdtemp(join(tmpdir(), 'seamark-bench-'));
  const lines = [...notes, ''];
  try {
    for (const recipe of found) {
      if (queries > 0) {
        report(`${recipe.name}: ${queries} queries with the heap watched`);
        const result = await measureAllocation(recipe, queries, folder, cores);
        lines.push(...renderAllocation(recipe.name, result));
      }
      if (rounds > 0) {
        const samples = await measurePublications(recipe, options, folder);
        lines.push(...renderPublications(recipe.name, hosts[0] ?? 0, rate, samples));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await endPart('steady', machine, lines, options.save);
}
