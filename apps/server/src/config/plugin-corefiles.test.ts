/**
 * Every Corefile that the plugin's pages, charts, examples and tests write, of k8s-gateway/k8s_gateway (bd2cc78) and of
 * its predecessor ori-edge/k8s_gateway (5a8e7cf): accepted as it stands, or refused with a reason. All that a row
 * does not name is accepted.
 */
import { describe, expect, it } from 'vitest';
import { errorsOf } from '../../test-support/compiling.ts';

interface Row {
  readonly source: string;
  readonly corefile: string;
  /** How each error begins, without its place; none: accepted. */
  readonly refused?: readonly string[];
}

const TLS = [
  '"tls://" has no certificate: add "tls CERT KEY" to this server block, or write "dns://" where',
];

interface ChartValues {
  readonly scheme?: string;
  readonly debug?: boolean;
  readonly challenge?: string;
  readonly zones?: string;
  readonly options: string;
  readonly extra?: string;
  readonly files?: string;
}

const EXTRA_ZONE_PLUGINS = `    log
    errors
    health {
      lameduck 5s
    }
    ready
    prometheus 0.0.0.0:9153
    forward . /etc/resolv.conf
    loop
    reload
    loadbalance
`;

/** What chart/templates/configmap.yaml writes of these values, the spaces at its lines' beginnings included. */
const chart = (values: ChartValues): string => {
  const { scheme = '', debug = false, challenge, zones = 'example.com' } = values;
  const { options, extra = EXTRA_ZONE_PLUGINS, files = '' } = values;
  const template =
    challenge === undefined
      ? ''
      : `    template IN ANY ${zones} {
       match "_acme-challenge[.](.*)[.]${zones.replaceAll('.', '[.]')}"
       answer "{{ .Name }} 5 IN CNAME {{  index .Match 1 }}.${challenge}"
       fallthrough
    }
`;
  return `${scheme}.:1053 {
${debug ? '    debug\n' : ''}${template}    k8s_gateway ${zones} {
${options.replace(/^ */gm, '      ')}
    }
${extra}${files}  }`;
};

const APEX = 'apex RELEASE-NAME-k8s-gateway.NAMESPACE';
const SERVICES = `${APEX}\nttl 300\nresources Service`;

/** A server block around what a page or a test shows without one. */
const inBlock = (text: string): string => `.:1053 {\n${text}\n}\n`;

const README_EXAMPLE = `k8s_gateway example.com {
    resources Ingress
    ttl 30
    apex exdns-1-k8s-gateway.kube-system
    secondary exdns-2-k8s-gateway.kube-system
    kubeconfig /.kube/config
}`;

const PAGES: readonly Row[] = [
  { source: 'README.md, the example', corefile: README_EXAMPLE },
  { source: 'README.md, the example in a server block', corefile: inBlock(README_EXAMPLE) },
  {
    source: 'README.md, every option of the usage',
    corefile: inBlock(`k8s_gateway example.com example.org {
    resources Ingress Service HTTPRoute TLSRoute GRPCRoute DNSEndpoint
    ingressClasses nginx traefik
    gatewayClasses istio
    serviceLabelSelectors "app=service1" "app in (service1,service2)"
    ttl 60
    apex exdns-k8s-gateway.kube-system
    secondary exdns-2-k8s-gateway.kube-system
    kubeconfig /home/me/kubeconfig production
    fallthrough in-addr.arpa ip6.arpa
}`),
  },
  {
    source: 'ori-edge README.md, every option of the usage',
    corefile: inBlock(`k8s_gateway example.com {
    resources Ingress Service HTTPRoute TLSRoute GRPCRoute VirtualServer
    ttl 60
    apex exdns-k8s-gateway.kube-system
    secondary exdns-2-k8s-gateway.kube-system
    kubeconfig /home/me/kubeconfig production
    fallthrough
}`),
    refused: ['"VirtualServer" is not read: write "DNSEndpoint"'],
  },
];

const EXAMPLES: readonly Row[] = [
  {
    source: 'examples/install-clusterwide.yml',
    corefile: `.:53 {
    errors
    log
    ready
    k8s_gateway example.com {
      resources Ingress Service
    }
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`,
  },
  {
    source: 'ori-edge examples/install-clusterwide.yml',
    corefile: `.:53 {
    errors
    log
    ready
    k8s_gateway example.com
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`,
  },
  {
    source: 'test/Corefile',
    corefile: `.:1053 {
    debug
    errors
    ready
    log
    prometheus :9153
    k8s_gateway example.com {
        kubeconfig /home/me/kubeconfig
        apex k8s-gateway.networking
        resources HTTPRoute DNSEndpoint
    }
    cache 300
    loop
    reload
    loadbalance
}
`,
  },
];

