// Corefiles: any text is a configuration that can be described, or errors that each have a place in it.

import { compileConfig } from '../../../apps/server/src/config/compile.ts';
import { describeConfig } from '../../../apps/server/src/config/describe.ts';
import { GATEWAY_OPTIONS } from '../../../apps/server/src/config/directives/k8s-gateway/options.ts';
import { CorefileErrors } from '../../../apps/server/src/corefile/errors.ts';
import { parseCorefile } from '../../../apps/server/src/corefile/parse.ts';
import { hold, octetsOf, type Target, textOf } from '../engine/target.ts';

const host = {
  environment: { A: 'x y', EMPTY: '', BRACE: '{' },
  readFile: (path: string): string => {
    if (path.endsWith('.none')) throw new Error('there is no such file');
    return '. {\n log\n}\n(imported) {\n errors\n}\n';
  },
  listDirectory: () => [
    { name: 'one', isDirectory: false },
    { name: 'two', isDirectory: true },
  ],
};

function run(input: Uint8Array): void {
  const text = textOf(input);
  try {
    const config = compileConfig(parseCorefile(text, 'Corefile', host), { interfaces: new Map() });
    hold(describeConfig(config).endsWith('\n'), 'a description without a last line');
    // It goes to threads as it is.
    structuredClone(config);
  } catch (error) {
    if (!(error instanceof CorefileErrors)) throw error;
    checkErrors(error, text);
  }
}

function checkErrors({ errors }: CorefileErrors, text: string): void {
  hold(errors.length > 0, 'refused for no reason');
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const error of errors) {
    hold(!/[\n\r]/.test(error.message), 'a message of more than one line');
    hold(error.render().includes('^'), 'no caret');
    const { position } = error;
    if (position.file !== 'Corefile') continue;
    const line = lines[position.line - 1];
    hold(line !== undefined, () => `line ${position.line}: ${error.message}`);
    hold(
      position.column >= 1 && position.column <= line.length + 1,
      () => `column ${position.column}: ${error.message}`,
    );
  }
}

const SEEDS = [
  `.:53 {
    bind 127.0.0.1
    k8s_gateway example.com {
        manifests manifests
        resources Ingress Service
        ttl 10
        apex dns1
        secondary dns2
        fallthrough example.com
    }
    errors
    log example.com {
        class denial error
    }
    cache 30
    prometheus :9153
    health :8080 {
        lameduck 5s
    }
    ready
    reload 30s
}
`,
  `(common) {
    errors
    loadbalance round_robin
}
example.com:1053 example.org {
    import common
    file db.example.org example.org {
        reload 1m
    }
    hosts /etc/hosts example.com {
        192.0.2.1 a.example.com b.example.com
        ttl 60
        no_reverse
        fallthrough
    }
    forward . 192.0.2.53 /etc/resolv.conf {
        except example.net
        policy sequential
        max_fails 3
        health_check 5s no_rec domain example.com
    }
    template IN A example.com {
        match "^ip-(?P<a>[0-9]*)[.]example[.]com[.]$"
        answer "{{ .Name }} 60 IN A 192.0.2.{{ .Group.a }}"
        fallthrough
    }
    acl {
        block type ANY net 192.0.2.0/24
        allow
    }
    any
    bufsize 1232
    chaos Seamark admin@example.com
    nsid one
    loop
    debug
}
`,
  `{$A} https://example.com:{$PORT:443} {
    k8s_gateway {$EMPTY} "a b" {
        kubeconfig /x ctx
        nameservers ns1.example.com ns2.example.com
        soa ns.example.com h.example.com 1h 30m 1w 60
    }
    workers 2 {
        pin
    }
}
`,
];

export const target: Target = {
  name: 'corefile',
  shape: 'text',
  watched: ['apps/server/src/corefile/', 'apps/server/src/config/'],
  dictionary: [
    ...['{', '}', '{\n', '}\n', '\n', '"', '\\', '#', ',', '`', '\r\n', '\ufeff', '(s)', '(s) {\n'],
    ...[
      'import',
      'import s',
      'import a*',
      'import x.none',
      '{$A}',
      '{%A%}',
      '{$',
      '{$B:c}',
      '. {\n',
    ],
    ...[
      'example.com',
      ':53',
      'dns://',
      'tls://',
      'https://.',
      '10.0.0.0/9',
      '2001:db8::/33',
      '::1',
    ],
    ...[
      '[::1]:53',
      '0',
      '1',
      '-1',
      '60',
      '5s',
      '1h',
      '99999999999',
      '127.0.0.1',
      'lo',
      '/x',
      'a b',
    ],
    ...['k8s_gateway', 'errors', 'log', 'cache', 'health', 'ready', 'prometheus', 'reload', 'bind'],
    ...['forward', 'file', 'hosts', 'template', 'acl', 'any', 'bufsize', 'chaos', 'nsid', 'loop'],
    ...['debug', 'workers', 'loadbalance', 'fallthrough', 'match', 'answer', 'rcode', 'ttl', 'net'],
    ...['constructor', '__proto__', 'transfer', 'dnssec', 'cookies', 'secret', 'tls', 'proxyproto'],
    ...['(?P<a>.)', '{{ .Name }}', '{{ .Group.a }}', '{{', 'IN A', 'ANY', 'TYPE65280', '\u0000'],
    ...GATEWAY_OPTIONS.words.map(({ name }) => name),
  ].map(octetsOf),
  seeds: SEEDS.map(octetsOf),
  takesMessages: false,
  run,
};
