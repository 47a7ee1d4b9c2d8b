// One run of paced.c, and what it printed.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '../../../test/support/compile.ts';

const run = promisify(execFile);
const SOURCE: string = join(import.meta.dirname, 'paced.c');

export interface PacedLoad {
  readonly program: string;
  readonly core: number;
  readonly port: number;
  /** Path of the messages, each behind its length. */
  readonly messages: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** A reply after more than that is late. */
  readonly lateMs: number;
}

export interface Delays {
  readonly sent: number;
  /** Due while the client itself was held up, and never sent. */
  readonly skipped: number;
  readonly lost: number;
  /** Of those sent, answered late or not at all. */
  readonly late: number;
  /** Microseconds; of those answered. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export async function compilePaced(program: string): Promise<void> {
  await compile(SOURCE, program);
}

export async function measureDelays(load: PacedLoad): Promise<Delays> {
  const { program, core, port, messages, perSecond, seconds, lateMs } = load;
  const args = [port, perSecond, seconds, 1000 * lateMs, messages].map(String);
  const { stdout } = await run('taskset', ['-c', String(core), program, ...args]);
  const numbers = stdout.trim().split(' ').map(Number);
  const [sent = 0, skipped = 0, answered = 0, late = 0, wrong = 0, p50 = 0, p99 = 0, max = 0] =
    numbers;
  if (wrong > 0) throw new Error(`${wrong} wrong replies`);
  return {
    ...{ sent, skipped, lost: sent - answered, late },
    ...{ p50: p50 / 1000, p99: p99 / 1000, max: max / 1000 },
  };
}
