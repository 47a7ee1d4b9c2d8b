// What the chart renders of each values file, and what it refuses.

import { afterAll, describe, expect, test } from 'vitest';
import {
  complaintsOf,
  corefileOf,
  LEAST,
  lint,
  missing,
  notes,
  only,
  refusal,
  render,
  type Values,
} from './chart.ts';
import { COMBINATIONS, OF_THE_PLUGIN } from './combinations.ts';

const ALL = Object.entries({ ...COMBINATIONS, ...OF_THE_PLUGIN }).map(
  ([name, values]) => [name, whole(values)] as const,
);

/** With what every release has to say. */
function whole(values: Values): Values {
  const image = { ...LEAST.image, ...(values['image'] as object | undefined) };
  return { ...LEAST, ...values, image };
}

/** Of a manifest, as deep as a test looks. */
interface PodSpec {
  readonly [member: string]: unknown;
  readonly securityContext: object;
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly [member: string]: unknown;
    readonly securityContext: object;
    readonly ports: readonly object[];
  }[];
}

const podOf = async (values: Values): Promise<PodSpec> => {
  const { spec } = only(await render(whole(values)), 'Deployment');
  return (spec as { template: { spec: PodSpec } }).template.spec;
};

const containerOf = async (values: Values): Promise<PodSpec['containers'][number]> => {
  const [container] = (await podOf(values)).containers;
  if (container === undefined) throw new Error('a pod without a container');
  return container;
};

const serviceOf = async (values: Values): Promise<Record<string, unknown>> =>
  only(await render(whole(values)), 'Service').spec as Record<string, unknown>;

/**
 * Words that the Corefile may have and that Seamark is yet to learn. As soon as it has learnt one, a complaint of it
 * is a failure; what is left of this list is printed.
 */
const AWAITED: ReadonlySet<string> = new Set([...['cache', 'debug', 'file', 'loadbalance']]);

const refused = new Set<string>();
afterAll(() => {
  if (refused.size > 0)
    process.stderr.write(`chart tests: not supported yet: ${[...refused].sort().join(', ')}\n`);
});

describe.skipIf(missing)('the chart', () => {
  test.each(ALL)('is free of complaints by helm lint: %s', async (_, values) => {
    expect(await lint(values)).toContain('0 chart(s) failed');
  });

  test.each(ALL)('makes a Corefile that seamark check accepts: %s', async (_, values) => {
    const complaints = await complaintsOf(corefileOf(await render(values)));
    const unexpected = complaints.filter(
      ({ line, awaited }) =>
        !AWAITED.has(awaited ?? '') &&
        // A scheme alone, as a test of the plugin's chart has it: CoreDNS would serve that without encryption.
        !(values['scheme'] === 'tls://' && line.includes('"tls://" has no certificate')),
    );
    expect(unexpected).toEqual([]);
    for (const { awaited } of complaints) if (awaited !== undefined) refused.add(awaited);
  });
});

