// Kubernetes objects, as much of them as the tests write and read.

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly resourceVersion?: string;
}

/** Any object; `spec` and `status` are whatever its kind has. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** What a load balancer's controller reports: `{ ip }` or `{ hostname }`. */
export interface LoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
}

interface Exposed extends KubeObject {
  readonly status?: { readonly loadBalancer: { readonly ingress: readonly LoadBalancerIngress[] } };
}

export interface Ingress extends Exposed {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'Ingress';
  readonly spec: { readonly rules: readonly { readonly host: string }[] };
}

export interface Service extends Exposed {
  readonly apiVersion: 'v1';
  readonly kind: 'Service';
  readonly spec: {
    readonly type: 'LoadBalancer' | 'ClusterIP';
    readonly ports: readonly { readonly port: number }[];
  };
}

/** `status` with these addresses; of none, the status of a load balancer that is still pending. */
export const loadBalancer = (addresses: readonly string[]): NonNullable<Exposed['status']> => ({
  loadBalancer: { ingress: addresses.map((ip) => ({ ip })) },
});

/** `namespace/name` with one rule for each host. */
export const ingress = (
  path: string,
  hosts: readonly string[],
  addresses: readonly string[],
): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: metadata(path),
  spec: { rules: hosts.map((host) => ({ host })) },
  status: loadBalancer(addresses),
});

/** `namespace/name` of type LoadBalancer. */
export const service = (path: string, addresses: readonly string[]): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(path),
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  status: loadBalancer(addresses),
});

interface ClusterRole extends KubeObject {
  readonly kind: 'ClusterRole';
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

interface ClusterRoleBinding extends KubeObject {
  readonly kind: 'ClusterRoleBinding';
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly ClusterRoleBinding['roleRef'][];
}

const RBAC = 'rbac.authorization.k8s.io';

/** A role that may read one resource in all namespaces; the core group's name is empty. */
export const readerRole = (name: string, apiGroup: string, resource: string): ClusterRole => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name },
  rules: [{ apiGroups: [apiGroup], resources: [resource], verbs: ['get', 'list', 'watch'] }],
});

/** Gives the role of the same name to a user. */
export const roleBinding = (name: string, user: string): ClusterRoleBinding => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
  subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
});

const metadata = (path: string): Metadata => {
  const [namespace, name] = path.split('/');
  if (namespace === undefined || name === undefined) throw new RangeError(`not ns/name: ${path}`);
  return { namespace, name };
};

/** The REST path of an object's collection. */
export const collectionPath = ({ apiVersion, kind, metadata }: KubeObject): string => {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new RangeError(`no REST path known for kind ${kind}`);
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { namespace } = metadata;
  return namespace === undefined
    ? `${group}/${plural}`
    : `${group}/namespaces/${namespace}/${plural}`;
};

const PLURALS: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  ServiceMonitor: 'servicemonitors',
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Pod: 'pods',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Namespace: 'namespaces',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  CustomResourceDefinition: 'customresourcedefinitions',
  DNSEndpoint: 'dnsendpoints',
  EndpointSlice: 'endpointslices',
  Gateway: 'gateways',
  GatewayClass: 'gatewayclasses',
  GRPCRoute: 'grpcroutes',
  HTTPRoute: 'httproutes',
  ListenerSet: 'listenersets',
  Node: 'nodes',
  TCPRoute: 'tcproutes',
  TLSRoute: 'tlsroutes',
  UDPRoute: 'udproutes',
};
