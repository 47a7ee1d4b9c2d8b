// Who takes part, in the order of the tables.

import { bind } from './bind.ts';
import type { Recipe } from './contract.ts';
import { coredns } from './coredns.ts';
import { echo } from './echo.ts';
import { knot } from './knot.ts';
import { nsd } from './nsd.ts';
import { base, seamark } from './seamark.ts';

export type { Command, Launch, Recipe } from './contract.ts';

export const RECIPES: readonly Recipe[] = [echo, seamark, ...base, nsd, knot, bind, coredns];
