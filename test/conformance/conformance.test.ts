// The cases against Seamark: the server that SEAMARK_TARGET=host:port names and that serves the
// fixture of this folder, or else the built server, started here.

import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Endpoint } from '../support/dns/index.ts';
import { caseFiles } from './cases.ts';
import { Probe } from './harness/probe.ts';
import { openTarget, type Target } from './harness/target.ts';

let target: Target;
let endpoint: Endpoint;

beforeAll(async () => {
  target = await openTarget();
  endpoint = target.endpoint;
});

afterAll(() => target?.[Symbol.asyncDispose]());

for (const { file, cases } of caseFiles) {
  describe(file, () => {
    for (const { section, title, run } of cases) {
      test(`${section}: ${title}`, async () => {
        await using probe = new Probe(endpoint);
        await run(probe);
      });
    }
  });
}
