import { listOf, type Shape, shapeOf, textOf } from '../../sources/shape.ts';
import { conditionOf, GATEWAY_API } from './parent-ref.ts';

/** Kinds of route. */
export const ROUTE_KINDS = ['HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'] as const;

/** A kind of route. */
export type RouteKind = (typeof ROUTE_KINDS)[number];

/** What a listener of a Gateway or a ListenerSet says, defaults filled in. */
export interface Listener {
  readonly name: string;
  /** As written; empty for every hostname. */
  readonly hostname: string;
  readonly port: number;
  readonly protocol: string;
  /** `allowedRoutes.namespaces.from` */
  readonly from: string;
  /** Whether TLS is what it speaks, and its status does not say that it can't. */
  readonly isTls?: true;
  /** Of our group; absent: those that the protocol says. */
  readonly kinds?: readonly string[];
}

/** `spec.listeners[]` */
export function readListeners(object: Shape): readonly Listener[] {
  return listOf(shapeOf(object['spec'])['listeners']).map((value) => {
    const { name, hostname, port, protocol, allowedRoutes, tls } = shapeOf(value);
    const { namespaces, kinds } = shapeOf(allowedRoutes);
    const listed = listOf(kinds);
    return {
      name: textOf(name),
      hostname: textOf(hostname),
      port: typeof port === 'number' ? port : 0,
      protocol: textOf(protocol),
      from: textOf(shapeOf(namespaces)['from']) || 'Same',
      ...(speaksTls(textOf(protocol), shapeOf(tls), statusOf(object, textOf(name))) && {
        isTls: true,
      }),
      ...(listed.length === 0 ? {} : { kinds: ours(listed) }),
    };
  });
}

/** What a listener of HTTPS passes through unread is nobody's HTTP that is known of (the API has no such mode for it). */
function speaksTls(protocol: string, { mode = 'Terminate' }: Shape, status: Shape): boolean {
  if (protocol !== 'TLS' && (protocol !== 'HTTPS' || mode !== 'Terminate')) return false;
  return conditionOf(status, 'Programmed') !== 'False' && !lacksCertificate(status);
}

const WITHOUT_CERTIFICATE: ReadonlySet<string> = new Set([
  'InvalidCertificateRef',
  'RefNotPermitted',
]);

function lacksCertificate(status: Shape): boolean {
  return listOf(status['conditions']).some((condition) => {
    const { type, status: value, reason } = shapeOf(condition);
    return type === 'ResolvedRefs' && value === 'False' && WITHOUT_CERTIFICATE.has(textOf(reason));
  });
}

/** What the status of the Gateway or ListenerSet says of a listener. */
function statusOf(object: Shape, listener: string): Shape {
  const statuses = listOf(shapeOf(object['status'])['listeners']).map(shapeOf);
  return statuses.find(({ name }) => name === listener) ?? {};
}

function ours(kinds: readonly unknown[]): readonly string[] {
  return kinds
    .map(shapeOf)
    .filter(({ group = GATEWAY_API }) => group === GATEWAY_API)
    .map(({ kind }) => textOf(kind));
}

/** What a listener takes that names no kinds. Of TLS that ends at the Gateway what is left is TCP. */
const kindsOf: ReadonlyMap<string, readonly RouteKind[]> = new Map([
  ['HTTP', ['HTTPRoute', 'GRPCRoute']],
  ['HTTPS', ['HTTPRoute', 'GRPCRoute']],
  ['TLS', ['TLSRoute', 'TCPRoute']],
  ['TCP', ['TCPRoute']],
  ['UDP', ['UDPRoute']],
]);

/** Whether the listener takes routes of the kind. One of a protocol that the API does not know takes all. */
export function takesKind({ kinds, protocol }: Listener, kind: RouteKind): boolean {
  const taken: readonly string[] | undefined = kinds ?? kindsOf.get(protocol);
  return taken?.includes(kind) ?? true;
}

/**
 * Whether the listener takes routes of a namespace. A selector asks for labels of namespaces, which nobody
 * reads here: it takes them all, and whoever implements the Gateway says `Accepted: False` of the others.
 *
 * @param own namespace of the Gateway or ListenerSet whose listener it is
 */
export function takesNamespace({ from }: Listener, namespace: string, own: string): boolean {
  return from === 'All' || from === 'Selector' || (from === 'Same' && namespace === own);
}
