import { describe, expect, it } from 'vitest';
import { compile, errorsOf, gateway } from '../../test-support/compiling.ts';
import { CorefileErrors } from '../corefile/errors.ts';
import type { CompileOptions } from './compile.ts';
import { describeConfig } from './describe.ts';
import { DIRECTIVES as VOCABULARY } from './directives/index.ts';

describe('the two examples of the plugin page', () => {
  it('reads the bare directive', () => {
    const config = compile('k8s_gateway example.com {\n    resources Ingress\n    ttl 10\n}\n');
    expect(config.gateways).toEqual([
      {
        zones: ['example.com.'],
        resources: ['Ingress'],
        ttl: 10,
        negativeTtl: 10,
        apex: { name: 'dns1.kube-system', addresses: [] },
        sources: [{ kind: 'in-cluster' }],
        clusters: 'merge',
        syncTimeoutMs: 60_000,
        nodeAddressType: 'InternalIP',
        annotationPrefixes: [
          'coredns.io',
          'external-dns.alpha.kubernetes.io',
          'external-dns.kubernetes.io',
        ],
        relative: true,
        httpsRecords: 'annotated',
        position: { file: 'Corefile', line: 1, column: 1 },
      },
    ]);
    expect(config.listeners).toMatchObject([{ address: '::', port: 53, view: 0 }]);
    expect(config.notices).toHaveLength(1);
  });

  it('reads the server block', () => {
    const config = compile('. {\n  k8s_gateway example.com\n}\n', { defaultPort: 1053 });
    expect(config.gateways).toMatchObject([{ zones: ['example.com.'], ttl: 60 }]);
    expect(config.listeners).toMatchObject([{ address: '::', port: 1053, log: false }]);
    expect(config.notices).toEqual([]);
  });
});

it('reads every directive', () => {
  const config = compile(`dns://Example.COM:1053 10.0.0.0/23:1053 {
    bind 127.0.0.1 0:0::1
    errors
    log
    health :8081 {
      lameduck 1m30s
    }
    ready 192.0.2.1:8181
    prometheus [::1]:9153
    k8s_gateway {
      resources Service Ingress
      ttl 0
      apex NS1
      secondary a.b.c
      kubeconfig kube/config staging
    }
  }`);
  expect(config.listeners).toMatchObject([
    { address: '127.0.0.1', port: 1053, view: 0, log: true, errors: true },
    { address: '::1', port: 1053, view: 0 },
  ]);
  expect(config.gateways).toMatchObject([
    {
      zones: ['example.com.', '0.0.10.in-addr.arpa.', '1.0.10.in-addr.arpa.'],
      resources: ['Service', 'Ingress'],
      ttl: 0,
      apex: { name: 'ns1', addresses: [] },
      secondary: { name: 'a.b.c', addresses: [] },
      sources: [{ kind: 'kubeconfig', file: `${process.cwd()}/kube/config`, context: 'staging' }],
    },
  ]);
  expect(config.health).toEqual([{ address: '::', port: 8081, lameduckMs: 90_000 }]);
  expect(config.ready).toEqual([{ address: '192.0.2.1', port: 8181 }]);
  expect(config.prometheus).toEqual([{ address: '::1', port: 9153 }]);
});

it('gives endpoints their defaults', () => {
  const config = compile('. {\n health\n ready\n prometheus\n k8s_gateway example.com\n}');
  expect(config.health).toEqual([{ address: '::', port: 8080, lameduckMs: 0 }]);
  expect(config.ready).toEqual([{ address: '::', port: 8181 }]);
  expect(config.prometheus).toEqual([{ address: 'localhost', port: 9153 }]);
});

