// What a server answers, point by point as the plugin does or as Seamark does: RFC 1034 4.3.2 with a
// switch for each row of docs/differences.md that shows in an answer. It knows the objects and no server.

import { TYPE } from '../support/dns/index.ts';
import type { Claim } from './claims.ts';
import { type Data, hasAddress, mergeData, NO_DATA, PANIC, type RRset } from './data.ts';
import type { Does } from './habits.ts';
import type { Question } from './questions.ts';
import { NO_REPLY, REFUSED, Reply, SERVFAIL } from './reply.ts';
import { parentOf, type World } from './world.ts';

/**
 * The replies that are right, in their normal form: mostly one. Several where the server may choose, as
 * which RRset it gives for ANY.
 */
export const predict = (world: World, question: Question, does: Does): readonly string[] => {
  try {
    return answer(world, question, does);
  } catch (error) {
    if (error instanceof Panic) return [SERVFAIL];
    throw error;
  }
};

/** The plugin's, of which CoreDNS recovers with SERVFAIL. */
class Panic extends Error {}

const answer = (world: World, question: Question, does: Does): readonly string[] => {
  const zone = world.zoneOf(question.name);
  if (zone === undefined) return [does('fail outside its zones') ? SERVFAIL : REFUSED];
  const reply = new Reply(world.settings, question, zone, does);
  if (question.name === zone) return atApex(world, question, zone, reply, does);
  const server = `${world.settings.apex.toLowerCase()}.${zone}`;
  if (question.name === server) return atServer(world, question, reply, does);
  if (question.name.endsWith(`.${server}`) && does('deny below the server')) {
    return [reply.negative(false)];
  }
  return within(world, question, reply, does);
};

/** RRsets of a name, and whether there is such a name. */
interface Found {
  readonly data: Data;
  readonly exists: boolean;
}

const atApex = (
  world: World,
  { name, type }: Question,
  zone: string,
  reply: Reply,
  does: Does,
): readonly string[] => {
  const own = speaking(world, name, world.at(name, does), does);
  const isBare = own.size === 0;
  // Only where the apex itself has nothing.
  const data =
    isBare && does('put wildcards over an apex') ? atWildcard(world, `*.${name}`, does).data : own;
  switch (type) {
    case TYPE.SOA:
      return [reply.soa()];
    case TYPE.NS:
      return [breaksNs(world, does) ? NO_REPLY : reply.ns(glue(world, zone, does))];
    case TYPE.ANY:
      if (does('have nothing for ANY')) return [reply.negative(true)];
      return [reply.soa(), reply.ns([]), ...everything(data, reply)];
    default:
      return [positive(data, type, reply) ?? reply.negative(true)];
  }
};

/** The primary name server's name, which the plugin answers for by itself. */
const atServer = (
  world: World,
  { name, type }: Question,
  reply: Reply,
  does: Does,
): readonly string[] => {
  const { apex } = world.settings;
  const isOdd = apex.split('.').length !== 2 || apex !== apex.toLowerCase();
  if (isOdd && does('want a server of two labels')) return [reply.negative(false)];
  const data = serverData(world, apex, name, does);
  if (type === TYPE.ANY) {
    return does('have nothing for ANY')
      ? [reply.negative(true)]
      : orNegative(everything(data, reply), reply);
  }
  const rrset = data.get(type);
  const isHidden = type === TYPE.AAAA && does('hide AAAA of servers');
  return [
    rrset === undefined || isHidden ? reply.negative(true) : reply.positiveAsAsked(type, rrset),
  ];
};

/** Any other name of the zone. */
const within = (
  world: World,
  { name, type }: Question,
  reply: Reply,
  does: Does,
): readonly string[] => {
  const { data, exists } = find(world, name, does);
  // It answers for every type (RFC 1034 4.3.2 3a); what it leads to lies elsewhere.
  const alias = positive(data, TYPE.CNAME, reply);
  if (alias !== undefined) return [alias];
  const isDenied = () => {
    const isOther = type === TYPE.TXT ? hasAddress(data) : data.size > 0 && !hasAddress(data);
    return isOther && does('deny a name by its types');
  };
  switch (type) {
    case TYPE.SOA:
      return [does('answer SOA anywhere') ? reply.soa() : reply.negative(exists)];
    case TYPE.NS:
      return [reply.negative(exists || does('deny no name for NS'))];
    case TYPE.ANY:
      if (!exists) return [reply.negative(does('choose RCODE by type'))];
      return does('have nothing for ANY')
        ? [reply.negative(true)]
        : orNegative(everything(data, reply), reply);
    case TYPE.A:
    case TYPE.AAAA:
    case TYPE.TXT:
      return [positive(data, type, reply) ?? reply.negative(exists && !isDenied())];
    default:
      return [
        positive(data, type, reply) ?? reply.negative(exists || does('choose RCODE by type')),
      ];
  }
};

