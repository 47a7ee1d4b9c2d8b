// What `seamark check` says changes from the plugin: for these Corefiles and no others, by rows that there are.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../test-support/compiling.ts';
import { describeChanges } from './describe-changes.ts';

const changesOf = (options: string, zones = 'example.com'): string[] => {
  const text = `. {\n  ready\n  k8s_gateway ${zones} {\n    ${options}\n  }\n}\n`;
  return describeChanges(compile(text));
};

const DIFFERENCES = readFileSync(
  new URL('../../../../docs/differences.md', import.meta.url),
  'utf8',
);

describe('changes from the plugin', () => {
  it.each([
    ['ttl 30', 'negative answers live 30 seconds'],
    ['ttl 30', 'addresses of the nameserver have TTL 30'],
    ['apex ns1', 'the nameserver ns1 can have an address'],
    ['ingressClasses nginx', 'an Ingress without a class is left out'],
    ['resources Ingress', 'are answered as CNAME'],
    ['resources HTTPRoute', 'a route has the names'],
    ['httpsRecords all', 'hosts for which TLS ends have an HTTPS record'],
    ['resources DNSEndpoint', 'a DNSEndpoint has every type'],
    ['resources Node', 'Nodes count while they are ready'],
    ['resources Ingress Service', 'no longer hides other types of Service'],
  ])('%s: %s', (options, expected) => {
    expect(changesOf(options).filter((line) => line.includes(expected))).toHaveLength(1);
  });

  it.each([
    ['ttl 60', 'no longer 60'],
    ['apex ns1.dns', 'can have an address'],
    ['flatten', 'CNAME'],
    ['httpsRecords annotated', 'HTTPS record'],
    ['resources Node', 'CNAME'],
    ['resources Ingress', 'a route'],
    ['resources Ingress', 'no longer hides'],
  ])('%s: not %s', (options, unexpected) => {
    expect(changesOf(options).join()).not.toContain(unexpected);
  });

  it('names the zones where not all are concerned', () => {
    const text = '. {\n k8s_gateway a.example\n k8s_gateway b.example {\n apex ns1\n }\n}\n';
    const lines = describeChanges(compile(text));
    expect(lines).toContain('b.example.: the nameserver ns1 can have an address (D21)');
    expect(lines.join('\n')).not.toContain('a.example.:');
  });

  it('has a PTR for reverse zones alone', () => {
    expect(changesOf('ttl 60', '192.0.2.0/24').join()).toContain('PTR (D11)');
    expect(changesOf('ttl 60').join()).not.toContain('PTR');
  });

  it('refers to rows that there are', () => {
    const all = ['ttl 30', 'apex ns1', 'ingressClasses x', 'resources HTTPRoute DNSEndpoint Node'];
    const rows = all.flatMap((options) => [
      ...changesOf(options)
        .join()
        .matchAll(/D\d{2,3}/g),
    ]);
    expect(rows.length).toBeGreaterThan(10);
    for (const [row] of rows) expect(DIFFERENCES).toContain(`| ${row} |`);
  });
});