describe('endpoints of several blocks', () => {
  const endpointsOf = (a: string, b: string) => {
    const { health, ready, prometheus } = compile(`a.test {\n${a}\n}\nb.test {\n${b}\n}\n`);
    return { health, ready, prometheus };
  };

  it('are served where each of them says', () => {
    const one = 'health :1\nready :2\nprometheus 192.0.2.1:3';
    const other = 'health :4 {\n lameduck 2s\n}\nready :2\nprometheus 192.0.2.2:3';
    expect(endpointsOf(one, other)).toEqual({
      health: [
        { address: '::', port: 1, lameduckMs: 0 },
        { address: '::', port: 4, lameduckMs: 2000 },
      ],
      ready: [{ address: '::', port: 2 }],
      prometheus: [
        { address: '192.0.2.1', port: 3 },
        { address: '192.0.2.2', port: 3 },
      ],
    });
    const described = describeConfig(compile(`a.test {\n${one}\n}\nb.test {\n${other}\n}\n`));
    expect(described).toContain(
      '\nhealth      http://[::]:1/health\nhealth      http://[::]:4/health\n' +
        '            questions are answered for 2 s after a signal to stop\n',
    );
    expect(described).toContain(
      '\nstatus      http://192.0.2.1:3/status\nstatus      http://192.0.2.2:3/status\n',
    );
  });

  it('are one where one hears what is sent to the other, with the longer lame duck', () => {
    const said = ['127.0.0.1:1 {\n lameduck 3s\n}', ':1 {\n lameduck 2s\n}'] as const;
    for (const [a, b] of [said, said.toReversed()] as const) {
      expect(endpointsOf(`health ${a}`, `health ${b}`).health).toEqual([
        { address: '::', port: 1, lameduckMs: 3000 },
      ]);
    }
    expect(endpointsOf('ready 0.0.0.0:1', 'ready [::1]:1').ready).toHaveLength(2);
    expect(endpointsOf('ready 0.0.0.0:1', 'ready 127.0.0.1:1').ready).toHaveLength(1);
  });
});

it('shares a listener and splits a block by port', () => {
  const config = compile(
    'example.com:1053 example.org:2053 {\n k8s_gateway\n}\nexample.net:1053 {\n k8s_gateway\n}',
  );
  expect(config.gateways.map(({ zones }) => zones)).toEqual([
    ['example.com.'],
    ['example.net.'],
    ['example.org.'],
  ]);
  expect(config.listeners.map(({ port, view }) => [port, config.views[view]?.gateways])).toEqual([
    [1053, [0, 1]],
    [2053, [2]],
  ]);
  expect(describeConfig(config)).toContain(
    'listen      [::]:1053 (UDP, TCP) for example.com. example.net.\n',
  );
});

describe('workers', () => {
  const workersOf = (lines: string, options: CompileOptions = {}) =>
    compile(`. {\n${lines}\n k8s_gateway a.test\n}`, options).workers;

  it('are as many as there are cores, and free, unless told otherwise', () => {
    expect(workersOf('')).toEqual({ pin: false });
    expect(workersOf('workers')).toEqual({ pin: false });
    expect(workersOf('workers {\n pin\n}')).toEqual({ pin: true });
    expect(workersOf('workers 3')).toEqual({ count: 3, pin: false });
    expect(workersOf('workers 256 {\n pin\n}')).toEqual({ count: 256, pin: true });
  });

  it('are what the command line says in place of the file', () => {
    const pinned = 'workers 3 {\n pin\n}';
    expect(workersOf(pinned, { workers: 5 })).toEqual({ count: 5, pin: true });
    expect(workersOf(pinned, { pin: false })).toEqual({ count: 3, pin: false });
    expect(workersOf('', { workers: 5, pin: true })).toEqual({ count: 5, pin: true });
  });

  it('are described', () => {
    const text = 'a.test {\n workers 2 {\n  pin\n }\n}\nb.test {\n workers 2 {\n  pin\n }\n}';
    expect(describeConfig(compile(text))).toContain('\nworkers     2 for UDP, pinned to cores\n');
    expect(describeConfig(compile(text, { pin: false }))).toContain('\nworkers     2 for UDP\n');
    expect(describeConfig(compile('. {\n}'))).toContain('\nworkers     one per core for UDP\n');
  });

  it('says where /status is: beside the metrics, else beside /ready', () => {
    const status = (lines: string): string | undefined =>
      /^status +(.*)$/m.exec(describeConfig(compile(`. {\n${lines}\n}`)))?.[1];
    expect(status('')).toBeUndefined();
    expect(status('health')).toBeUndefined();
    expect(status('ready')).toBe('http://[::]:8181/status');
    expect(status('ready\nprometheus')).toBe('http://localhost:9153/status');
  });
});

