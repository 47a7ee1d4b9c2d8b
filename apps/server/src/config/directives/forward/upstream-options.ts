import { isIP } from 'node:net';
import type { Problems } from '../../../corefile/errors.ts';
import type { Token } from '../../../corefile/token.ts';
import { parseDuration } from '../../duration.ts';
import { canonicalAddress, readChoice } from '../../values.ts';
import type { Word } from '../../vocabulary.ts';
import { readName } from '../../zone.ts';
import type { ForwardDraft } from './draft.ts';

/** How upstreams are chosen, asked and given up. */

/** Beyond some 25 days a timer of Node fires at once; nobody waits for a day. */
const MOST_MS = 86_400_000;

const MOST_NUMBER = 1_000_000;

export const forceTcp: Word<ForwardDraft> = {
  name: 'force_tcp',
  usage: 'force_tcp',
  help: 'Ask over TCP whatever the client came over.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.forceTcp = true;
  },
};

export const preferUdp: Word<ForwardDraft> = {
  name: 'prefer_udp',
  usage: 'prefer_udp',
  help: 'Ask over UDP first, for clients that came over TCP too.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.preferUdp = true;
  },
};

export const policy: Word<ForwardDraft> = {
  name: 'policy',
  usage: 'policy random|round_robin|sequential',
  help: 'Which upstream is asked first; random by default.',
  least: 1,
  most: 1,
  read({ name, arguments: [token] }, draft, { problems }) {
    if (token === undefined) return;
    const choices = ['random', 'round_robin', 'sequential'] as const;
    draft.policy = readChoice(token, name.text, choices, problems) ?? draft.policy;
  },
};

export const maxFails: Word<ForwardDraft> = {
  name: 'max_fails',
  usage: 'max_fails N',
  help: 'Failed health checks in a row until an upstream is down; 2 by default, 0: never.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    draft.maxFails = readNumber(token, problems) ?? draft.maxFails;
  },
};

export const healthCheck: Word<ForwardDraft> = {
  name: 'health_check',
  usage: 'health_check DURATION [no_rec] [domain NAME]',
  help: 'How often an upstream that failed is asked again, and what; every 0.5s for the root.',
  least: 1,
  most: 4,
  read({ arguments: [duration, ...words] }, draft, { problems }) {
    const intervalMs = readDuration(duration, problems);
    let { recursion, domain } = draft.healthCheck;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as Token;
      const choice = readChoice(word, 'health_check', ['no_rec', 'domain'], problems);
      if (choice === 'no_rec') recursion = false;
      if (choice !== 'domain') continue;
      i += 1;
      const name = words[i];
      if (name === undefined) problems.report(word, '"domain" needs a name');
      else domain = readDomain(name, problems) ?? domain;
    }
    draft.healthCheck = {
      intervalMs: Math.max(1, intervalMs ?? draft.healthCheck.intervalMs),
      ...{ recursion, domain },
    };
  },
};

export const failfast: Word<ForwardDraft> = {
  name: 'failfast_all_unhealthy_upstreams',
  usage: 'failfast_all_unhealthy_upstreams',
  help: 'Answer SERVFAIL at once while all upstreams are down.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.failfast = true;
  },
};

export const expire: Word<ForwardDraft> = {
  name: 'expire',
  usage: 'expire DURATION',
  help: 'How long a TCP connection is kept without use; 10s by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    draft.expireMs = readDuration(token, problems) ?? draft.expireMs;
  },
};

export const readTimeout: Word<ForwardDraft> = {
  name: 'read_timeout',
  usage: 'read_timeout DURATION',
  help: 'How long one upstream is waited for; 2s by default, 5s at the most.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    draft.readTimeoutMs = readDuration(token, problems) ?? draft.readTimeoutMs;
  },
};

export const maxConnectAttempts: Word<ForwardDraft> = {
  name: 'max_connect_attempts',
  usage: 'max_connect_attempts N',
  help: 'Attempts for one question; twice the number of upstreams by default, 0: while there is time.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    const attempts = readNumber(token, problems);
    if (attempts !== undefined) draft.maxConnectAttempts = attempts;
  },
};

export const maxIdleConnections: Word<ForwardDraft> = {
  name: 'max_idle_conns',
  usage: 'max_idle_conns N',
  help: 'TCP connections kept for each upstream; 0, the default: as many as there are.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    draft.maxIdleConnections = readNumber(token, problems) ?? draft.maxIdleConnections;
  },
};

export const maxConcurrent: Word<ForwardDraft> = {
  name: 'max_concurrent',
  usage: 'max_concurrent N',
  help: 'Questions under way at once, more are REFUSED; 500 by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    draft.maxConcurrent = readNumber(token, problems) ?? draft.maxConcurrent;
  },
};

export const sourceAddress: Word<ForwardDraft> = {
  name: 'source_address',
  usage: 'source_address IP',
  help: 'The local address to ask from.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    if (token === undefined) return;
    if (isIP(token.text) === 0) problems.report(token, `"${token.text}" is no IP address`);
    else draft.sourceAddress = canonicalAddress(token.text);
  },
};

function readNumber(token: Token | undefined, problems: Problems): number | undefined {
  if (token === undefined) return undefined;
  if (/^\d{1,7}$/.test(token.text) && Number(token.text) <= MOST_NUMBER) return Number(token.text);
  problems.report(token, `"${token.text}" is no whole number from 0 to ${MOST_NUMBER}`);
  return undefined;
}

function readDuration(token: Token | undefined, problems: Problems): number | undefined {
  if (token === undefined) return undefined;
  const milliseconds = parseDuration(token.text);
  if (milliseconds !== undefined && milliseconds > 0 && milliseconds <= MOST_MS)
    return milliseconds;
  problems.report(token, `"${token.text}" is no duration from 1ms to 24h`, {
    allowed: ['500ms', '2s', '1m30s'],
  });
  return undefined;
}

function readDomain(token: Token, problems: Problems): string | undefined {
  const read = readName(token.text);
  if ('value' in read) return read.value;
  problems.report(token, `"${token.text}" is no domain name: ${read.reason}`);
  return undefined;
}