const find = (world: World, name: string, does: Does): Found => {
  const claims = world.at(name, does);
  const own = speaking(world, name, claims, does);
  if (own.size > 0) return { data: own, exists: true };
  const parent = parentOf(name);
  if (world.exists(name) || claims.length > 0) {
    const covered = does('put wildcards over names')
      ? atWildcard(world, `*.${parent}`, does).data
      : NO_DATA;
    if (covered.size > 0) return { data: covered, exists: true };
    return {
      data: NO_DATA,
      exists: !does(claims.length > 0 ? 'deny what is pending' : 'deny empty non-terminals'),
    };
  }
  const encloser = world.closestEncloser(name);
  return atWildcard(
    world,
    `*.${encloser === parent || does('stop wildcards at one label') ? parent : encloser}`,
    does,
  );
};

const atWildcard = (world: World, wildcard: string, does: Does): Found => {
  const claims = world.at(wildcard, does);
  const data = speaking(world, wildcard, claims, does);
  return { data, exists: data.size > 0 || (claims.length > 0 && !does('deny what is pending')) };
};

/**
 * The records of the first kind that has any: for each type but the addresses, which are one. Of a name
 * server, Service is the first in Seamark.
 */
const speaking = (world: World, name: string, claims: readonly Claim[], does: Does): Data => {
  if (claims.length === 0) return NO_DATA;
  const { resources } = world.settings;
  const order =
    world.isServer(name) && !does('take any kind for a server')
      ? resources.toSorted((a, b) => Number(b === 'Service') - Number(a === 'Service'))
      : resources;
  let spoken: Data = NO_DATA;
  for (const kind of order) {
    const level = claims.filter((claim) => claim.kind === kind).map(({ data }) => data);
    if (level.length === 0) continue;
    if (spoken.size > 0 && does('let one kind speak for all types')) break;
    if (level.includes(PANIC)) throw new Panic();
    spoken = withOtherTypes(spoken, mergeData(level));
  }
  return spoken;
};

/** Addresses of both families are one. */
const withOtherTypes = (spoken: Data, data: Data): Data => {
  const all = new Map(spoken);
  for (const [type, rrset] of data) {
    const isAddress = type === TYPE.A || type === TYPE.AAAA;
    if (isAddress ? !hasAddress(spoken) : !spoken.has(type)) all.set(type, rrset);
  }
  return all;
};

/** What a name server has for addresses: with the plugin, of whatever has its relative name. */
const serverData = (world: World, relative: string, name: string, does: Does): Data => {
  const claims = world.at(name, does);
  const all = does('take any kind for a server')
    ? mergeData(claims.filter(({ key }) => key === relative).map(({ data }) => data))
    : speaking(world, name, claims, does);
  const [v4, v6] = [all.get(TYPE.A), all.get(TYPE.AAAA)];
  const data = new Map<number, RRset>();
  if (v4 !== undefined) data.set(TYPE.A, v4);
  if (v6 !== undefined) data.set(TYPE.AAAA, v6);
  if (v6 !== undefined && does('send IPv6 servers as zeros')) {
    data.set(TYPE.A, { ttl: v6.ttl, rdata: new Set([...(v4?.rdata ?? []), '0.0.0.0']) });
  }
  if (data.size === 0 || !does('keep one TTL for servers')) return data;
  return new Map([...data].map(([type, rrset]) => [type, { ...rrset, ttl: 60 }]));
};

/** The servers' addresses beside NS. */
const glue = (world: World, zone: string, does: Does): (readonly [string, Data])[] => {
  const { apex, secondary } = world.settings;
  return [apex, ...(secondary === undefined ? [] : [secondary])].map((server) => {
    const data = new Map(serverData(world, server, `${server.toLowerCase()}.${zone}`, does));
    if (data.has(TYPE.AAAA) && does('send IPv6 servers as zeros')) data.delete(TYPE.AAAA);
    return [server, data] as const;
  });
};

/** An Ingress without a host stands behind the empty name, which is that of the secondary if there is none. */
const breaksNs = (world: World, does: Does): boolean =>
  world.settings.secondary === undefined &&
  does('trip over a rule without host') &&
  world.hostless.some(({ data }) => data.size > 0);

const positive = (data: Data, type: number, reply: Reply): string | undefined => {
  const rrset = data.get(type);
  return rrset === undefined ? undefined : reply.positive(type, rrset);
};

const everything = (data: Data, reply: Reply): string[] =>
  [...data].map(([type, rrset]) => reply.positive(type, rrset));

const orNegative = (replies: readonly string[], reply: Reply): readonly string[] =>
  replies.length > 0 ? replies : [reply.negative(true)];
