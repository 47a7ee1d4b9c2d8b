import { isIP } from 'node:net';
import type { Token } from '../../../corefile/token.ts';
import type { GatewayDraft } from '../../gateway-draft.ts';
import type { ResolverAddress } from '../../server-config.ts';
import { addOnce, canonicalAddress, readChoice } from '../../values.ts';
import type { Context, Word } from '../../vocabulary.ts';
import type { Reading } from '../../zone.ts';

/** What becomes of objects that count: their names, and the records that answer for those. */

const MAX_TTL = 3600;
const DNS_PORT = 53;

export const annotationPrefixes: Word<GatewayDraft> = {
  name: 'annotationPrefixes',
  usage: 'annotationPrefixes PREFIX…',
  help: 'Where the annotations hostname, target, ttl and https are looked for, the first that is there.',
  least: 1,
  isRepeatable: true,
  read(directive, gateway, { problems }) {
    for (const token of directive.arguments) {
      const prefix = token.text.replace(/\/$/, '');
      if (isPrefix(prefix)) addOnce(gateway.annotationPrefixes, prefix, token, problems);
      else {
        problems.report(
          token,
          `"${token.text}" is no prefix of annotations: it must be a domain such as "example.com", ` +
            'with or without a slash behind it',
        );
      }
    }
  },
};

export const relative: Word<GatewayDraft> = {
  name: 'relative',
  usage: 'relative on|off',
  help: 'Take a host name that lies in no zone relative to each of them; on by default.',
  least: 1,
  most: 1,
  read({ name, arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const choice = readChoice(token, name.text, ['on', 'off'], problems);
    if (choice !== undefined) gateway.relative = choice === 'on';
  },
};

export const httpsRecords: Word<GatewayDraft> = {
  name: 'httpsRecords',
  usage: 'httpsRecords all|annotated|none',
  help: 'Hosts that have an HTTPS record: all for which TLS ends, or those whose objects ask for it (the default).',
  least: 1,
  most: 1,
  read({ name, arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const choice = readChoice(token, name.text, ['all', 'annotated', 'none'], problems);
    if (choice !== undefined) gateway.httpsRecords = choice;
  },
};

export const flatten: Word<GatewayDraft> = {
  name: 'flatten',
  usage: 'flatten [RESOLVER…]',
  help: "Answer a load balancer's host name as the addresses it has, not as CNAME.",
  least: 0,
  read(directive, gateway, { problems }) {
    const resolvers = new Map<string, Token>();
    const addresses: ResolverAddress[] = [];
    for (const token of directive.arguments) {
      const resolver = readResolver(token.text);
      if ('reason' in resolver) {
        problems.report(token, `"${token.text}" is no resolver: ${resolver.reason}`);
        continue;
      }
      addOnce(resolvers, `${resolver.value.address} ${resolver.value.port}`, token, problems);
      addresses.push(resolver.value);
    }
    gateway.flatten = { resolvers: addresses };
  },
};

export const ttl: Word<GatewayDraft> = {
  name: 'ttl',
  usage: 'ttl SECONDS',
  help: `The TTL of answers, 0 to ${MAX_TTL}; 60 by default.`,
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, context) {
    gateway.ttl = readTtl(token, context) ?? gateway.ttl;
  },
};

export const negativeTtl: Word<GatewayDraft> = {
  name: 'negativeTtl',
  usage: 'negativeTtl SECONDS',
  help: `The TTL of negative answers, 0 to ${MAX_TTL}; that of others by default, and 60 at most.`,
  least: 1,
  most: 1,
  read({ arguments: [token] }, gateway, context) {
    const seconds = readTtl(token, context);
    if (seconds !== undefined) gateway.negativeTtl = seconds;
  },
};

function readTtl(token: Token | undefined, { problems }: Context): number | undefined {
  if (token === undefined) return undefined;
  const seconds = /^\+?\d{1,9}$/.test(token.text) ? Number(token.text) : Number.NaN;
  if (seconds <= MAX_TTL) return seconds;
  problems.report(token, `"${token.text}" is no TTL`, { allowed: [`0-${MAX_TTL}`] });
  return undefined;
}

/** As Kubernetes has it for keys of annotations: a subdomain in any case. */
function isPrefix(text: string): boolean {
  const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
  return text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`, 'i').test(text);
}

/** `ADDRESS`, `ADDRESS:PORT` or `[IPv6]:PORT`. */
function readResolver(text: string): Reading<ResolverAddress> {
  const [, six, four, digits = `${DNS_PORT}`] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = six ?? four ?? text;
  const port = Number(digits);
  if (isIP(address) === 0 || (six !== undefined && isIP(six) !== 6)) {
    return { reason: 'it must be ADDRESS, ADDRESS:PORT or [IPv6]:PORT, with an IP address' };
  }
  if (port < 1 || port > 65535) return { reason: 'a port is from 1 to 65535' };
  return { value: { address: canonicalAddress(address), port } };
}
