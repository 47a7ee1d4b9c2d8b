import { listOf, type Shape, shapeOf, textOf } from '../sources/shape.ts';
import { annotation, annotationsOf, readHostnames } from './annotations.ts';
import type { Claim, ClaimedName, ProjectionOptions } from './contract.ts';
import type { Endpoints } from './endpoints.ts';
import { quoted } from './faults.ts';
import { type HttpsWish, readHttpsWish } from './https/annotation.ts';
import { assertedHttps, withHttps } from './https/bindings.ts';
import { selects } from './label-selector.ts';
import { type Reached, readAddresses, readLoadBalancer } from './load-balancer.ts';
import { claimed, type Overrides, readOverrides } from './overrides.ts';
import { ignored, type PassedOver } from './sole-kind.ts';

/**
 * Service: the names of its hostname annotation, or else `name.namespace`, if its type is LoadBalancer or its
 * endpoints are to stand for it; a name server has `name.namespace` whatever else it says.
 */
export interface ServiceReading {
  /** Why it does not have its names, or not all of them. */
  readonly passedOver?: PassedOver;
  /** What it claims all the same; absent: nothing. */
  readonly draft?: ServiceDraft;
}

/** What a Service claims, once it is known where its endpoints are. Holds nothing of the object. */
export interface ServiceDraft {
  readonly names: readonly ClaimedName[];
  /** `name.namespace` of a name server, unless it is among the names and leads where the Service does. */
  readonly serverName?: ClaimedName;
  /** Each endpoint that has a hostname has one name below each of these. */
  readonly podsBelow: readonly ClaimedName[];
  readonly overrides?: Overrides;
  /** Of the names; a Service tells nothing of TLS itself. */
  readonly https?: HttpsWish;
  readonly faults: readonly string[];
  /** Absent: where its endpoints are. */
  readonly reached?: Reached;
}

const resolveEndpoints = 'k8s-gateway.dns/resolve-endpoints';
const noNames: readonly ClaimedName[] = [];
const noFaults: readonly string[] = [];

/** Never throws, whatever the object's shape. */
export function readService(
  object: Shape,
  key: string,
  options: ProjectionOptions,
): ServiceReading {
  const isResolved = annotationsOf(object)[resolveEndpoints] === 'true';
  const isServer = options.nameServers.includes(key) && canServe(object, isResolved);
  if (!options.services) {
    return isServer ? { draft: serverDraft(object, key, isResolved, options) } : {};
  }
  const passedOver = reasonAgainst(object, key, isResolved, options);
  if (passedOver !== undefined) {
    return {
      passedOver,
      ...(isServer && { draft: serverDraft(object, key, isResolved, options) }),
    };
  }
  const draft = draftOf(object, key, isResolved, isServer, options);
  const replaced = draft.serverName === undefined ? nameGivenUp(object, key, options) : undefined;
  return { draft, ...(replaced !== undefined && { passedOver: replaced }) };
}

/** All that the Service claims. */
export function claimsOf(draft: ServiceDraft, endpoints: Endpoints): readonly Claim[] {
  const { names, serverName, podsBelow, overrides, faults } = draft;
  const reached =
    draft.reached ?? ofEndpoints(endpoints.addresses, 'it has no endpoint that is ready');
  const claims: Claim[] = [];
  if (names.length > 0 || faults.length > 0) {
    const claim = { names, ...claimed(overrides, () => reached, faults) };
    claims.push(...withHttps(claim, assertedHttps(draft.https)));
  }
  const ttl = overrides?.ttl === undefined ? {} : { ttl: overrides.ttl };
  // A name server is where it is, and not where an annotation leads clients to.
  if (serverName !== undefined) claims.push({ names: [serverName], ...reached, ...ttl });
  if (podsBelow.length === 0) return claims;
  for (const [hostname, addresses] of endpoints.pods) {
    const podNames = podsBelow.map(({ name, relative }) => ({
      name: `${hostname}.${name}`,
      relative,
    }));
    const reached = ofEndpoints(addresses, `no endpoint with the hostname ${hostname} is ready`);
    claims.push({ names: podNames, ...reached, ...ttl });
  }
  return claims;
}

function ofEndpoints(addresses: readonly string[], noAddress: string): Reached {
  return addresses.length > 0 ? { addresses } : { addresses, noAddress };
}

