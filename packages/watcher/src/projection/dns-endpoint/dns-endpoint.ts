import { TYPE } from '@seamark/protocol';
import { listOf, type Shape, shapeOf, textOf } from '../../sources/shape.ts';
import type { Claim, ClaimedName } from '../contract.ts';
import { ignored, type Projection, type SoleKind } from '../sole-kind.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';

/** Faults that are told of one object, however many endpoints it has. */
const mostOfAll = 20;

/**
 * DNSEndpoint: the name and the records of every `spec.endpoints[]`. Each is a claim of its own, so that what
 * one endpoint says is never said of another one's name. Their `setIdentifier`, `labels` and
 * `providerSpecific` speak to external-dns and its providers: several endpoints of one name and type are
 * that name's records together.
 */
export const dnsEndpoint: SoleKind = {
  kind: 'DNSEndpoint',
  project(object: Shape): Projection {
    const reason = ignored(object);
    if (reason !== undefined) return { reason, names: () => namesOf(object) };
    return projectDnsEndpoint(object);
  },
};

/** All that an object of any shape claims, endpoint by endpoint, in its order. */
export function projectDnsEndpoint(object: Shape): readonly Claim[] {
  const claims: Claim[] = [];
  let count = 0;
  for (const [index, endpoint] of listOf(shapeOf(object['spec'])['endpoints']).entries()) {
    const { faults = [], ...claim } = claimOf(readEndpoint(shapeOf(endpoint), index));
    const told = faults.slice(0, Math.max(0, mostOfAll - count));
    count += faults.length;
    if (told.length > 0) claims.push({ ...claim, faults: told });
    else if (claim.names.length > 0) claims.push(claim);
  }
  if (count > mostOfAll) {
    const faults = [`${count - mostOfAll} more faults of its endpoints are not told`];
    claims.push({ names: [], addresses: [], faults });
  }
  return claims;
}

function claimOf(endpoint: Endpoint | string): Claim {
  if (typeof endpoint === 'string') return { names: [], addresses: [], faults: [endpoint] };
  const { name, ttl, faults } = endpoint;
  return {
    names: [{ name, relative: false }],
    ...recordsOf(endpoint),
    ...(ttl === undefined ? {} : { ttl }),
    ...(faults.length === 0 ? {} : { faults }),
  };
}

function recordsOf({ type, records }: Endpoint): Pick<Claim, 'addresses' | 'targets' | 'rrsets'> {
  if (type === undefined || records.length === 0) return { addresses: [] };
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      return { addresses: records.map(({ text }) => text) };
    case TYPE.CNAME:
      return { addresses: [], targets: records.map(({ text }) => text) };
    default:
      return { addresses: [], rrsets: [{ type, rdata: records.map(({ octets }) => octets) }] };
  }
}

function namesOf(object: Shape): readonly ClaimedName[] {
  const endpoints = listOf(shapeOf(object['spec'])['endpoints']);
  const names = new Set(endpoints.map((endpoint) => textOf(shapeOf(endpoint)['dnsName'])));
  names.delete('');
  return [...names].map((name) => ({ name, relative: false }));
}
