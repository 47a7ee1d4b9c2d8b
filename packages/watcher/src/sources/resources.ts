import type { ObjectKind } from './contract.ts';
import {
  any,
  anys,
  type Field,
  type Fields,
  flag,
  loadBalancerStatus,
  message,
  messages,
  metadata,
  number,
  text,
  texts,
  unnumbered,
} from './message-fields.ts';
import type { Resource } from './resource.ts';

const GATEWAY_API = 'gateway.networking.k8s.io';

const parentRef: Fields = unnumbered(
  text('group'),
  text('kind'),
  text('namespace'),
  text('name'),
  text('sectionName'),
  number('port'),
);

const conditions: Field = messages('conditions', unnumbered(text('type'), text('status')));

const listener: Fields = unnumbered(
  text('name'),
  text('hostname'),
  number('port'),
  text('protocol'),
  message('tls', unnumbered(text('mode'))),
  message(
    'allowedRoutes',
    unnumbered(
      message('namespaces', unnumbered(text('from'))),
      messages('kinds', unnumbered(text('group'), text('kind'))),
    ),
  ),
);

/** Of `status.listeners[]`: whether what a listener asks for is there. */
const listenerStatus: Field = messages(
  'listeners',
  unnumbered(
    text('name'),
    messages('conditions', unnumbered(text('type'), text('status'), text('reason'))),
  ),
);

const routeFields: Fields = unnumbered(
  metadata,
  message('spec', unnumbered(texts('hostnames'), messages('parentRefs', parentRef))),
  message(
    'status',
    unnumbered(
      messages(
        'parents',
        unnumbered(message('parentRef', parentRef), text('controllerName'), conditions),
      ),
    ),
  ),
);

function route(kind: ObjectKind, plural: string, versions: readonly string[]): Resource {
  return {
    kind,
    group: GATEWAY_API,
    versions,
    plural,
    isNamespaced: true,
    isBuiltIn: false,
    fields: routeFields,
  };
}

/** Every kind that is read. */
export const resources: Readonly<Record<ObjectKind, Resource>> = {
  Ingress: {
    kind: 'Ingress',
    group: 'networking.k8s.io',
    versions: ['v1'],
    plural: 'ingresses',
    isNamespaced: true,
    isBuiltIn: true,
    fields: {
      1: metadata,
      2: message('spec', {
        2: messages('tls', { 1: texts('hosts') }),
        3: messages('rules', { 1: text('host') }),
        4: text('ingressClassName'),
      }),
      3: loadBalancerStatus,
    },
  },
  Service: {
    kind: 'Service',
    group: '',
    versions: ['v1'],
    plural: 'services',
    isNamespaced: true,
    isBuiltIn: true,
    fields: {
      1: metadata,
      2: message('spec', { 4: text('type'), 5: texts('externalIPs') }),
      3: loadBalancerStatus,
    },
  },
  EndpointSlice: {
    kind: 'EndpointSlice',
    group: 'discovery.k8s.io',
    versions: ['v1'],
    plural: 'endpointslices',
    isNamespaced: true,
    isBuiltIn: true,
    fields: {
      1: metadata,
      2: messages('endpoints', {
        1: texts('addresses'),
        2: message('conditions', { 1: flag('ready') }),
        3: text('hostname'),
      }),
      4: text('addressType'),
    },
  },
  Gateway: {
    kind: 'Gateway',
    group: GATEWAY_API,
    versions: ['v1', 'v1beta1'],
    plural: 'gateways',
    isNamespaced: true,
    isBuiltIn: false,
    fields: unnumbered(
      metadata,
      message(
        'spec',
        unnumbered(
          text('gatewayClassName'),
          messages('listeners', listener),
          message('allowedListeners', unnumbered(message('namespaces', unnumbered(text('from'))))),
        ),
      ),
      message(
        'status',
        unnumbered(messages('addresses', unnumbered(text('type'), text('value'))), listenerStatus),
      ),
    ),
  },
  ListenerSet: {
    kind: 'ListenerSet',
    group: GATEWAY_API,
    versions: ['v1'],
    plural: 'listenersets',
    isNamespaced: true,
    isBuiltIn: false,
    fields: unnumbered(
      metadata,
      message('spec', unnumbered(message('parentRef', parentRef), messages('listeners', listener))),
      message('status', unnumbered(conditions, listenerStatus)),
    ),
  },
  HTTPRoute: route('HTTPRoute', 'httproutes', ['v1', 'v1beta1']),
  TLSRoute: route('TLSRoute', 'tlsroutes', ['v1', 'v1alpha3', 'v1alpha2']),
  GRPCRoute: route('GRPCRoute', 'grpcroutes', ['v1', 'v1alpha2']),
  TCPRoute: route('TCPRoute', 'tcproutes', ['v1', 'v1alpha2']),
  UDPRoute: route('UDPRoute', 'udproutes', ['v1', 'v1alpha2']),
  DNSEndpoint: {
    kind: 'DNSEndpoint',
    group: 'externaldns.k8s.io',
    versions: ['v1alpha1'],
    plural: 'dnsendpoints',
    isNamespaced: true,
    isBuiltIn: false,
    fields: unnumbered(
      metadata,
      message(
        'spec',
        unnumbered(
          messages(
            'endpoints',
            unnumbered(text('dnsName'), text('recordType'), any('recordTTL'), anys('targets')),
          ),
        ),
      ),
    ),
  },
  Node: {
    kind: 'Node',
    group: '',
    versions: ['v1'],
    plural: 'nodes',
    isNamespaced: false,
    isBuiltIn: true,
    fields: {
      1: metadata,
      3: message('status', {
        4: messages('conditions', { 1: text('type'), 2: text('status') }),
        5: messages('addresses', { 1: text('type'), 2: text('address') }),
      }),
    },
  },
};
