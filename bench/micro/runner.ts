// Contenders in turns, so that whatever else the machine does meets all of them alike.

/** One way to do it: `run` does it `times` times and returns something that depends on each. */
export interface Contender {
  readonly name: string;
  run(times: number): number;
}

const ROUNDS = 15;
/** What a round takes at least, in nanoseconds: long against the clock and the scheduler. */
const ROUND_NS = 40e6;

/** Where results go, so that no compiler may leave the work out. */
const sink = new Int32Array(1);

/**
 * Measures and prints the median of nanoseconds an operation, and the fastest round, which tells more
 * where others share the machine. (CPU time instead of the clock comes in ticks of 4 ms.)
 */
export function compare(title: string, contenders: readonly Contender[]): void {
  process.stdout.write(`\n${title}\n`);
  const times = contenders.map(calibrate);
  const rounds = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contender] of contenders.entries()) {
      rounds[i]?.push(measure(contender, times[i] ?? 1));
    }
  }
  for (const [i, { name }] of contenders.entries()) {
    const sorted = (rounds[i] ?? []).sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const fastest = sorted[0] ?? 0;
    const text = `${median.toFixed(1).padStart(9)} ns  (fastest ${fastest.toFixed(1)})  ${name}\n`;
    process.stdout.write(text);
  }
}

/** Runs until the optimising compiler has seen enough, and finds how often fills a round. */
function calibrate(contender: Contender): number {
  let times = 1000;
  for (;;) {
    const ns = measure(contender, times) * times;
    if (ns > ROUND_NS) return times;
    times *= 2;
  }
}

function measure(contender: Contender, times: number): number {
  const start = process.hrtime.bigint();
  const result = contender.run(times);
  const ns = Number(process.hrtime.bigint() - start);
  sink[0] = (sink[0] ?? 0) ^ result;
  return ns / times;
}
