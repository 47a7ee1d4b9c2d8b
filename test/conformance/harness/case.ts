// A conformance case: one sentence of an RFC, and the conversation that shows whether a server
// keeps it. Cases know no server: the same ones run against Seamark, NSD and Knot DNS.

import type { Encrypted, Probe, Reach } from './probe.ts';

/** The servers that the cases themselves are checked against: CoreDNS with those over HTTPS, which no other has. */
export type Rival = 'nsd' | 'knot' | 'coredns';

export interface Case {
  /** Where the sentence stands: `RFC 4592 2.2.1`. */
  readonly section: string;
  /** The behaviour, as a claim: `www.example.com. A is answered`. */
  readonly title: string;
  /** Rejects when the server behind the probe behaves otherwise. */
  readonly run: (probe: Probe) => Promise<void>;
  /** What it asks over beside UDP and TCP; a server without is not asked. */
  readonly needs?: Encrypted;
  /** Rivals that are known to behave otherwise, and why. They are expected to fail the case. */
  readonly knownDifferences?: Partial<Record<Rival, string>>;
}

/** The cases of one file, with the file's own name under this folder: `rfc1034/lookup.ts`. */
export interface CaseFile {
  readonly file: string;
  readonly cases: readonly Case[];
}

/** Why a server can't be asked at all: it has no such transport. */
export const whyNotAsked = ({ needs }: Case, reach: Reach, who: string): string | undefined =>
  needs === undefined || reach[needs] !== undefined ? undefined : `${who} has no ${needs} here`;
