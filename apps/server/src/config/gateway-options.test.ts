import { describe, expect, it } from 'vitest';
import { compile, errorsOf, gateway, gatewayOf } from '../../test-support/compiling.ts';
import type { GatewayConfig } from './server-config.ts';

const KINDS =
  'Ingress, Service, HTTPRoute, TLSRoute, GRPCRoute, TCPRoute, UDPRoute, DNSEndpoint, Node';
const sixteen = Array.from({ length: 16 }, (_, i) => `kubeconfig a c${i}\n`).join('');

describe('an option', () => {
  it.each<[lines: string, expected: Partial<GatewayConfig>]>([
    ['resources Node', { resources: ['Node'] }],
    [
      'resources UDPRoute TCPRoute GRPCRoute TLSRoute HTTPRoute DNSEndpoint Node Service Ingress',
      {
        resources: [
          ...(['UDPRoute', 'TCPRoute', 'GRPCRoute', 'TLSRoute', 'HTTPRoute'] as const),
          ...(['DNSEndpoint', 'Node', 'Service', 'Ingress'] as const),
        ],
      },
    ],
    ['ingressClasses nginx', { ingressClasses: ['nginx'] }],
    ['ingressClasses a b\n ingressClasses B c c', { ingressClasses: ['B', 'c'] }],
    ['gatewayClasses istio "odd name"', { gatewayClasses: ['istio', 'odd name'] }],
    ['nodeAddressType ExternalIP', { nodeAddressType: 'ExternalIP' }],
    ['namespaces a b\n namespaces c-1 0', { namespaces: ['a', 'b', 'c-1', '0'] }],
    [
      'annotationPrefixes example.com/ dns.Example.com\n annotationPrefixes x',
      { annotationPrefixes: ['example.com', 'dns.Example.com', 'x'] },
    ],
    ['relative off', { relative: false }],
    ['relative on', { relative: true }],
    ['httpsRecords all', { httpsRecords: 'all' }],
    ['httpsRecords annotated', { httpsRecords: 'annotated' }],
    ['httpsRecords none', { httpsRecords: 'none' }],
    ['flatten', { flatten: { resolvers: [] } }],
    [
      'flatten 192.0.2.53 192.0.2.53:5353 2001:DB8:0::53 [2001:db8::1]:54 [::1] fe80::1%lo',
      {
        flatten: {
          resolvers: [
            { address: '192.0.2.53', port: 53 },
            { address: '192.0.2.53', port: 5353 },
            { address: '2001:db8::53', port: 53 },
            { address: '2001:db8::1', port: 54 },
            { address: '::1', port: 53 },
            { address: 'fe80::1%lo', port: 53 },
          ],
        },
      },
    ],
    ['ttl 3600', { ttl: 3600, negativeTtl: 60 }],
    ['ttl 5', { ttl: 5, negativeTtl: 5 }],
    ['negativeTtl 3600\n ttl 5', { ttl: 5, negativeTtl: 3600 }],
    ['ttl +05', { ttl: 5 }],
    ['negativeTtl 0', { ttl: 60, negativeTtl: 0 }],
    ['synctimeout 0', { syncTimeoutMs: 0 }],
    ['synctimeout 1m30s', { syncTimeoutMs: 90_000 }],
    ['synctimeout 24h', { syncTimeoutMs: 86_400_000 }],
    ['synctimeout never', { syncTimeoutMs: Number.POSITIVE_INFINITY }],
    ['manifests a ../b', { sources: [{ kind: 'manifests', directories: dirs('seamark/a', 'b') }] }],
    ['kubeconfig a ""', { sources: [{ kind: 'kubeconfig', file: '/etc/seamark/a' }] }],
    [
      'kubeconfig a east\n kubeconfig /b\n clusters first\n kubeconfig a',
      {
        sources: [
          { kind: 'kubeconfig', file: '/etc/seamark/a', context: 'east' },
          { kind: 'kubeconfig', file: '/b' },
          { kind: 'kubeconfig', file: '/etc/seamark/a' },
        ],
        clusters: 'first',
      },
    ],
    ['kubeconfig a east\n clusters merge', { clusters: 'merge' }],
  ])('%j', (lines, expected) => {
    expect(gatewayOf(lines)).toMatchObject(expected);
  });

  it('that is not there leaves no trace', () => {
    const config = gatewayOf('');
    for (const option of ['ingressClasses', 'gatewayClasses', 'serviceSelectors', 'namespaces']) {
      expect(config).not.toHaveProperty(option);
    }
    expect([config.flatten, config.secondary]).toEqual([undefined, undefined]);
  });

  it('passes from thread to thread', () => {
    const config = gatewayOf('serviceLabelSelectors "a in (b,c),d>1"\n flatten\n apex ns1 ::1');
    expect(structuredClone(config)).toEqual(config);
  });

  it('may stand for sixteen clusters', () => {
    expect(gatewayOf(sixteen).sources).toHaveLength(16);
  });

  it('of classes that replaces another is noticed', () => {
    const { notices } = compile(gateway('gatewayClasses a\n gatewayClasses b'));
    expect(notices).toEqual([
      {
        position: { file: 'Corefile', line: 4, column: 2 },
        text: '"gatewayClasses" here replaces the one at Corefile:3:3; keep one of them',
      },
    ]);
  });
});