describe('bind', () => {
  it('takes interfaces, exceptions and repetitions', () => {
    const config = compile(
      '. {\n bind lo {\n except ::1\n }\n bind 192.0.2.1\n k8s_gateway a.test\n}',
    );
    expect(config.listeners.map(({ address }) => address)).toEqual(['127.0.0.1', '192.0.2.1']);
  });
});

const DIRECTIVES = VOCABULARY.words
  .map(({ name }) => name)
  .toSorted()
  .join(', ');
const OPTIONS =
  'annotationPrefixes, apex, clusters, fallthrough, flatten, gatewayClasses, httpsRecords, ingressClasses, kubeconfig, manifests, namespaces, negativeTtl, nodeAddressType, relative, resources, secondary, serviceLabelSelectors, synctimeout, ttl';

describe('refusals', () => {
  it.each<[text: string, ...expected: string[]]>([
    [
      '. {\n    k8s_gatway example.com\n}',
      `2:5: unknown directive "k8s_gatway"; did you mean "k8s_gateway"? Allowed here: ${DIRECTIVES}`,
    ],
    [
      '. {\n grpc . 192.0.2.1\n}',
      `2:2: the directive "grpc" is not supported: remove it; upstreams are asked with "forward". Allowed here: ${DIRECTIVES}`,
    ],
    [
      '. {\n errors\n log\n errors\n}',
      '4:2: "errors" repeats the one at Corefile:2:2; keep one of them',
    ],
    [
      gateway('tttl 5'),
      `3:3: unknown option of k8s_gateway "tttl"; did you mean "ttl"? Allowed here: ${OPTIONS}`,
    ],
    [gateway('ttl'), '3:3: "ttl" needs an argument. Allowed here: ttl SECONDS'],
    [gateway('ttl 5 6'), '3:9: "6" is more than "ttl" takes. Allowed here: ttl SECONDS'],
    [
      'a..b {\n}',
      '1:1: "a..b" is no zone: an empty label at character 3. Allowed here: ZONE, ZONE:PORT, :PORT, ADDRESS/LENGTH',
    ],
    [
      'quic://a.test {\n}',
      '1:1: "quic://" is not supported: Node has no QUIC yet that could be relied on: write "tls://" for DNS over TLS. Allowed here: dns://, tls://, https://',
    ],
    [
      'tsl://a.test {\n}',
      '1:1: unknown scheme "tsl://"; did you mean "tls"? Allowed here: dns://, tls://, https://',
    ],
    ['a.test:99999 {\n}', '1:1: "99999" in "a.test:99999" is no port. Allowed here: 0-65535'],
    [
      '. {\n bind eth9\n}',
      '2:7: "eth9" is neither an IP address nor an interface here. Allowed here: ADDRESS, lo',
    ],
    [
      '. {\n ready 8181\n}',
      '2:8: "8181" is no address: it must be HOST:PORT, :PORT or [IPv6]:PORT',
    ],
    [
      '. {\n health {\n  lameduck soon\n }\n}',
      '3:12: "soon" is no duration. Allowed here: 5s, 1m30s, 500ms',
    ],
    [
      'example.com {\n k8s_gateway example.org\n}',
      '2:14: the zone "example.org." lies in no key of its server block (example.com.) and would never be asked: add it to the keys',
    ],
    [
      'a.example.com {\n k8s_gateway example.com\n}',
      '2:14: the zone "example.com." is larger than the key "a.example.com." of its server block, so most of it, its apex included, would never be asked: make the key as large',
    ],
    [
      '. {\n k8s_gateway a.test\n k8s_gateway A.test.\n}',
      '3:14: the zone "a.test." is served by the directive at Corefile:2:14 already',
    ],
    [
      'a.test {\n}\nA.test. {\n}',
      '3:1: the key "a.test." on port 53 is taken at Corefile:1:1; put both in one block',
    ],
    [
      '. {\n k8s_gateway a.test\n}\na.test {\n}',
      '2:14: the zone "a.test." would never be asked: questions for it go to the server block of the key "a.test." at Corefile:4:1',
    ],
    ...['0', '257', 'two', '1.5', '-1'].map((text): [string, string] => [
      `. {\n workers ${text}\n}`,
      `2:10: "${text}" is no whole number from 1 to 256. Allowed here: workers [N] { pin }`,
    ]),
    [
      '. {\n workers 2 {\n  pni\n }\n}',
      '3:3: unknown option of workers "pni"; did you mean "pin"? Allowed here: pin',
    ],
    ['. {\n workers 2 {\n  pin 0\n }\n}', '3:7: "0" is more than "pin" takes. Allowed here: pin'],
    [
      'a.test {\n workers 2\n}\nb.test {\n workers 2 {\n  pin\n }\n}',
      '5:10: "workers" differs from the one at Corefile:2:10; there is one for the whole process',
    ],
    ['. {\n ready :9\n health :9\n}', '2:8: the address [::]:9 is taken at Corefile:3:9'],
    [
      'a.test {\n ready :9\n}\nb.test {\n ready :9\n prometheus :9\n}',
      '6:13: the address [::]:9 is taken at Corefile:2:8',
    ],
    [
      'errors\nlog\n',
      '1:1: the directive "errors" stands where a key is expected: put it in a server block, ". { errors }" on three lines, or write "errors." for the zone',
    ],
  ])('%j', (text, ...expected) => {
    expect(errorsOf(text)).toEqual(expected.map((line) => `Corefile:${line}`));
  });

  it("lists all that is unsupported in the plugin's chart", () => {
    const chart = `.:1053 {
    k8s_gateway example.com {
      apex exdns-k8s-gateway.default
      ttl 300
      resources Ingress Service HTTPRoute
      fallthrough
    }
    log
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
}`;
    expect(
      errorsOf(chart).map((message) =>
        message
          .split(/: | is /)
          .slice(0, 2)
          .join(' '),
      ),
    ).toEqual([]);
  });

  it('renders the line with a caret', () => {
    try {
      compile('. {\n\tfowrard .\n}');
    } catch (error) {
      expect(error instanceof CorefileErrors && error.render()).toBe(
        `Corefile:2:2: unknown directive "fowrard"; did you mean "forward"? Allowed here: ${DIRECTIVES}\n  \tfowrard .\n  \t^`,
      );
    }
    expect.assertions(1);
  });
});

