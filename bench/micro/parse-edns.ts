// What may follow the question: OPT records, options, what is malformed.
// `node --conditions=seamark-source bench/micro/parse-edns.ts`

import { createRequire } from 'node:module';
import {
  CLASS,
  parseName,
  parseQuery,
  Query,
  TYPE,
  VERDICT,
  type Verdict,
} from '@seamark/protocol';
import { type Contender, compare } from './runner.ts';

const OPT = [0, 0, TYPE.OPT, 0x04, 0xd0, 0, 0, 0x80, 0];
const COOKIE = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8];
const PADDING = [0, 12, 0, 64, ...Array.from({ length: 64 }, () => 0)];

const opt = (...options: readonly number[]): readonly number[] => [
  ...OPT,
  0,
  options.length,
  ...options,
];

interface Shape {
  readonly questions?: number;
  readonly authority?: readonly number[];
  readonly additional?: readonly (readonly number[])[];
  readonly trailing?: readonly number[];
  readonly type?: number;
}

function message({
  questions = 1,
  authority,
  additional = [],
  trailing = [],
  type = TYPE.A,
}: Shape) {
  const counts = [0, questions, 0, 0, 0, authority === undefined ? 0 : 1, 0, additional.length];
  return Uint8Array.of(
    ...[0x12, 0x34, 1, 0, ...counts],
    ...(questions === 0
      ? []
      : [...parseName('app-1234.team-56.example.com'), 0, type, 0, CLASS.IN]),
    ...(authority ?? []),
    ...additional.flat(),
    ...trailing,
  );
}

function parsing(name: string, verdict: Verdict, shape: Shape): Contender {
  const query = new Query();
  const octets = message(shape);
  const view = new DataView(octets.buffer);
  const run = (times: number): number => {
    let total = 0;
    for (let i = 0; i < times; i++) {
      total += parseQuery(query, octets, view, 0, octets.length) + query.udpSize;
    }
    return total | 0;
  };
  if (parseQuery(query, octets, view, 0, octets.length) !== verdict) throw new Error(name);
  return { name, run };
}

/** A general decoder, which makes an object of everything. */
function decoding(name: string, shape: Shape): Contender {
  const load = createRequire(new URL('../../packages/protocol/package.json', import.meta.url));
  const { decode } = load('dns-packet') as { decode: (octets: Buffer) => { id: number } };
  const octets = Buffer.from(message(shape));
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) total += decode(octets).id;
      return total | 0;
    },
  };
}

const soa = [0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0, ...Array.from({ length: 20 }, () => 0)];

compare('parse what follows the question', [
  parsing('nothing', VERDICT.ANSWER, {}),
  parsing('OPT (parseAdditional, parseOpt)', VERDICT.ANSWER, { additional: [opt()] }),
  parsing('OPT with two options', VERDICT.ANSWER, { additional: [opt(...COOKIE, ...PADDING)] }),
  parsing('OPT of version 1', VERDICT.BADVERS, {
    additional: [[...OPT.slice(0, 6), 1, ...OPT.slice(7), 0, 0]],
  }),
  parsing('SOA of an IXFR (skipRecord), and OPT', VERDICT.ANSWER, {
    ...{ authority: soa, additional: [opt()], type: TYPE.IXFR },
  }),
  decoding('loser: decode of dns-packet, OPT with two options', {
    additional: [opt(...COOKIE, ...PADDING)],
  }),
]);
compare('turn what is malformed away', [
  parsing('octets behind the end, no OPT (scanForOpt)', VERDICT.FORMERR, { trailing: [1, 2, 3] }),
  parsing('no question, but OPT (scanForOpt)', VERDICT.FORMERR, {
    ...{ questions: 0, additional: [opt()] },
  }),
  parsing('an option cut off', VERDICT.FORMERR, { additional: [opt(0, 10, 0)] }),
  parsing('two OPT records', VERDICT.FORMERR, { additional: [opt(), opt()] }),
]);
