// Values files that the chart has to do right by: one for each thing that its README says of them.

import type { Values } from './chart.ts';

const TLS = {
  domain: 'example.com',
  scheme: 'tls://',
  service: { port: 853 },
  extraZonePlugins: [
    { name: 'tls', parameters: '/etc/coredns/tls/tls.crt /etc/coredns/tls/tls.key' },
    { name: 'health', configBlock: 'lameduck 5s' },
    { name: 'ready' },
  ],
  extraVolumes: [{ name: 'certificate', secret: { secretName: 'dns-certificate' } }],
  extraVolumeMounts: [{ name: 'certificate', mountPath: '/etc/coredns/tls', readOnly: true }],
};

/** By what they are for; `domain` and `image` are added where they are left out. */
export const COMBINATIONS: Readonly<Record<string, Values>> = {
  'the defaults': {},
  'several zones': { domain: 'example.com example.org' },
  'every kind': {
    watchedResources: [
      ...['Ingress', 'Service', 'HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'],
      ...['DNSEndpoint', 'Node'],
    ],
  },
  'every filter': {
    watchedResources: ['HTTPRoute', 'Ingress', 'Service'],
    filters: {
      ingressClasses: ['nginx', 'traefik'],
      gatewayClasses: ['istio'],
      serviceLabelSelectors: ['app in (web, api),!internal', 'tier=edge'],
    },
  },
  namespaces: { namespaces: ['shop', 'blog'], watchedResources: ['Ingress', 'Service', 'Node'] },
  'name servers elsewhere': {
    apex: 'exdns-1.kube-system',
    secondary: 'exdns-2.kube-system',
    watchedResources: ['Ingress'],
  },
  'a name server of another name': { apex: 'ns1.example.net.', fullnameOverride: 'dns' },
  'options of the gateway': { extraGatewayOptions: ['negativeTtl 5', 'flatten'] },
  'fallthrough to a zone file': {
    fallthrough: { enabled: true, zones: ['static.example.com'] },
    zoneFiles: [
      {
        filename: 'example.db',
        domains: 'example.com',
        fallthrough: { enabled: true, zones: ['test.example.com'] },
        reload: '1m',
        contents: [
          'example.com. IN SOA ns1.example.net. hostmaster.example.com. 1 7200 3600 1209600 3600',
          'example.com. IN NS ns1.example.net.',
          '*.static.example.com. IN A 192.0.2.102',
          '',
        ].join('\n'),
      },
    ],
  },
  'the DNS01 challenge': {
    domain: 'example.com example.org',
    dnsChallenge: { enabled: true, domain: 'acme.example.net' },
  },
  'a forwarder': {
    extraZonePlugins: [
      { name: 'errors' },
      { name: 'health' },
      { name: 'ready' },
      { name: 'prometheus', parameters: '0.0.0.0:9253' },
      { name: 'forward', parameters: '. /etc/resolv.conf', configBlock: 'max_concurrent 1000' },
      { name: 'cache', parameters: 30 },
      { name: 'loop' },
      { name: 'reload' },
      { name: 'loadbalance' },
    ],
    service: { externalTrafficPolicy: 'Local' },
  },
  'DNS over TLS': TLS,
  'DNS over HTTPS': { ...TLS, scheme: 'https://', service: { port: 443 } },
  debugging: { debug: { enabled: true } },
  'one replica, UDP alone': { replicaCount: 1, service: { useTcp: false } },
  'a node port': { service: { type: 'NodePort', nodePort: 30053 } },
  'an address in the cluster': { service: { type: 'ClusterIP', clusterIP: '10.96.0.53' } },
  'a load balancer of a class': {
    service: {
      loadBalancerClass: 'example.com/edge',
      loadBalancerIP: '192.0.2.53',
      externalTrafficPolicy: 'Local',
      externalIPs: ['192.0.2.54'],
      ipFamilyPolicy: 'RequireDualStack',
      ipFamilies: ['IPv6', 'IPv4'],
      annotations: { 'example.com/pool': 'edge' },
      labels: { pool: 'edge' },
    },
  },
  'port 53 in the pod': { containerPort: 53 },
  "the nodes' addresses": { hostNetwork: true, containerPort: 53 },
  'where pods may run': {
    nodeSelector: { edge: 'true' },
    tolerations: [{ key: 'edge', operator: 'Exists', effect: 'NoSchedule' }],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              topologyKey: 'topology.kubernetes.io/zone',
              labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'seamark' } },
            },
          },
        ],
      },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
      },
      {
        ...{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'ScheduleAnyway' },
        labelSelector: { matchLabels: { rack: 'true' } },
      },
    ],
    priorityClassName: 'system-cluster-critical',
    replicaCount: 3,
    podDisruptionBudget: { maxUnavailable: '34%' },
  },
  'names, labels and pull secrets': {
    nameOverride: 'k8s-gateway',
    customLabels: { team: 'edge' },
    podAnnotations: { 'example.com/note': 'a' },
    imagePullSecrets: [{ name: 'registry' }],
    image: { registry: '', repository: 'seamark', tag: '0.1.0-rc.1', pullPolicy: 'Always' },
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    serviceAccount: { annotations: { 'example.com/role': 'reader' } },
  },
  'an account that is there already': { serviceAccount: { create: false, name: 'dns-reader' } },
  'a ServiceMonitor': {
    serviceMonitor: {
      ...{ enabled: true, labels: { release: 'prometheus' } },
      ...{ interval: '30s', scrapeTimeout: '10s' },
    },
  },
  'the user of the image': {
    secure: false,
    podSecurityContext: { fsGroup: 2000 },
    securityContext: { runAsUser: 3000 },
  },
  'no endpoints': { extraZonePlugins: [{ name: 'errors' }] },
};

