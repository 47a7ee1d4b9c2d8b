// One run of dnsperf, and what it printed.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { percentile } from './statistics.ts';

const run = promisify(execFile);

export interface Load {
  readonly core: number;
  readonly port: number;
  /** Path of the questions. */
  readonly questions: string;
  readonly flags: readonly string[];
  readonly seconds: number;
  /** Queries without a reply at a time, where it isn't OUTSTANDING. */
  readonly outstanding?: number;
  /** Queries a second that are not exceeded. */
  readonly limit?: number;
}

export interface Throughput {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  /** Answered per second. */
  readonly qps: number;
  /** RCODE mnemonic to percent. */
  readonly rcodes: Readonly<Record<string, number>>;
  /** Mean octets of a reply. */
  readonly replyOctets: number;
}

export interface Latency {
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sources: the kernel spreads over SO_REUSEPORT sockets by source port, and a lone one would be a special
 * case for every server. Outstanding: enough that no server waits for dnsperf to read replies, and few
 * enough that the default socket buffer (212,992 octets, some 270 small datagrams) overflows for none.
 */
const SOURCES = 16;
export const OUTSTANDING = 200;

/** As fast as the server and dnsperf's core allow, or up to the limit of the load. */
export async function measureThroughput(load: Load): Promise<Throughput> {
  const { outstanding = OUTSTANDING, limit } = load;
  const limited = limit === undefined ? [] : ['-Q', String(limit)];
  return readThroughput(await dnsperf(load, ['-q', String(outstanding), ...limited]));
}

/** At a rate that leaves every server idle most of the time: what a client waits for, without queues. */
export async function measureLatency(load: Load, qps: number): Promise<Latency> {
  const printed = await dnsperf(load, ['-Q', String(qps), '-v']);
  const seconds = Float64Array.from(printed.matchAll(/^> \S+ \S+ \S+ (\d+\.\d+)$/gm), ([, text]) =>
    Number(text),
  ).sort();
  return { p50: 1e6 * percentile(seconds, 0.5), p99: 1e6 * percentile(seconds, 0.99) };
}

async function dnsperf(load: Load, more: readonly string[]): Promise<string> {
  const { core, port, questions, flags, seconds } = load;
  const args = ['-s', '127.0.0.1', '-p', port, '-d', questions, '-l', seconds, '-c', SOURCES];
  // A lost query holds its place among the outstanding ones until it times out.
  const always = ['-t', '1', '-O', 'suppress=timeout', ...flags, ...more];
  const { stdout } = await run(
    'taskset',
    ['-c', String(core), 'dnsperf', ...args.map(String), ...always],
    { maxBuffer: 2 ** 28 },
  );
  return stdout;
}

function readThroughput(printed: string): Throughput {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(printed)?.[1];
    if (found === undefined) throw new Error(`dnsperf printed no ${pattern}:\n${printed}`);
    return Number(found);
  };
  const rcodes: Record<string, number> = {};
  const line = /Response codes:(.*)/.exec(printed)?.[1] ?? '';
  for (const [, rcode, percent] of line.matchAll(/(\w+) \d+ \(([\d.]+)%\)/g)) {
    rcodes[rcode as string] = Number(percent);
  }
  return {
    sent: number(/Queries sent:\s+(\d+)/),
    completed: number(/Queries completed:\s+(\d+)/),
    lost: number(/Queries lost:\s+(\d+)/),
    qps: number(/Queries per second:\s+([\d.]+)/),
    rcodes,
    replyOctets: number(/Average packet size:.*response (\d+)/),
  };
}
