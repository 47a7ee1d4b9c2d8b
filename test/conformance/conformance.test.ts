// The cases against Seamark: the server that SEAMARK_TARGET names and that serves the fixture of
// this folder, or else the built server, started here.

import { afterAll, beforeAll, describe, test } from 'vitest';
import { caseFiles } from './cases.ts';
import { whyNotAsked } from './harness/case.ts';
import { Probe, type Reach } from './harness/probe.ts';
import { openTarget, type Target } from './harness/target.ts';

let target: Target;
let reach: Reach;

beforeAll(async () => {
  target = await openTarget();
  reach = target.reach;
});

afterAll(() => target?.[Symbol.asyncDispose]());

for (const { file, cases } of caseFiles) {
  describe(file, () => {
    for (const one of cases) {
      test(`${one.section}: ${one.title}`, async ({ skip }) => {
        const why = whyNotAsked(one, reach, 'the target');
        if (why !== undefined) skip(why);
        await using probe = new Probe(reach);
        await one.run(probe);
      });
    }
  });
}
