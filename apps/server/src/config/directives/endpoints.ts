import type { Directive } from '../../corefile/tree.ts';
import type { BlockDraft } from '../draft.ts';
import { parseDuration } from '../duration.ts';
import { readHttpAddress } from '../http-address.ts';
import type { Placed } from '../placed.ts';
import type { HttpAddress } from '../server-config.ts';
import { readChoice } from '../values.ts';
import { type Context, readLines, type Vocabulary, type Word } from '../vocabulary.ts';

/** The three HTTP endpoints: each is of the whole process, whatever block names it. */
export const health: Word<BlockDraft> = {
  name: 'health',
  usage: 'health [ADDRESS] { lameduck DURATION }',
  help: 'Answer liveness probes at /health; :8080 unless told otherwise.',
  least: 0,
  most: 1,
  takesBlock: true,
  read(directive, block, context) {
    const address = readAddress(directive, { address: '::', port: 8080 }, context);
    const draft: HealthDraft = { lameduckMs: 0 };
    readLines(directive.block?.directives ?? [], HEALTH, draft, context);
    if (address === undefined) return;
    const value = { ...address.value, lameduckMs: draft.lameduckMs };
    block.health = { value, token: address.token };
  },
};

export const ready: Word<BlockDraft> = {
  name: 'ready',
  usage: 'ready [ADDRESS] { monitor until-ready|continuously }',
  help: 'Answer readiness probes at /ready; :8181 unless told otherwise.',
  least: 0,
  most: 1,
  takesBlock: true,
  read(directive, block, context) {
    const address = readAddress(directive, { address: '::', port: 8181 }, context);
    readLines(directive.block?.directives ?? [], READY, block, context);
    if (address !== undefined) block.ready = address;
  },
};

export const prometheus: Word<BlockDraft> = {
  name: 'prometheus',
  usage: 'prometheus [ADDRESS] { runtime_metrics }',
  help: 'Serve metrics at /metrics; localhost:9153 unless told otherwise.',
  least: 0,
  most: 1,
  takesBlock: true,
  read(directive, block, context) {
    const address = readAddress(directive, { address: 'localhost', port: 9153 }, context);
    readLines(directive.block?.directives ?? [], PROMETHEUS, block, context);
    if (address !== undefined) block.prometheus = address;
  },
};

interface HealthDraft {
  lameduckMs: number;
}

const lameduck: Word<HealthDraft> = {
  name: 'lameduck',
  usage: 'lameduck DURATION',
  help: 'Answer on for so long after the process was asked to stop.',
  least: 1,
  most: 1,
  read({ arguments: [word] }, draft, { problems }) {
    if (word === undefined) return;
    const milliseconds = parseDuration(word.text);
    if (milliseconds !== undefined) {
      draft.lameduckMs = milliseconds;
      return;
    }
    const allowed = ['5s', '1m30s', '500ms'];
    problems.report(word, `"${word.text}" is no duration`, { allowed });
  },
};

const HEALTH: Vocabulary<HealthDraft> = {
  noun: 'option of health',
  words: [lameduck],
  lacking: {},
};

const monitor: Word<BlockDraft> = {
  name: 'monitor',
  usage: 'monitor until-ready|continuously',
  help: 'Accepted: what /ready says is always the present state.',
  least: 1,
  most: 1,
  read({ arguments: [word] }, _, { problems, notices }) {
    if (word === undefined) return;
    const choice = readChoice(word, 'monitor', ['until-ready', 'continuously'], problems);
    if (choice !== 'until-ready') return;
    const text = 'what /ready says is the present state always, as with "monitor continuously"';
    notices.push({ position: word.position, text });
  },
};

const READY: Vocabulary<BlockDraft> = {
  noun: 'option of ready',
  words: [monitor],
  lacking: {},
};

const runtimeMetrics: Word<BlockDraft> = {
  name: 'runtime_metrics',
  usage: 'runtime_metrics',
  help: "Accepted: metrics of Node's runtime are there with or without it.",
  least: 0,
  most: 0,
  read() {},
};

const PROMETHEUS: Vocabulary<BlockDraft> = {
  noun: 'option of prometheus',
  words: [runtimeMetrics],
  lacking: {
    tls: 'metrics are served in plain HTTP; remove it, and let a proxy add TLS',
  },
};

function readAddress(
  { name, arguments: [word] }: Directive,
  fallback: HttpAddress,
  { problems }: Context,
): Placed<HttpAddress> | undefined {
  if (word === undefined) return { value: fallback, token: name };
  const address = readHttpAddress(word.text);
  if ('value' in address) return { value: address.value, token: word };
  problems.report(word, `"${word.text}" is no address: ${address.reason}`);
  return undefined;
}