describe.skipIf(missing)('the Corefile', () => {
  test('sends challenges of a zone in capitals on: names are matched in lower case', async () => {
    const values = { ...LEAST, domain: 'Example.COM', dnsChallenge: { enabled: true } };
    const corefile = corefileOf(await render(values));
    expect(corefile).toContain('match "_acme-challenge[.](.*)[.]example[.]com"\n');
  });

  test('has every part in its place', async () => {
    const corefile = corefileOf(
      await render({
        ...LEAST,
        domain: 'example.com example.org',
        debug: { enabled: true },
        dnsChallenge: { enabled: true, domain: 'acme.example.net' },
        namespaces: ['shop', 'blog'],
        filters: {
          ingressClasses: ['nginx', 'traefik'],
          gatewayClasses: ['istio'],
          serviceLabelSelectors: ['app in (web, api)', 'tier=edge'],
        },
        secondary: 'exdns-2.kube-system',
        fallthrough: { enabled: true, zones: ['a.example.com', 'b.example.com'] },
        extraGatewayOptions: ['negativeTtl 5'],
        extraZonePlugins: [
          { name: 'errors' },
          { name: 'cache', parameters: 30 },
          { name: 'health', parameters: ':8088', configBlock: 'lameduck 5s' },
        ],
        zoneFiles: [
          { filename: 'a.db', domains: 'a.example.com' },
          { filename: 'b.db', fallthrough: { enabled: true, zones: [] }, reload: '1m' },
        ],
      }),
    );
    expect(corefile).toBe(`.:1053 {
    debug
    template IN ANY example.com {
        match "_acme-challenge[.](.*)[.]example[.]com"
        answer "{{ .Name }} 5 IN CNAME {{ index .Match 1 }}.acme.example.net"
        fallthrough
    }
    template IN ANY example.org {
        match "_acme-challenge[.](.*)[.]example[.]org"
        answer "{{ .Name }} 5 IN CNAME {{ index .Match 1 }}.acme.example.net"
        fallthrough
    }
    k8s_gateway example.com example.org {
        apex edge-seamark.dns
        ttl 300
        secondary exdns-2.kube-system
        resources Ingress Service
        namespaces shop blog
        ingressClasses nginx traefik
        gatewayClasses istio
        serviceLabelSelectors "app in (web, api)" "tier=edge"
        fallthrough a.example.com b.example.com
        negativeTtl 5
    }
    errors
    cache 30
    health :8088 {
        lameduck 5s
    }
    file /etc/coredns/a.db a.example.com
    file /etc/coredns/b.db {
        fallthrough
        reload 1m
    }
}
`);
  });

  test('stands in the ConfigMap beside the zone files, as they were written', async () => {
    const contents = 'example.com. IN SOA a. b. 1 2 3 4 5\n; "quoted" \\ {{ not a template }}\n';
    const objects = await render({ ...LEAST, zoneFiles: [{ filename: 'a.db', contents }] });
    expect(only(objects, 'ConfigMap').data).toEqual({
      Corefile: expect.stringContaining('file /etc/coredns/a.db'),
      'a.db': contents,
    });
  });

  test('rolls the pods when it changes, and only then', async () => {
    const checksum = async (values: Values): Promise<unknown> => {
      const { spec } = only(await render(whole(values)), 'Deployment');
      const { template } = spec as { template: { metadata: { annotations: object } } };
      return template.metadata.annotations;
    };
    expect(await checksum({ replicaCount: 3 })).toEqual(await checksum({}));
    expect(await checksum({ ttl: 30 })).not.toEqual(await checksum({}));
  });
});

describe.skipIf(missing)('the pods', () => {
  test('are bound by the Pod Security Standard restricted', async () => {
    const pod = await podOf({});
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      runAsUser: 1000,
    });
  });

  test('have the one capability that a port below 1024 takes', async () => {
    const { securityContext, ports, ...low } = await containerOf({ containerPort: 53 });
    expect(low['command']).toEqual([
      ...['setpriv', '--inh-caps=+net_bind_service', '--ambient-caps=+net_bind_service'],
      ...['--', 'seamark'],
    ]);
    const capabilities = { drop: ['ALL'], add: ['NET_BIND_SERVICE'] };
    expect(securityContext).toMatchObject({ capabilities });
    expect(ports).toContainEqual({ name: 'dns-udp', containerPort: 53, protocol: 'UDP' });
    const { securityContext: high, ...others } = await containerOf({ containerPort: 1024 });
    expect(others).not.toHaveProperty('command');
    expect(high).toMatchObject({ capabilities: { drop: ['ALL'] } });
    expect(high).not.toHaveProperty('capabilities.add');
  });

  test('run as user 1000 whatever else is said, unless `secure` is off', async () => {
    const securityContext = { runAsUser: 9999 };
    expect((await containerOf({ securityContext })).securityContext).toMatchObject({
      runAsUser: 1000,
      readOnlyRootFilesystem: true,
    });
    expect((await containerOf({ securityContext, secure: false })).securityContext).toMatchObject({
      runAsUser: 9999,
      readOnlyRootFilesystem: true,
    });
    expect((await containerOf({ secure: false })).securityContext).not.toHaveProperty('runAsUser');
  });

  test('are spread, where a constraint names no others, by their own labels', async () => {
    const labelSelector = {
      matchLabels: { 'app.kubernetes.io/name': 'seamark', 'app.kubernetes.io/instance': 'edge' },
    };
    const constraint = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
    const host = { ...constraint, topologyKey: 'kubernetes.io/hostname' };
    expect((await podOf({}))['topologySpreadConstraints']).toEqual([
      { ...host, matchLabelKeys: ['pod-template-hash'], labelSelector },
    ]);
    const rack = { ...constraint, topologyKey: 'rack' };
    const given = { matchLabels: { rack: 'true' } };
    const topologySpreadConstraints = [rack, { ...rack, labelSelector: given }];
    expect((await podOf({ topologySpreadConstraints }))['topologySpreadConstraints']).toEqual([
      { ...rack, labelSelector },
      { ...rack, labelSelector: given },
    ]);
    expect(await podOf({ topologySpreadConstraints: [] })).not.toHaveProperty(
      'topologySpreadConstraints',
    );
  });

  test('are asked for health and readiness where the Corefile has them answered', async () => {
    const container = await containerOf({});
    expect(container).toHaveProperty('livenessProbe.httpGet', { path: '/health', port: 8080 });
    expect(container).toHaveProperty('readinessProbe.httpGet', { path: '/ready', port: 8181 });
    const moved = await containerOf({
      extraZonePlugins: [
        { name: 'health', parameters: ':8088' },
        { name: 'ready', parameters: '0.0.0.0:8188' },
        { name: 'prometheus', parameters: '[::]:9253' },
      ],
    });
    expect(moved).toHaveProperty('livenessProbe.httpGet.port', 8088);
    expect(moved).toHaveProperty('readinessProbe.httpGet.port', 8188);
    expect(moved.ports).toContainEqual({ name: 'metrics', containerPort: 9253, protocol: 'TCP' });
    const none = await containerOf({ extraZonePlugins: [] });
    expect(none).not.toHaveProperty('livenessProbe');
    expect(none).not.toHaveProperty('readinessProbe');
    expect(none.ports).toHaveLength(2);
  });

  test('run the image of the chart, or the one that is named', async () => {
    expect(await containerOf({})).toHaveProperty(
      'image',
      expect.stringMatching(/^registry\.example\.com\/edge\/seamark:\d+\.\d+\.\d+$/),
    );
    const image = { registry: '', repository: 'seamark', tag: 7 };
    expect(await containerOf({ image })).toHaveProperty('image', 'seamark:7');
  });

  test('make room for the new one where they have the ports of the node', async () => {
    const rolling = async (values: Values): Promise<unknown> =>
      only(await render(whole(values)), 'Deployment').spec;
    const surge = { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
    const inPlace = { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
    expect(await rolling({})).toMatchObject(surge);
    expect(await rolling({ hostNetwork: true })).toMatchObject(inPlace);
  });
});

