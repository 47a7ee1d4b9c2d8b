// The cases, checked against servers of good name. A case that fails here either is wrong or
// names the difference, with its reason, in `knownDifferences`.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { caseFiles } from './cases.ts';
import { type Case, type Rival, whyNotAsked } from './harness/case.ts';
import { Probe } from './harness/probe.ts';
import { isInstalled, isKnownVersion, type RunningRival, startRival } from './harness/rival.ts';

/** The cases that each is asked. */
const ASKED: Readonly<Record<Rival, (one: Case) => boolean>> = {
  nsd: () => true,
  knot: () => true,
  // Of the rest the others are the better judges.
  coredns: ({ needs }) => needs === 'https',
};

for (const rival of ['nsd', 'knot', 'coredns'] as const) {
  if (isInstalled(rival)) {
    describe(rival, () => checkAgainst(rival));
  } else {
    test(`${rival} is not installed, so the cases are not checked against it`, ({ skip }) =>
      skip());
  }
}

function checkAgainst(rival: Rival): void {
  let running: RunningRival;
  beforeAll(async () => {
    running = await startRival(rival);
  });
  afterAll(() => running[Symbol.asyncDispose]());

  const isStrict = isKnownVersion(rival);
  for (const { file, cases } of caseFiles) {
    const asked = cases.filter(ASKED[rival]);
    if (asked.length === 0) continue;
    describe(file, () => {
      for (const one of asked) {
        test(`${one.section}: ${one.title}`, async ({ skip }) => {
          const why = whyNotAsked(one, running.endpoint, rival);
          if (why !== undefined) skip(why);
          const difference = one.knownDifferences?.[rival];
          // Many a difference is silence, which is not worth waiting long for.
          await using probe = new Probe(running.endpoint, difference === undefined ? 5_000 : 300);
          if (difference === undefined) await one.run(probe);
          else if (isStrict) await expectDifference(one, probe, difference);
          else skip(difference);
        });
      }
    });
  }
}

/** A difference that is no longer there must leave the table. */
const expectDifference = async (one: Case, probe: Probe, difference: string): Promise<void> => {
  const outcome = await one.run(probe).then(
    () => 'behaves as the case wants',
    () => 'differs',
  );
  expect(outcome, difference).toBe('differs');
};