function reasonAgainst(
  object: Shape,
  key: string,
  isResolved: boolean,
  { serviceSelectors, annotationPrefixes }: ProjectionOptions,
): PassedOver | undefined {
  const names = () => namesOf(object, key, annotationPrefixes).names;
  const type = shapeOf(object['spec'])['type'];
  if (type !== 'LoadBalancer' && !isResolved) {
    return {
      get reason() {
        return `its type is ${quoted(textOf(type) || 'ClusterIP')}, and not LoadBalancer`;
      },
      names,
    };
  }
  const reason = ignored(object);
  if (reason !== undefined) return { reason, names };
  if (serviceSelectors === undefined) return undefined;
  const labels = shapeOf(shapeOf(object['metadata'])['labels']);
  if (serviceSelectors.some((selector) => selects(selector, labels))) return undefined;
  return { reason: 'its labels match none of serviceLabelSelectors', names };
}

/** `name.namespace` of a Service whose hostname annotation has other names in its place, or none. */
function nameGivenUp(
  object: Shape,
  key: string,
  { annotationPrefixes }: ProjectionOptions,
): PassedOver | undefined {
  const hostname = annotation(object, annotationPrefixes, 'hostname');
  if (hostname === undefined) return undefined;
  return {
    reason: `its hostname annotation, ${quoted(hostname)}, stands in place of that name`,
    // One that says the same in full gives nothing up.
    names: () => {
      const own = ownName(key);
      const isKept = readHostnames(hostname).names.some((name) =>
        name.toLowerCase().startsWith(`${own.name}.`),
      );
      return isKept ? noNames : [own];
    },
  };
}

/** Whether there are, or may yet be, addresses of its own. */
function canServe(object: Shape, isResolved: boolean): boolean {
  const spec = shapeOf(object['spec']);
  return isResolved || spec['type'] === 'LoadBalancer' || listOf(spec['externalIPs']).length > 0;
}

function serverDraft(
  object: Shape,
  key: string,
  isResolved: boolean,
  { annotationPrefixes }: ProjectionOptions,
): ServiceDraft {
  const overrides = readOverrides(object, annotationPrefixes);
  return {
    names: noNames,
    serverName: ownName(key),
    podsBelow: noNames,
    faults: noFaults,
    ...(overrides !== undefined && { overrides }),
    ...(!isResolved && { reached: reachOf(object) }),
  };
}

function draftOf(
  object: Shape,
  key: string,
  isResolved: boolean,
  isServer: boolean,
  options: ProjectionOptions,
): ServiceDraft {
  const { annotationPrefixes } = options;
  const { names, faults: ofNames, isAnnotated } = namesOf(object, key, annotationPrefixes);
  const unusable: string[] = [];
  const https = readHttpsWish(object, options, unusable);
  const faults = unusable.length === 0 ? ofNames : [...ofNames, ...unusable];
  const overrides = readOverrides(object, annotationPrefixes);
  const own = ownName(key);
  const isApart = isServer && (isAnnotated || overrides?.reached !== undefined);
  const below = isAnnotated ? [own, ...names.filter(({ name }) => !name.startsWith('*'))] : names;
  return {
    names: isApart && !isAnnotated ? noNames : names,
    ...(isApart && { serverName: own }),
    podsBelow: isResolved ? below : noNames,
    ...(https !== undefined && { https }),
    faults,
    ...(overrides !== undefined && { overrides }),
    ...(!isResolved && { reached: reachOf(object) }),
  };
}

/** An annotation that is there counts, whatever it says: a Service whose annotation has no name has none. */
function namesOf(
  object: Shape,
  key: string,
  prefixes: readonly string[],
): {
  readonly names: readonly ClaimedName[];
  readonly faults: readonly string[];
  readonly isAnnotated: boolean;
} {
  const hostname = annotation(object, prefixes, 'hostname');
  if (hostname === undefined)
    return { names: [ownName(key)], faults: noFaults, isAnnotated: false };
  const { names, faults } = readHostnames(hostname);
  return { names: names.map((name) => ({ name, relative: false })), faults, isAnnotated: true };
}

function ownName(key: string): ClaimedName {
  const slash = key.indexOf('/');
  return { name: `${key.slice(slash + 1)}.${key.slice(0, slash)}`, relative: true };
}

/** `spec.externalIPs`; of a Service without any that can be used, its load balancer's status. */
function reachOf(object: Shape): Reached {
  const listed = listOf(shapeOf(object['spec'])['externalIPs']);
  if (listed.length === 0) return readLoadBalancer(object);
  const external = readAddresses(listed, 'its externalIPs');
  if (external.addresses.length > 0) return external;
  const { faults = noFaults, ...balancer } = readLoadBalancer(object);
  return { ...balancer, faults: [...(external.faults ?? noFaults), ...faults] };
}