function dirs(...paths: string[]): string[] {
  return paths.map((path) => `/etc/${path}`);
}

describe('serviceLabelSelectors', () => {
  const textsOf = (lines: string) => gatewayOf(lines).serviceSelectors?.map(({ text }) => text);

  // setup_test.go of the plugin (bd2cc78): TestServiceLabelSelectorParsing.
  it.each<[words: string, ...expected: string[]]>([
    ['"app=service1"', 'app=service1'],
    ['"app in (service1,service2)"', 'app in (service1,service2)'],
    ['"app=service1,tier!=cache"', 'app=service1,tier!=cache'],
    ['"app=service1" "app=service2"', 'app=service1', 'app=service2'],
    ['"app = service1"', 'app = service1'],
    [
      '"app=service1,tier=frontend" "app=service2,tier=backend"',
      'app=service1,tier=frontend',
      'app=service2,tier=backend',
    ],
  ])('takes %s', (words, ...expected) => {
    expect(textsOf(`serviceLabelSelectors ${words}`)).toEqual(expected);
  });

  it('adds up', () => {
    const lines = 'serviceLabelSelectors app=a\n serviceLabelSelectors "!b" c>1';
    expect(textsOf(lines)).toEqual(['app=a', '!b', 'c>1']);
    expect(gatewayOf(lines).serviceSelectors?.[2]?.requirements).toEqual([
      { key: 'c', operator: 'greater', values: ['1'] },
    ]);
  });
});

describe('nameservers', () => {
  it.each<[apex: string, zones: string, name: string, ...addresses: string[]]>([
    ['ns1', 'example.com', 'ns1'],
    ['NS1.a.B.c', 'example.com example.org', 'ns1.a.b.c'],
    ['A.b.Example.com.', 'example.com', 'a.b'],
    ['A.b.Example.com.', 'example.com example.org', 'a.b.example.com.'],
    ['a.b.', '.', 'a.b'],
    ['ns.Example.net.', 'example.com', 'ns.example.net.'],
    ['example.com.', 'example.com', 'example.com.'],
    ['com.', 'example.com', 'com.'],
    ['notexample.com.', 'example.com', 'notexample.com.'],
    [
      'ns1 192.0.2.1 2001:DB8:0::1 192.0.2.2',
      'example.com',
      'ns1',
      ...['192.0.2.1', '2001:db8::1', '192.0.2.2'],
    ],
    ['example.org. 192.0.2.1', 'example.com example.org', 'example.org.', '192.0.2.1'],
  ])('apex %s for %s', (apex, zones, name, ...addresses) => {
    expect(gatewayOf(`apex ${apex}`, zones).apex).toEqual({ name, addresses });
    const other = gatewayOf(`apex other\n secondary ${apex}`, zones);
    expect(other.secondary).toEqual({ name, addresses });
  });
});

