import { expect, it } from 'vitest';
import { CorefileErrors } from '../corefile/errors.ts';
import { parseCorefile } from '../corefile/parse.ts';
import { compileConfig } from './compile.ts';
import { GATEWAY_OPTIONS } from './directives/k8s-gateway/options.ts';

const SOUP = [
  ...[
    '{',
    '}',
    '{ ',
    ' }\n',
    '\n',
    '\n',
    '\n',
    ' ',
    ' ',
    '"',
    '\\',
    '#',
    ',',
    '`',
    '\r\n',
    '\ufeff',
  ],
  ...[
    '(s)',
    'import',
    's',
    'import s\n',
    'a*',
    '{$A}',
    '{%A%}',
    '{$}',
    '. {\n',
    'example.com',
    ':53',
  ],
  ...['dns://', 'tls://', '10.0.0.0/9', '2001:db8::/33', '::1', '😀', 'ttl', '-1', '60', 'apex'],
  ...['k8s_gateway ', 'resources Ingress', 'kubeconfig', 'manifests', 'bind', 'errors', 'log', '/'],
  ...[
    'health',
    'lameduck',
    '5s',
    'ready',
    'prometheus',
    'forward',
    'workers',
    '{ pin',
    'constructor',
    '__proto__',
  ],
  ...GATEWAY_OPTIONS.words.map(({ name }) => `${name} `),
  ...['"a in (b, c)"', '"!a,', 'b>', '(', 'merge', 'on', 'InternalIP', 'kube-system.'],
  ...['192.0.2.1', '[::1]:53', 'k8s_gateway a {\n', 'Node', '4h'],
];

/** mulberry32: the same soup in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it('answers any soup of tokens with a configuration or with errors inside the file', () => {
  const random = generator(20_261_123);
  const host = {
    environment: { A: 'x y' },
    readFile: () => '. {\n log\n}',
    listDirectory: () => [],
  };
  let valid = 0;
  for (let round = 0; round < 5_000; round++) {
    const length = Math.floor(random() * 40);
    const pick = () => SOUP[Math.floor(random() * SOUP.length)] ?? '';
    const text = Array.from({ length }, () => pick() + (random() < 0.5 ? ' ' : '')).join('');
    try {
      compileConfig(parseCorefile(text, 'Corefile', host), { interfaces: new Map() });
      valid += 1;
    } catch (error) {
      if (!(error instanceof CorefileErrors))
        throw new Error(JSON.stringify(text), { cause: error });
      for (const { position } of error.errors) {
        if (position.file !== 'Corefile') continue;
        const line = text.replace(/^\ufeff/, '').split('\n')[position.line - 1];
        expect(line, text).toBeDefined();
        expect(position.column, text).toBeLessThanOrEqual((line?.length ?? 0) + 1);
      }
    }
  }
  expect(valid).toBeGreaterThan(0);
});
