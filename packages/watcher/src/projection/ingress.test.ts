import { describe, expect, test } from 'vitest';
import { defaultOptions, lines, RecordingClaims } from '../../test-support/recording-claims.ts';
import type { ProjectionOptions } from './contract.ts';
import { ingress } from './ingress.ts';
import { SoleKindProjector } from './sole-kind.ts';

const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };

function object(metadata: object, spec: object = {}): Record<string, unknown> {
  return { metadata, spec: { rules: [{ host: 'www.example.com' }], ...spec }, status };
}

/** What one Ingress claims, or why it is passed over. */
function said(shape: Record<string, unknown>, options: Partial<ProjectionOptions> = {}) {
  const claims = new RecordingClaims();
  const parts = { options: { ...defaultOptions, ...options }, claims, demand: () => {} };
  new SoleKindProjector(ingress, parts).upsert('Ingress', 'ns/a', shape);
  const made = lines(claims.claims.get('Ingress ns/a') ?? []);
  return claims.passed.length === 0 ? made : [...made, ...claims.passed];
}

test('every host once, as it is written, and its addresses once', () => {
  const rules = [
    { host: 'B.example.com' },
    ...[{}, null, { host: '' }, { host: 7 }],
    { host: 'B.example.com' },
    { host: '*.w.example.com' },
  ];
  const entries = [{ ip: '192.0.2.1' }, { ip: '192.0.2.1' }, { ip: '2001:db8::1', hostname: 'lb' }];
  expect(said({ spec: { rules }, status: { loadBalancer: { ingress: entries } } })).toEqual([
    '*.w.example.com: 192.0.2.1 2001:db8::1',
    'B.example.com: 192.0.2.1 2001:db8::1',
  ]);
});

test('one without a host claims nothing, whatever its status says', () => {
  expect(said({ spec: { rules: [{}] }, status })).toEqual([]);
});

describe('its class', () => {
  const legacy = { annotations: { 'kubernetes.io/ingress.class': 'legacy' } };
  const other = 'Ingress ns/a: its class "other" is not among ingressClasses (www.example.com)';
  const none = 'Ingress ns/a: it has no class, and ingressClasses asks for one (www.example.com)';
  const www = 'www.example.com: 192.0.2.1';
  test.each([
    ['asked for', object({}, { ingressClassName: 'nginx' }), www],
    ['not asked for', object({}, { ingressClassName: 'other' }), other],
    ['in another case', object({}, { ingressClassName: 'Other' }), other.replace('other', 'Other')],
    ['absent', object({}), none],
    ['empty', object({}, { ingressClassName: '' }), none],
    ['no text', object({}, { ingressClassName: 7 }), none],
    ['in the annotation', object(legacy), www],
    ['in both, where the field counts', object(legacy, { ingressClassName: 'other' }), other],
  ])('%s', (_, shape, expected) => {
    expect(said(shape, { ingressClasses: ['nginx', 'legacy'] })).toEqual([expected]);
    expect(said(shape)).toEqual([www]);
  });
});

test('the ignore label leaves it out, for the text "true" alone', () => {
  const labelled = (value: unknown) => object({ labels: { 'k8s-gateway.dns/ignore': value } });
  expect(said(labelled('true'))).toEqual([
    'Ingress ns/a: its label k8s-gateway.dns/ignore is "true" (www.example.com)',
  ]);
  for (const value of ['false', 'True', '', true]) expect(said(labelled(value))).toHaveLength(1);
  expect(said(labelled('false'))).toEqual(['www.example.com: 192.0.2.1']);
});

describe('its annotations', () => {
  const GA = 'external-dns.kubernetes.io';
  test.each([
    [{ hostname: 'a.example.com' }, ['a.example.com: 192.0.2.1', 'www.example.com: 192.0.2.1']],
    [{ hostname: 'WWW.example.com,' }, ['www.example.com: 192.0.2.1']],
    [{ hostname: '' }, ['www.example.com: 192.0.2.1']],
    [{ target: '198.51.100.1' }, ['www.example.com: 198.51.100.1']],
    [{ target: 'lb.example.net, 198.51.100.1' }, ['www.example.com: 198.51.100.1 lb.example.net']],
    [{ target: ' ' }, ['www.example.com: 192.0.2.1']],
    [{ ttl: '5m' }, ['www.example.com: 192.0.2.1 ttl=300']],
    [
      { hostname: 'a.example.com', target: 'lb', ttl: '9' },
      ['a.example.com: lb ttl=9', 'www.example.com: lb ttl=9'],
    ],
    [
      { hostname: 'a..b', target: '192.0.2.999', ttl: '0' },
      [
        '! "0" in its ttl annotation is not from 1 to 2147483647 seconds and is ignored',
        '! "192.0.2.999" in its target annotation is neither an IP address nor a host name and is ignored',
        '! "a..b" in its hostname annotation is no domain name and is ignored',
        'www.example.com:',
      ],
    ],
  ])('%j', (annotations, expected) => {
    const named = Object.entries(annotations).map(([name, value]) => [`${GA}/${name}`, value]);
    expect(said(object({ annotations: Object.fromEntries(named) }))).toEqual(expected);
  });

  test('give names to one without a host, and faults without a name are told', () => {
    const annotated = (hostname: string) => ({
      metadata: { annotations: { 'coredns.io/hostname': hostname } },
      status,
    });
    expect(said(annotated('a.example.com'))).toEqual(['a.example.com: 192.0.2.1']);
    expect(said(annotated('a b/'))).toEqual([
      '! "ab/" in its hostname annotation is no domain name and is ignored',
    ]);
  });

  test('add to what a passed-over one would claim', () => {
    const annotations = { 'coredns.io/hostname': 'a.example.com' };
    expect(said(object({ annotations }), { ingressClasses: ['x'] })[0]).toMatch(
      /\(www\.example\.com a\.example\.com\)$/,
    );
  });

  test('count below the prefixes of the options alone', () => {
    const annotations = { 'coredns.io/ttl': '1', 'dns.example.com/ttl': '2' };
    expect(said(object({ annotations }), { annotationPrefixes: ['dns.example.com'] })).toEqual([
      'www.example.com: 192.0.2.1 ttl=2',
    ]);
  });
});