describe('refusals', () => {
  it.each<[lines: string, ...expected: string[]]>([
    [
      'resources ingress',
      `3:13: unknown kind "ingress"; did you mean "Ingress"? Allowed here: ${KINDS}`,
    ],
    ['resources HTTPRoute Gateway', `3:23: unknown kind "Gateway". Allowed here: ${KINDS}`],
    ['resources Service Service', '3:21: "Service" stands at Corefile:3:13 already'],
    ['resources', '3:3: "resources" needs an argument. Allowed here: resources KIND…'],
    [
      'ingressClasses',
      '3:3: "ingressClasses" needs an argument. Allowed here: ingressClasses NAME…',
    ],
    ['ingressClasses ""', '3:18: the name of a class must not be empty'],
    [
      'gatewayClasses',
      '3:3: "gatewayClasses" needs an argument. Allowed here: gatewayClasses NAME…',
    ],
    [
      'ingressclasses a',
      '3:3: unknown option of k8s_gateway "ingressclasses"; did you mean "ingressClasses"? Allowed here: annotationPrefixes, apex, clusters, fallthrough, flatten, gatewayClasses, httpsRecords, ingressClasses, kubeconfig, manifests, namespaces, negativeTtl, nodeAddressType, relative, resources, secondary, serviceLabelSelectors, synctimeout, ttl',
    ],
    [
      'serviceLabelSelectors',
      '3:3: "serviceLabelSelectors" needs an argument. Allowed here: serviceLabelSelectors SELECTOR…',
    ],
    ...['""', '" "'].map((text): [string, string] => [
      `serviceLabelSelectors ${text} "app=service1"`,
      '3:25: an empty label selector selects every Service; leave out "serviceLabelSelectors" for that',
    ]),
    [
      'serviceLabelSelectors "!!!invalid"',
      '3:27: "!!!invalid" is no label selector: expected a key, found "!"',
    ],
    [
      'serviceLabelSelectors a "b in (c, d"',
      '3:38: "b in (c, d" is no label selector: expected a comma or ")", found the end',
    ],
    [
      'serviceLabelSelectors app in (a,b)',
      '3:32: "(a,b)" is no label selector: expected a key, found "("; put a selector with blanks in quotation marks',
    ],
    // The file has more characters than the text: the place is the token's.
    [
      'serviceLabelSelectors "a=\\"b\\""',
      '3:25: "a="b"" is no label selector: ""b"" is no value (letters, digits, "-", "_" and ".", the first and last of them a letter or a digit)',
    ],
    [
      'nodeAddressType internalip',
      '3:19: unknown value "internalip" of "nodeAddressType"; did you mean "InternalIP"? Allowed here: InternalIP, ExternalIP',
    ],
    [
      'nodeAddressType InternalIP ExternalIP',
      '3:30: "ExternalIP" is more than "nodeAddressType" takes. Allowed here: nodeAddressType InternalIP|ExternalIP',
    ],
    ...['Prod', 'a.b', '-a', 'a-', '""', 'x'.repeat(64)].map((text): [string, string] => [
      `namespaces ${text}`,
      `3:14: "${text.replaceAll('"', '')}" is no namespace: it must be of at most 63 lower-case letters, digits and "-", and begin and end with a letter or a digit`,
    ]),
    ['namespaces a\n namespaces a', '4:13: "a" stands at Corefile:3:14 already'],
    ...['a/b', '/', 'a..b', 'a_b', '""', 'a//'].map((text): [string, string] => [
      `annotationPrefixes ${text}`,
      `3:22: "${text.replaceAll('"', '')}" is no prefix of annotations: it must be a domain such as "example.com", with or without a slash behind it`,
    ]),
    ['annotationPrefixes a a/', '3:24: "a/" stands at Corefile:3:22 already'],
    ['relative yes', '3:12: unknown value "yes" of "relative". Allowed here: on, off'],
    [
      'httpsRecords on',
      '3:16: unknown value "on" of "httpsRecords". Allowed here: all, annotated, none',
    ],
    ['relative', '3:3: "relative" needs an argument. Allowed here: relative on|off'],
    ...[
      'resolver.test',
      '192.0.2.1:',
      '[192.0.2.1]:53',
      '2001:db8::1:x',
      '::1]:53',
      'tls://::1',
    ].map((text): [string, string] => [
      `flatten ${text}`,
      `3:11: "${text}" is no resolver: it must be ADDRESS, ADDRESS:PORT or [IPv6]:PORT, with an IP address`,
    ]),
    ...['192.0.2.1:0', '[::1]:65536'].map((text): [string, string] => [
      `flatten ${text}`,
      `3:11: "${text}" is no resolver: a port is from 1 to 65535`,
    ]),
    ['flatten ::1 [0::1]:53', '3:15: "[0::1]:53" stands at Corefile:3:11 already'],
    ...['3601', '-1', '1m', '1.5'].flatMap((text): [string, string][] => [
      [`ttl ${text}`, `3:7: "${text}" is no TTL. Allowed here: 0-3600`],
      [`negativeTtl ${text}`, `3:15: "${text}" is no TTL. Allowed here: 0-3600`],
    ]),
    [
      'negativeTTL 5',
      '3:3: unknown option of k8s_gateway "negativeTTL"; did you mean "negativeTtl"? Allowed here: annotationPrefixes, apex, clusters, fallthrough, flatten, gatewayClasses, httpsRecords, ingressClasses, kubeconfig, manifests, namespaces, negativeTtl, nodeAddressType, relative, resources, secondary, serviceLabelSelectors, synctimeout, ttl',
    ],
    ['synctimeout 60', '3:15: "60" is no duration. Allowed here: 0, 30s, 1m30s, never'],
    ['synctimeout 25h', '3:15: "25h" is longer than a day. Allowed here: 0-24h, never'],
    [
      'apex ns1.example.org. ::1',
      '3:25: "ns1.example.org." lies in no zone here (example.com.): its addresses are told by the servers of its own zone; remove them',
    ],
    ['apex ns1 192.0.2.1 x', '3:22: "x" is no address of a nameserver. Allowed here: IPv4, IPv6'],
    [
      'secondary ns1 fe80::1%lo',
      '3:17: "fe80::1%lo" is no address of a nameserver. Allowed here: IPv4, IPv6',
    ],
    ['secondary "" ::1', `3:13: "" is no nameserver's name: it is empty at character 1`],
    ['apex ns1 ::1 0::1', '3:16: "0::1" stands at Corefile:3:12 already'],
    [
      'apex 192.0.2.1',
      `3:8: "192.0.2.1" is no nameserver's name: it is an address, which goes behind a name`,
    ],
    ['apex .', `3:8: "." is no nameserver's name: it is empty`],
    [
      'apex *.ns',
      `3:8: "*.ns" is no nameserver's name: it is a wildcard; name the zone that holds it`,
    ],
    ['apex ns1\n secondary NS1', '4:12: the secondary nameserver is the same as the apex'],
    [
      'secondary dns1.kube-system.example.com.',
      '3:13: the secondary nameserver is the same as the apex',
    ],
    [
      `apex ${`${'x'.repeat(63)}.`.repeat(3)}${'y'.repeat(50)}`,
      `2:14: "hostmaster.${`${'x'.repeat(63)}.`.repeat(3)}${'y'.repeat(50)}.example.com.", the zone's mailbox, has more than 255 octets`,
    ],
    [
      'kubeconfig a\n manifests b\n kubeconfig c',
      '4:2: "manifests" and "kubeconfig" at Corefile:3:3 exclude each other; keep one of them',
    ],
    [
      'manifests b\n kubeconfig a',
      '4:2: "kubeconfig" and "manifests" at Corefile:3:3 exclude each other; keep one of them',
    ],
    [
      'kubeconfig a x\n kubeconfig b\n kubeconfig ./a x',
      '5:2: this file and context stand at Corefile:3:3 already',
    ],
    [
      `${sixteen}kubeconfig b`,
      '19:1: more than 16 clusters; give some a "k8s_gateway" of their own',
    ],
    ['kubeconfig ""', '3:14: a path must not be empty'],
    ['clusters all', '3:12: unknown value "all" of "clusters". Allowed here: merge, first'],
  ])('%j', (lines, ...expected) => {
    expect(errorsOf(gateway(lines))).toEqual(expected.map((line) => `Corefile:${line}`));
  });

  it('compare nameservers in each zone', () => {
    const lines = 'apex ns1\n secondary ns1.example.org.';
    expect(errorsOf(gateway(lines, 'example.com example.org'))).toEqual([
      'Corefile:4:12: the secondary nameserver is the same as the apex',
    ]);
    expect(errorsOf(gateway(lines))).toEqual([]);
  });
});