const CHARTS: readonly Row[] = [
  {
    source: 'chart/values.yaml',
    corefile: chart({ options: `${APEX}\nttl 300\nresources Ingress Service` }),
  },
  {
    source: 'chart/values.yaml, extraZonePlugins that only serve',
    corefile: chart({
      options: `${APEX}\nttl 300\nresources Ingress Service`,
      extra: EXTRA_ZONE_PLUGINS.replace(/^ *(forward|loop|reload)\b.*\n/gm, ''),
    }),
  },
  {
    source: 'ori-edge charts/k8s-gateway/values.yaml',
    corefile: chart({ options: `${APEX}\nttl 300` }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, debug',
    corefile: chart({ debug: true, options: `${APEX}\nttl 300\nresources Service Ingress` }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, zone files with fallthrough',
    corefile: chart({
      options: SERVICES,
      files: `    file /etc/coredns/example.com.db example.com. {
      fallthrough test.example.com
    }
`,
    }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, zone files without fallthrough',
    corefile: chart({
      options: SERVICES,
      files: '    file /etc/coredns/example.com.db example.com. {\n    }\n',
    }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, zone files with reload',
    corefile: chart({
      options: SERVICES,
      files: '    file /etc/coredns/example.com.db example.com. {\n      reload 1m\n    }\n',
    }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, scheme tls://',
    corefile: chart({ scheme: 'tls://', options: SERVICES }),
    refused: TLS,
  },
  {
    source: 'chart/tests/configmap_test.yaml, one serviceLabelSelector',
    corefile: chart({ options: `${SERVICES}\nserviceLabelSelectors "env=prod"` }),
  },
  {
    source: 'chart/tests/configmap_test.yaml, two serviceLabelSelectors',
    corefile: chart({
      options: `${SERVICES}\nserviceLabelSelectors "app=service1,tier=frontend" "app=service2,tier=backend"`,
    }),
  },
  {
    source:
      'chart/tests/configmap_test.yaml, no selectors and no scheme; labels, RBAC, security contexts',
    corefile: chart({ options: SERVICES }),
  },
  {
    source: 'chart/tests/rbac_test.yaml, Gateway API',
    corefile: chart({ options: `${APEX}\nttl 300\nresources HTTPRoute TLSRoute` }),
  },
  {
    source: 'test/single-stack/k8s-gateway-values.yaml, of both repositories',
    corefile: chart({
      debug: true,
      zones: 'foo.org',
      options: `${APEX}\nttl 300\nresources HTTPRoute TLSRoute GRPCRoute Ingress Service`,
    }),
  },
  {
    source: 'test/dual-stack/k8s-gateway-values.yaml',
    corefile: chart({
      debug: true,
      zones: 'foo.org',
      options: `${APEX}\nttl 300\nresources HTTPRoute Ingress Service`,
    }),
  },
  {
    source: 'chart/templates/configmap.yaml, dnsChallenge',
    corefile: chart({
      challenge: 'dns01.clouddns.com',
      options: `${APEX}\nttl 300\nresources Ingress Service`,
    }),
  },
  {
    source: 'chart/templates/configmap.yaml, every option of k8s_gateway',
    corefile: chart({
      zones: 'example.com example.org',
      options: `apex exdns-1-k8s-gateway.kube-system
        ttl 300
        secondary exdns-2-k8s-gateway.kube-system
        resources HTTPRoute TLSRoute GRPCRoute Ingress Service DNSEndpoint
        ingressClasses nginx traefik
        gatewayClasses istio
        serviceLabelSelectors "env=prod"
        fallthrough example.com`,
    }),
  },
  {
    source: 'ori-edge charts/k8s-gateway/templates/configmap.yaml, zone files',
    corefile: chart({
      options: SERVICES,
      files: '    file /etc/coredns/example.com.db example.com\n',
    }),
  },
];

const selectors = (words: string): string =>
  inBlock(`k8s_gateway example.org {\n\tserviceLabelSelectors${words}\n}`);

const TESTS: readonly Row[] = [
  ...['k8s_gateway', 'k8s_gateway example.org', 'k8s_gateway example.org sub.example.org'].map(
    (directive) => ({ source: 'setup_test.go', corefile: inBlock(directive) }),
  ),
  ...[
    ' "app=service1"',
    ' "app in (service1,service2)"',
    ' "app=service1,tier!=cache"',
    ' "app=service1" "app=service2"',
    ' "app = service1"',
    ' "app=service1,tier=frontend" "app=service2,tier=backend"',
  ].map((words) => ({ source: 'setup_test.go', corefile: selectors(words) })),
  {
    source: 'setup_test.go, which refuses it too',
    corefile: selectors(''),
    refused: ['"serviceLabelSelectors" needs an argument'],
  },
  {
    source: 'setup_test.go, which refuses it too',
    corefile: selectors(' "!!!invalid"'),
    refused: ['"!!!invalid" is no label selector'],
  },
  {
    source: 'setup_test.go, which refuses it too',
    corefile: selectors(' ""'),
    refused: ['an empty label selector selects every Service'],
  },
  {
    source: 'setup_test.go, which refuses it too',
    corefile: selectors(' "" "app=service1"'),
    refused: ['an empty label selector selects every Service'],
  },
  {
    source: 'seen to be accepted',
    corefile: inBlock('k8s_gateway example.com {\n ttl +05\n secondary ""\n gatewayClasses a a\n}'),
  },
  {
    source: 'an option that is documented nowhere',
    corefile: inBlock('k8s_gateway example.com {\n resources Node\n nodeAddressType ExternalIP\n}'),
  },
];

describe.each([
  ['pages', PAGES],
  ['examples', EXAMPLES],
  ['charts', CHARTS],
  ['tests', TESTS],
])('Corefiles of %s', (_, rows) => {
  it.each(rows)('$source: $corefile', ({ corefile, refused = [] }) => {
    const errors = errorsOf(corefile).map((error) => error.replace(/^Corefile:\d+:\d+: /, ''));
    const starts = errors.map((error) => refused.find((start) => error.startsWith(start)) ?? error);
    expect(starts.toSorted()).toEqual(refused.toSorted());
    // What to do: a sentence of ours, or what may stand there.
    for (const error of errors) expect(error).toMatch(/: |Allowed here: |; /);
  });
});