/** What the chart of the plugin is tested with, as its files under chart/tests and test say it (bd2cc78). */
export const OF_THE_PLUGIN: Readonly<Record<string, Values>> = {
  'configmap_test: debug and dnsChallenge': {
    debug: { enabled: true },
    domain: 'example.com',
    dnsChallenge: { domain: 'acme.example.com' },
    watchedResources: ['Service', 'Ingress'],
    ttl: 300,
  },
  'configmap_test: fallthrough of a zone file': {
    domain: 'example.com',
    watchedResources: ['Service'],
    zoneFiles: [
      {
        ...{ domains: 'example.com.', zoneName: 'example.com.', filename: 'example.com.db' },
        fallthrough: { enabled: true, zones: ['test.example.com'] },
      },
    ],
  },
  'configmap_test: no fallthrough of a zone file': {
    domain: 'example.com',
    watchedResources: ['Service'],
    zoneFiles: [
      {
        ...{ domains: 'example.com.', zoneName: 'example.com.', filename: 'example.com.db' },
        fallthrough: { enabled: false, zones: ['test.example.com'] },
      },
    ],
  },
  'configmap_test: reload of a zone file': {
    domain: 'example.com',
    watchedResources: ['Service'],
    zoneFiles: [
      {
        ...{ domains: 'example.com.', zoneName: 'example.com.', filename: 'example.com.db' },
        reload: '1m',
      },
    ],
  },
  'configmap_test: scheme': {
    ...{ domain: 'example.com', scheme: 'tls://', watchedResources: ['Service'], ttl: 300 },
  },
  'configmap_test: no scheme': {
    ...{ domain: 'example.com', scheme: '', watchedResources: ['Service'], ttl: 300 },
  },
  'configmap_test: one selector': {
    ...{ domain: 'example.com', watchedResources: ['Service'], ttl: 300 },
    filters: { serviceLabelSelectors: ['env=prod'] },
  },
  'configmap_test: several selectors': {
    ...{ domain: 'example.com', watchedResources: ['Service'], ttl: 300 },
    filters: {
      serviceLabelSelectors: ['app=service1,tier=frontend', 'app=service2,tier=backend'],
    },
  },
  'configmap_test: no selectors': {
    ...{ domain: 'example.com', watchedResources: ['Service'], ttl: 300 },
    filters: { serviceLabelSelectors: [] },
  },
  'deployment_test: a deployment': {
    replicaCount: 2,
    serviceAccount: { create: false, name: 'custom-sa' },
    domain: 'example.com',
    service: { useTcp: true },
    watchedResources: ['Service'],
  },
  'deployment_test: pull secrets': {
    domain: 'example.com',
    imagePullSecrets: [{ name: 'my-image-credential' }],
    watchedResources: ['Service'],
  },
  // There in two tests of one each: of the mount alone Kubernetes makes no pod.
  'deployment_test: volumes and mounts': {
    domain: 'example.com',
    extraVolumes: [{ name: 'extra-volume', configMap: { name: 'extra-config' } }],
    extraVolumeMounts: [{ name: 'extra-volume', mountPath: '/etc/extra' }],
    watchedResources: ['Service'],
  },
  labels_test: {
    domain: 'example.com',
    watchedResources: ['Service'],
    customLabels: { foo: 'bar', env: 'test' },
  },
  podAnnotations_test: {
    domain: 'example.com',
    watchedResources: ['Service'],
    podAnnotations: {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9153',
      'prometheus.io/path': '/metrics',
    },
  },
  podSecurityContext_test: { podSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
  securityContext_test: {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  },
  'rbac_test: DNSEndpoint': { domain: 'example.com', watchedResources: ['DNSEndpoint'] },
  'rbac_test: Gateway API': {
    domain: 'example.com',
    watchedResources: ['HTTPRoute', 'GRPCRoute', 'TLSRoute'],
  },
  'rbac_test: Node': { domain: 'example.com', watchedResources: ['Node'] },
  'test/single-stack': {
    nameOverride: 'k8s-gateway',
    watchedResources: ['HTTPRoute', 'TLSRoute', 'GRPCRoute', 'Ingress', 'Service'],
    domain: 'foo.org',
    service: { type: 'NodePort', port: 53, annotations: {}, nodePort: 32553 },
    debug: { enabled: true },
    secure: false,
  },
  'test/dual-stack': {
    nameOverride: 'k8s-gateway',
    domain: 'foo.org',
    watchedResources: ['HTTPRoute', 'Ingress', 'Service'],
    service: {
      ...{ type: 'NodePort', port: 53, annotations: {}, nodePort: 32553 },
      ipFamilyPolicy: 'RequireDualStack',
    },
    debug: { enabled: true },
    secure: false,
  },
  'its own defaults': {
    extraZonePlugins: [
      { name: 'log' },
      { name: 'errors' },
      { name: 'health', configBlock: 'lameduck 5s' },
      { name: 'ready' },
      { name: 'prometheus', parameters: '0.0.0.0:9153' },
      { name: 'forward', parameters: '. /etc/resolv.conf' },
      { name: 'loop' },
      { name: 'reload' },
      { name: 'loadbalance' },
    ],
    service: { useTcp: false },
    replicaCount: 1,
    topologySpreadConstraints: [],
  },
};
