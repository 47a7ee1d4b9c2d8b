import { isAddress } from '@seamark/protocol';
import { listOf, type Shape, shapeOf, textOf } from '../../sources/shape.ts';
import {
  annotation,
  type Hostnames,
  readHostnames,
  readTargets,
  readTtl,
  type Targets,
} from '../annotations.ts';
import type { ProjectionOptions } from '../contract.ts';
import { type HttpsWish, readHttpsWish } from '../https/annotation.ts';
import { ignored } from '../sole-kind.ts';
import { type Listener, type RouteKind, readListeners } from './listener.ts';
import { conditionOf, readParentRef, readParentRefs, type StatedRef } from './parent-ref.ts';

/**
 * What is kept of Gateways, ListenerSets and routes: an object is a few hundred octets of it, where the object
 * itself has kilobytes of rules and conditions.
 */

/** Where names lead. */
export type Reach = Pick<Targets, 'addresses' | 'targets'>;

/** What annotations say, of any of the three. */
interface Annotated {
  /** In place of the Gateway's addresses. */
  readonly target?: Reach;
  readonly ttl?: number;
  readonly https?: HttpsWish;
}

export interface GatewayFacts extends Annotated {
  /** Why none of its routes counts; a clause about "its Gateway". */
  readonly refusal?: string;
  readonly listeners: readonly Listener[];
  /** Namespaces whose ListenerSets it takes: None, Same, All or Selector. */
  readonly setsFrom: string;
  readonly status: Reach;
}

export interface ListenerSetFacts extends Annotated {
  /** Why none of its routes counts, whatever its Gateway says. */
  readonly refusal?: string;
  /** `namespace/name`; absent: it names none. */
  readonly gateway?: string;
  readonly listeners: readonly Listener[];
  /** Its status says `Accepted: True`. */
  readonly isAccepted: boolean;
}

export interface RouteFacts extends Annotated {
  readonly kind: RouteKind;
  readonly namespace: string;
  /** Why it does not count. */
  readonly refusal?: string;
  /** `spec.hostnames` */
  readonly hostnames: readonly string[];
  /** Those of its annotation. */
  readonly added: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Reads a Gateway. Its key tells its namespace, also where a manifest leaves that out.
 *
 * @param faults where to add what can't be used of one that counts
 */
export function readGateway(
  object: Shape,
  options: ProjectionOptions,
  faults: string[],
): GatewayFacts {
  const spec = shapeOf(object['spec']);
  const refusal = ignored(object) ?? refusedClass(textOf(spec['gatewayClassName']), options);
  return {
    ...(refusal === undefined ? {} : { refusal }),
    listeners: readListeners(object),
    setsFrom: textOf(shapeOf(shapeOf(spec['allowedListeners'])['namespaces'])['from']) || 'None',
    status: readStatus(object),
    ...readAnnotated(object, options, refusal === undefined ? faults : []),
  };
}

function refusedClass(name: string, { gatewayClasses }: ProjectionOptions): string | undefined {
  if (gatewayClasses === undefined || gatewayClasses.includes(name)) return undefined;
  return `its class ${name} is not among gatewayClasses`;
}

/** `status.addresses[]`. What a NamedAddress means only its implementation knows. */
function readStatus(object: Shape): Reach {
  const addresses = new Set<string>();
  const targets = new Set<string>();
  for (const entry of listOf(shapeOf(object['status'])['addresses'])) {
    // The CRD fills the type in; a manifest need not.
    const { type = 'IPAddress', value } = shapeOf(entry);
    const text = textOf(value);
    if (type === 'IPAddress' && isAddress(text)) addresses.add(text);
    else if (type === 'Hostname' && text !== '') targets.add(text);
  }
  return { addresses: [...addresses], targets: [...targets] };
}

/**
 * Reads a ListenerSet.
 *
 * @param faults where to add what can't be used of one that counts
 */
export function readListenerSet(
  object: Shape,
  key: string,
  options: ProjectionOptions,
  faults: string[],
): ListenerSetFacts {
  const accepted = conditionOf(shapeOf(object['status']), 'Accepted');
  const refusal =
    ignored(object) ?? (accepted === 'False' ? 'its status says Accepted: False' : undefined);
  const gateway = readParentRef(shapeOf(object['spec'])['parentRef'], namespaceOf(key));
  return {
    ...(refusal === undefined ? {} : { refusal }),
    ...(gateway?.kind === 'Gateway' ? { gateway: gateway.key } : {}),
    listeners: readListeners(object),
    isAccepted: accepted === 'True',
    ...readAnnotated(object, options, refusal === undefined ? faults : []),
  };
}

/** Reads a route, and what it refers to. */
export function readRoute(
  kind: RouteKind,
  object: Shape,
  key: string,
  options: ProjectionOptions,
): { readonly facts: RouteFacts; readonly refs: readonly StatedRef[] } {
  const namespace = namespaceOf(key);
  const refusal = ignored(object);
  const faults: string[] = [];
  const added = readAdded(object, options.annotationPrefixes);
  faults.push(...added.faults);
  const annotated = readAnnotated(object, options, faults);
  const facts: RouteFacts = {
    kind,
    namespace,
    ...(refusal === undefined ? {} : { refusal }),
    hostnames: takesHostnames(kind) ? hostnamesOf(object) : nothing,
    added: added.names,
    ...annotated,
    faults: faults.length === 0 ? nothing : faults,
  };
  return { facts, refs: readParentRefs(object, namespace) };
}

/** Whether routes of the kind, and the listeners that they attach to, have hostnames. */
export function takesHostnames(kind: RouteKind): boolean {
  return kind !== 'TCPRoute' && kind !== 'UDPRoute';
}

function hostnamesOf(route: Shape): readonly string[] {
  const hostnames = listOf(shapeOf(route['spec'])['hostnames']).map(textOf);
  // What filter makes has room for 17, and is kept: 120 octets of each of 100,000 routes.
  return hostnames.includes('') ? hostnames.filter((hostname) => hostname !== '') : hostnames;
}

const nothing: readonly string[] = [];
const noHostnames: Hostnames = { names: nothing, faults: nothing };

function readAdded(object: Shape, prefixes: readonly string[]): Hostnames {
  const text = annotation(object, prefixes, 'hostname');
  return text === undefined ? noHostnames : readHostnames(text);
}

/** @param faults where to add what can't be used; a target of which nothing is left stands for nothing */
function readAnnotated(object: Shape, options: ProjectionOptions, faults: string[]): Annotated {
  const prefixes = options.annotationPrefixes;
  const written = annotation(object, prefixes, 'target');
  const target = written === undefined ? undefined : readTargets(written);
  if (target !== undefined) faults.push(...target.faults);
  const isUsable = target !== undefined && target.addresses.length + target.targets.length > 0;
  const ttl = annotation(object, prefixes, 'ttl');
  const seconds = ttl === undefined ? undefined : readTtl(ttl);
  if (typeof seconds === 'string') faults.push(seconds);
  const https = readHttpsWish(object, options, faults);
  return {
    ...(isUsable ? { target: { addresses: target.addresses, targets: target.targets } } : {}),
    ...(typeof seconds === 'number' ? { ttl: seconds } : {}),
    ...(https === undefined ? {} : { https }),
  };
}

/** Of a key `namespace/name`. */
export function namespaceOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
