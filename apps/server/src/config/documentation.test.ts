import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseCorefile } from '../corefile/parse.ts';
import { compileConfig } from './compile.ts';
import { DIRECTIVES } from './directives/index.ts';
import { GATEWAY_OPTIONS } from './directives/k8s-gateway/options.ts';

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```corefile\n(.*?)^```$/gms)].map(([, text = '']) => text);

it.each(examples)('the documented example works: %j', (text) => {
  const tree = parseCorefile(text, 'Corefile', {
    environment: { DNS_PORT: '1053' },
    readFile: () => '',
    listDirectory: () => [],
  });
  expect(compileConfig(tree).gateways.length).toBeGreaterThan(0);
});

it('the page has examples, and names every directive and option', () => {
  expect(examples.length).toBeGreaterThan(3);
  for (const { name } of [...DIRECTIVES.words, ...GATEWAY_OPTIONS.words]) {
    expect(page).toContain(`\n| \`${name}`);
  }
});
