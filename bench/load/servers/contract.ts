// What the bench needs to know of a server: can it run here, how is it configured, how is it started.

import type { Setup } from '../cases/cases.ts';
import type { Dataset } from '../names.ts';

export interface Launch {
  readonly setup: Setup;
  readonly data: Dataset;
  /** Of 127.0.0.1, UDP and TCP. */
  readonly port: number;
  /** An empty folder for this server alone. */
  readonly folder: string;
  /** The data set as a zone file. */
  readonly zoneFile: string;
  /** The core for whatever is not the server itself. */
  readonly clientCore: number;
  /** Of an API server that has the data set; without it the recipe finds the server a source of its own. */
  readonly kubeconfig?: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Takes down what `prepare` brought up beside the server. */
  readonly dispose?: () => Promise<void>;
}

export interface Recipe {
  readonly name: string;
  /** The echo answers, but not as DNS does. */
  readonly isEcho?: boolean;
  /** Why it can't be run here; undefined if it can. */
  missing(): Promise<string | undefined>;
  /** Why it is left out of this setup; undefined as a rule. */
  declines?(setup: Setup): string | undefined;
  /** Writes its configuration and says what to start, with one thread for queries, in the foreground. */
  prepare(launch: Launch): Promise<Command>;
  version(): Promise<string>;
}