describe.skipIf(missing)('the Service', () => {
  test('is there for UDP and TCP, in both families where the cluster has them', async () => {
    expect(await serviceOf({})).toEqual({
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': 'seamark', 'app.kubernetes.io/instance': 'edge' },
      ipFamilyPolicy: 'PreferDualStack',
      ports: [
        { name: 'dns-udp', port: 53, protocol: 'UDP', targetPort: 'dns-udp' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns-tcp' },
      ],
    });
  });

  test('has UDP alone, or for TLS TCP alone', async () => {
    const protocols = async (values: Values): Promise<unknown> =>
      ((await serviceOf(values))['ports'] as { protocol: string }[]).map((port) => port.protocol);
    expect(await protocols({ service: { useTcp: false } })).toEqual(['UDP']);
    for (const scheme of ['tls://', 'https://']) {
      expect(await protocols({ scheme, service: { useTcp: false } })).toEqual(['TCP']);
    }
  });

  test('takes what belongs to its type', async () => {
    const service = { nodePort: 30053, loadBalancerIP: '192.0.2.2', clusterIP: '10.96.0.53' };
    const of = (type: string): Promise<object> => serviceOf({ service: { ...service, type } });
    expect(await of('LoadBalancer')).toMatchObject({ loadBalancerIP: '192.0.2.2' });
    expect(await of('LoadBalancer')).not.toHaveProperty('clusterIP');
    expect(await of('ClusterIP')).toMatchObject({ clusterIP: '10.96.0.53' });
    expect(await of('NodePort')).toHaveProperty('ports.1.nodePort', 30053);
    expect(await of('ClusterIP')).not.toHaveProperty('ports.0.nodePort');
  });

  test('tells Prometheus of the port of the metrics, if there is one', async () => {
    const annotations = async (values: Values): Promise<unknown> =>
      only(await render(whole(values)), 'Service').metadata.annotations;
    const prometheus = { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' };
    expect(await annotations({})).toEqual(prometheus);
    expect(await annotations({ extraZonePlugins: [] })).toBeUndefined();
    const own = { 'prometheus.io/scrape': 'false', 'example.com/pool': 'edge' };
    expect(await annotations({ service: { annotations: own } })).toEqual({ ...prometheus, ...own });
  });
});

describe.skipIf(missing)('a release', () => {
  const kinds = async (values: Values): Promise<readonly string[]> =>
    (await render(whole(values)))
      .map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace ?? ''}/${name}`)
      .sort();

  test('has these objects', async () => {
    expect(await kinds({})).toEqual([
      'ClusterRole /dns-edge-seamark',
      'ClusterRoleBinding /dns-edge-seamark',
      'ConfigMap dns/edge-seamark',
      'Deployment dns/edge-seamark',
      'PodDisruptionBudget dns/edge-seamark',
      'Service dns/edge-seamark',
      'ServiceAccount dns/edge-seamark',
    ]);
  });

  test('has no budget for a single replica', async () => {
    const budget = expect.stringContaining('PodDisruptionBudget');
    expect(await kinds({ replicaCount: 1 })).not.toContainEqual(budget);
    const podDisruptionBudget = { enabled: false };
    expect(await kinds({ podDisruptionBudget })).not.toContainEqual(budget);
  });

  test('has Roles instead of a ClusterRole where namespaces are given', async () => {
    const namespaces = ['shop', 'dns'];
    const roles = (names: readonly string[]): string[] =>
      names.filter((name) => name.includes('Role '));
    expect(roles(await kinds({ namespaces }))).toEqual([
      'Role dns/edge-seamark',
      'Role shop/edge-seamark',
    ]);
    const watchedResources = ['Service', 'Node'];
    expect(roles(await kinds({ namespaces, watchedResources }))).toEqual([
      'ClusterRole /dns-edge-seamark',
      'Role dns/edge-seamark',
      'Role shop/edge-seamark',
    ]);
    // The Service of the name server is read wherever it is, and nothing else there.
    expect(roles(await kinds({ namespaces: ['shop'] }))).toEqual([
      'Role dns/edge-seamark-nameservers',
      'Role shop/edge-seamark',
    ]);
  });

  test('has its labels on everything, and those that it is given', async () => {
    const objects = await render({ ...LEAST, customLabels: { team: 'edge' } });
    for (const { kind, metadata } of objects) {
      expect(metadata.labels, kind).toMatchObject({
        'app.kubernetes.io/name': 'seamark',
        'app.kubernetes.io/instance': 'edge',
        'app.kubernetes.io/managed-by': 'Helm',
        team: 'edge',
      });
    }
  });

  test('selects its pods still when labels of that name are given', async () => {
    const stray = { 'app.kubernetes.io/name': 'other' };
    const { spec } = only(await render(whole({ customLabels: stray })), 'Deployment');
    const { selector, template } = spec as {
      selector: { matchLabels: object };
      template: { metadata: { labels: object } };
    };
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
  });

  test('tells how to reach it, and warns of what is open to strangers', async () => {
    expect(await notes(whole({}))).toContain('dig @ADDRESS -p 53 example.com SOA');
    expect(await notes(whole({}))).toContain('edge-seamark.dns.ZONE');
    expect(await notes(whole({}))).not.toContain('WARNING');
    const forward = { extraZonePlugins: [{ name: 'ready' }, { name: 'forward' }] };
    const warning = 'externalTrafficPolicy is not Local';
    expect(await notes(whole(forward))).toContain(warning);
    const local = { externalTrafficPolicy: 'Local' };
    expect(await notes(whole({ ...forward, service: local }))).not.toContain(warning);
    const clients = { name: 'forward', configBlock: 'clients 192.0.2.0/24' };
    const named = { extraZonePlugins: [{ name: 'ready' }, clients] };
    expect(await notes(whole(named))).not.toContain(warning);
    expect(await notes(whole({ extraZonePlugins: [] }))).toContain('has no `ready`');
    expect(await notes(whole({ apex: 'ns1.example.net.' }))).toContain('to ns1.example.net.\n');
  });
});

describe.skipIf(missing)('the chart refuses, and says what to do', () => {
  test.each<[string, Values, string]>([
    ['no zone', { ...LEAST, domain: '' }, 'domain is not set'],
    ['no image', { domain: 'example.com' }, 'image.repository is not set'],
    [
      "the plugin's image",
      { ...LEAST, image: { registry: 'ghcr.io', repository: 'k8s-gateway/k8s_gateway' } },
      'an image of CoreDNS',
    ],
    ['no kinds', whole({ watchedResources: [] }), 'watchedResources is empty'],
    ['an unknown kind', whole({ watchedResources: ['IngressRoute'] }), '/watchedResources/0'],
    ['a misspelt value', whole({ domian: 'example.com' }), "'domian' not allowed"],
    ['a TTL out of range', whole({ ttl: 86400 }), '/ttl'],
    ['a scheme that is not served', whole({ scheme: 'grpc://' }), '/scheme'],
    [
      'a ServiceMonitor without metrics',
      whole({ serviceMonitor: { enabled: true }, extraZonePlugins: [] }),
      'needs a `prometheus` among extraZonePlugins',
    ],
  ])('%s', async (_, values, words) => {
    expect(await refusal(values)).toContain(words);
  });
});
