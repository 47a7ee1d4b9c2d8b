// Objects in, question and short answer out.

import type { WatchedGateway } from '../src/index.ts';
import { ingress, type SceneObject, service } from './scene.ts';

/** What a synced view answers: objects in, question and short answer out. */
export interface Case {
  readonly why: string;
  readonly gateway?: Partial<WatchedGateway>;
  readonly ingresses?: readonly SceneObject[];
  readonly services?: readonly SceneObject[];
  readonly expect: Readonly<Record<string, readonly string[] | string>>;
}

export const CASES: readonly Case[] = [
  {
    why: 'both families of an object',
    ingresses: [ingress('a', 'www.example.com', '192.0.2.1 2001:db8::1 192.0.2.2')],
    expect: {
      'www.example.com A': ['192.0.2.1', '192.0.2.2'],
      'WWW.EXAMPLE.COM AAAA': ['2001:db8::1'],
      'www.example.com TXT': 'NODATA',
      'no.example.com A': 'NXDOMAIN',
      'www.example.org A': 'REFUSED 20',
    },
  },
  {
    why: 'the first kind in the configured order that has an address',
    ingresses: [
      ingress('a', 'x.y.example.com', '192.0.2.1'),
      ingress('b', 'pending.y.example.com', ''),
    ],
    services: [service('x.y', '192.0.2.9'), service('pending.y', '192.0.2.8')],
    expect: { 'x.y.example.com A': ['192.0.2.1'], 'pending.y.example.com A': ['192.0.2.8'] },
  },
  {
    why: 'the order as it is written',
    gateway: { resources: ['Service', 'Ingress'] },
    ingresses: [ingress('a', 'x.y.example.com', '192.0.2.1')],
    services: [service('x.y', '2001:db8::9')],
    expect: { 'x.y.example.com A': 'NODATA', 'x.y.example.com AAAA': ['2001:db8::9'] },
  },
  {
    why: 'a kind named twice, and one not named',
    gateway: { resources: ['Ingress', 'Ingress'] },
    ingresses: [ingress('a', 'www.example.com', '192.0.2.1')],
    services: [service('x.y', '192.0.2.9')],
    expect: { 'www.example.com A': ['192.0.2.1'], 'x.y.example.com A': 'NXDOMAIN' },
  },
  {
    why: 'the addresses of several objects together, each once, in one order',
    ingresses: [
      ingress('a', 'www.example.com', '192.0.2.2 192.0.2.1'),
      ingress(
        'b',
        'www.example.com WWW.example.com.',
        '192.0.2.1 192.0.2.3 2001:DB8:0::1 2001:db8::1',
      ),
    ],
    expect: {
      'www.example.com A': ['192.0.2.1', '192.0.2.2', '192.0.2.3'],
      'www.example.com AAAA': ['2001:db8::1'],
    },
  },
  {
    why: 'no address yet: the name exists',
    ingresses: [
      ingress('a', 'www.example.com', ''),
      ingress('b', 'odd.example.com', 'fe80::1%eth0'),
      ingress('c', '*.example.com', '192.0.2.1'),
    ],
    expect: {
      'www.example.com A': 'NODATA',
      'odd.example.com AAAA': 'NODATA',
      'other.example.com A': ['192.0.2.1'],
    },
  },
  {
    why: 'wildcards, hidden by what exists (RFC 4592)',
    ingresses: [
      ingress('a', '*.w.example.com', '192.0.2.1'),
      ingress('b', 'a.b.w.example.com', '192.0.2.2'),
      ingress('c', '*.example.com', '192.0.2.3'),
    ],
    expect: {
      'x.w.example.com A': ['192.0.2.1'],
      'x.y.w.example.com A': ['192.0.2.1'],
      'b.w.example.com A': 'NODATA',
      'x.b.w.example.com A': 'NXDOMAIN',
      'w.example.com A': 'NODATA',
      'example.com A': 'NODATA',
      'ns1.example.com A': 'NODATA',
      'v.example.com A': ['192.0.2.3'],
    },
  },
  {
    why: 'names of services below each zone',
    gateway: { zones: ['example.com', 'example.org'] },
    services: [service('web.default', '192.0.2.1')],
    expect: {
      'web.default.example.com A': ['192.0.2.1'],
      'web.default.example.org A': ['192.0.2.1'],
      'default.example.org A': 'NODATA',
    },
  },
  {
    why: 'a zone within a zone',
    gateway: { zones: ['example.com', 'a.b.example.com'] },
    ingresses: [
      ingress('a', 'x.a.b.example.com *.b.example.com', '192.0.2.1'),
      ingress('b', 'a.b.example.com', '192.0.2.2'),
    ],
    expect: {
      'x.a.b.example.com A': ['192.0.2.1'],
      'a.b.example.com A': ['192.0.2.2'],
      'a.b.example.com NS': ['ns1.a.b.example.com.'],
      'b.example.com A': 'NODATA',
      'c.b.example.com A': ['192.0.2.1'],
      'y.a.b.example.com A': 'NXDOMAIN',
    },
  },
  {
    why: 'addresses at the apex',
    ingresses: [ingress('a', 'example.com', '192.0.2.1')],
    expect: { 'example.com A': ['192.0.2.1'], 'example.com AAAA': 'NODATA' },
  },
  {
    why: 'the root as a zone',
    gateway: { zones: ['.'] },
    ingresses: [ingress('a', 'www.example.com', '192.0.2.1')],
    expect: {
      'www.example.com A': ['192.0.2.1'],
      'example.com A': 'NODATA',
      'example.org A': 'NXDOMAIN',
      '. NS': ['ns1.'],
    },
  },
  {
    why: 'objects outside the zones, and names that are none',
    ingresses: [
      ingress('a', 'www.example.org xexample.com com', '192.0.2.1'),
      ingress('b', `a..example.com ${'x'.repeat(64)}.example.com \u00fc%.example.com`, '192.0.2.1'),
      ingress('c', 'a..b.example.com fine.example.com', '192.0.2.1'),
    ],
    expect: {
      'www.example.org A': 'REFUSED 20',
      'a.example.com A': 'NXDOMAIN',
      'fine.example.com A': ['192.0.2.1'],
    },
  },
  {
    why: 'labels that are special to programs',
    ingresses: [
      ingress('a', '__proto__.example.com a\\.b.example.com constructor.example.com', '192.0.2.1'),
    ],
    expect: {
      '__proto__.example.com A': ['192.0.2.1'],
      'constructor.example.com A': ['192.0.2.1'],
      'a\\.b.example.com A': ['192.0.2.1'],
      'b.example.com A': 'NXDOMAIN',
      'tostring.example.com A': 'NXDOMAIN',
    },
  },
];