it('says who is forwarded for, also where the zone is the root', () => {
  const text = '.:1053 {\n k8s_gateway . {\n fallthrough\n }\n forward . 192.0.2.1\n}\n';
  const notices = compile(text).notices.map((notice) => notice.text);
  expect(notices.filter((notice) => notice.includes('others are REFUSED'))).toHaveLength(1);
});

describe('of a server block that serves nothing it is said that questions are REFUSED', () => {
  const REFUSED = 'every question to it is REFUSED';
  it.each([
    ['errors', REFUSED],
    ['acl {\n block\n }', REFUSED],
    ['acl {\n filter\n }', `${REFUSED}, but what acl filters`],
    ['acl {\n drop type AAAA\n filter\n }', `${REFUSED}, but what acl filters or drops`],
    ['chaos v1 me', `${REFUSED}, but what chaos tells of the server (class CH)`],
    [
      'acl {\n drop\n }\n chaos',
      `${REFUSED}, but what acl drops and what chaos tells of the server (class CH)`,
    ],
    [
      'hosts',
      `${REFUSED}; hosts has names in their zones, and where something is forwarded: it changes nothing`,
    ],
  ])('%j', (directive, said) => {
    expect(compile(`. {\n ${directive}\n}\n`).notices.map(({ text }) => text)).toEqual([
      `this server block has neither k8s_gateway nor file: ${said}`,
    ]);
  });
});
