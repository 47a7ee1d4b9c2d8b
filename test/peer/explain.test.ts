// What explains a difference and what does not, on a few objects and replies written by hand: the judge of
// peer.test.ts is judged where no plugin is at hand, too.

import { describe, expect, test } from 'vitest';
import { typeNumber } from '../support/dns/index.ts';
import { ingress, service } from '../support/kube/objects.ts';
import { claimsOf } from './claims.ts';
import { explain } from './explain.ts';
import { habitsOf, rowOf } from './habits.ts';
import type { Settings } from './settings.ts';
import { UNDER_TEST } from './under-test.ts';
import { World } from './world.ts';

const SETTINGS: Settings = {
  zones: ['example.com'],
  resources: ['Ingress', 'Service'],
  ttl: 60,
  apex: 'dns1.kube-system',
  nodeAddressType: 'InternalIP',
};

const OBJECTS = [
  ingress('team/web', ['www.example.com', 'deep.in.example.com'], ['192.0.2.1', '192.0.2.2']),
  ingress('team/pending', ['pending.example.com'], []),
  ingress('team/any', ['*.w.example.com'], ['192.0.2.3']),
  service('team/web', ['192.0.2.4']),
];

const world = new World(claimsOf(OBJECTS, SETTINGS), SETTINGS);

const soa = (serial: string): string =>
  'example.com. 60 SOA dns1.kube-system.example.com. hostmaster.dns1.kube-system.example.com. ' +
  `${serial} 7200 1800 86400 60`;

/** A line of `NXDOMAIN`, `NODATA` or addresses, as the plugin or Seamark would send it in full. */
const reply = (line: string, owner: string, serial: string): string => {
  if (line === 'NXDOMAIN') return `NXDOMAIN aa\n  authority ${soa(serial)}`;
  if (line === 'NODATA') return `NOERROR aa\n  authority ${soa(serial)}`;
  if (line === 'SOA') return `NOERROR aa\n  answer ${soa(serial)}`;
  if (line === 'SERVFAIL' || line === 'REFUSED') return line;
  return ['NOERROR aa', ...line.split(' ').map((ip) => `  answer ${owner} 60 A ${ip}`)].join('\n');
};

const judge = (asked: string, plugin: string, seamark: string) => {
  const [owner = '', type = ''] = asked.split(' ');
  const name = owner.toLowerCase().replace(/\.$/, '');
  return explain(
    world,
    { asked: owner, name, type: typeNumber(type) },
    { peer: reply(plugin, owner, '12345'), ours: reply(seamark, owner, '(serial)') },
  );
};

test.each([
  ['www.example.com. A', '192.0.2.1 192.0.2.2', '192.0.2.1 192.0.2.2', []],
  ['web.team.example.com. A', '192.0.2.4', '192.0.2.4', []],
  ['nothing.example.com. A', 'NXDOMAIN', 'NXDOMAIN', ['keep one serial']],
  ['www.example.net. A', 'SERVFAIL', 'REFUSED', ['fail outside its zones']],
  ['www.example.com. TXT', 'NXDOMAIN', 'NODATA', ['deny a name by its types', 'keep one serial']],
  ['nothing.example.com. MX', 'NODATA', 'NXDOMAIN', ['choose RCODE by type', 'keep one serial']],
  ['nothing.example.com. SOA', 'SOA', 'NXDOMAIN', ['answer SOA anywhere', 'keep one serial']],
  ['pending.example.com. A', 'NXDOMAIN', 'NODATA', ['deny what is pending', 'keep one serial']],
  ['in.example.com. A', 'NXDOMAIN', 'NODATA', ['deny empty non-terminals', 'keep one serial']],
  [
    'a.b.w.example.com. A',
    'NXDOMAIN',
    '192.0.2.3',
    ['stop wildcards at one label', 'keep one serial'],
  ],
  ['w.example.com. MX', 'NODATA', 'NODATA', ['keep one serial']],
  [
    'www.example.com.example.com. A',
    '192.0.2.1 192.0.2.2',
    'NXDOMAIN',
    ['repeat hosts below zones'],
  ],
] as const)('%s: %s is %s', (asked, plugin, seamark, habits) => {
  const verdict = judge(asked, plugin, seamark);
  expect(verdict).toEqual(expect.arrayContaining([...habits]));
  expect(verdict).toHaveLength(habits.length);
});

test('every habit that the plugin shows in what Seamark serves stands in one row of the page', () => {
  expect(habitsOf(UNDER_TEST).filter((habit) => rowOf(habit) === undefined)).toEqual([]);
});

describe('no row explains', () => {
  test.each([
    ['an address that no object has', 'www.example.com. A', '192.0.2.1 192.0.2.2', '192.0.2.9'],
    ['one address less', 'www.example.com. A', '192.0.2.1 192.0.2.2', '192.0.2.1'],
    ['an address for the name above', 'in.example.com. A', 'NXDOMAIN', '192.0.2.1'],
    ['a name that is denied by us alone', 'www.example.com. A', '192.0.2.1 192.0.2.2', 'NXDOMAIN'],
    ['NODATA for a name that is not there', 'nothing.example.com. A', 'NXDOMAIN', 'NODATA'],
    ['the same mistake twice', 'www.example.com. A', 'NXDOMAIN', 'NXDOMAIN'],
    ['a wildcard that a name below it would use', 'w.example.com. A', '192.0.2.3', 'NODATA'],
    ['a plugin that denies by type', 'nothing.example.com. MX', 'NXDOMAIN', 'NXDOMAIN'],
  ] as const)('%s', (_what, asked, plugin, seamark) => {
    expect(judge(asked, plugin, seamark)).toHaveProperty('unexplained');
  });

  test('and what is said of it names the question, both answers and the objects', () => {
    const { unexplained } = judge('www.example.com. A', '192.0.2.1 192.0.2.2', '192.0.2.9') as {
      unexplained: string;
    };
    expect(unexplained).toContain('www.example.com. A: Seamark answers');
    expect(unexplained).toContain('answer www.example.com. 60 A 192.0.2.9');
    expect(unexplained).toContain('www.example.com: Ingress team/web: 192.0.2.1 192.0.2.2');
  });
});
