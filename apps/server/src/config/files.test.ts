// `file`, `hosts` and `fallthrough`: what they mean, and who answers before whom.

import { expect, test } from 'vitest';
import { compile, errorsOf } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';

const compiled = (text: string) => compile(text, {}, '/etc/seamark/Corefile');
const notices = (text: string): string[] => compiled(text).notices.map((notice) => notice.text);

test('a file has a zone of the view', () => {
  const { views, gateways, fileZones } = compiled(
    'example.org example.net {\n file db/zone example.org {\n reload 30s\n upstream\n }\n file /zones/net example.net\n}\n',
  );
  expect(gateways).toEqual([]);
  expect(views).toEqual([{ gateways: [], fileZones: [0, 1], hosts: [] }]);
  expect(fileZones).toMatchObject([
    { zone: 'example.org.', file: '/etc/seamark/db/zone', reloadMs: 30_000 },
    { zone: 'example.net.', file: '/zones/net', reloadMs: 60_000 },
  ]);
});

test('without zones it has those of the keys, on each port its own', () => {
  const { views, fileZones } = compiled('example.org example.net:1053 {\n file zone\n}\n');
  expect(fileZones.map(({ zone }) => zone)).toEqual(['example.org.', 'example.net.']);
  expect(views.map((view) => view.fileZones)).toEqual([[0], [1]]);
});

test('beside a k8s_gateway whose names fall through it has the last word, and no zone of its own', () => {
  const { views, gateways, fileZones } = compiled(
    '. {\n k8s_gateway example.org example.net {\n fallthrough example.org\n }\n file zone example.org example.net example.com\n}\n',
  );
  expect(views).toEqual([{ gateways: [0], fileZones: [0], hosts: [] }]);
  expect(gateways).toMatchObject([
    { fallthrough: ['example.org.'], files: [{ zone: 'example.org.', file: '/etc/seamark/zone' }] },
  ]);
  expect(gateways[0]?.files).toHaveLength(1);
  expect(fileZones).toMatchObject([{ zone: 'example.com.' }]);
});

test('beside one whose names do not it is never reached, which is noticed', () => {
  const text = '. {\n k8s_gateway example.org\n file zone example.org\n}\n';
  expect(compiled(text).gateways[0]?.files).toBeUndefined();
  expect(notices(text)).toEqual([
    'nothing of this file is served in "example.org.": the k8s_gateway at /etc/seamark/Corefile:2:2 has the zone; give that "fallthrough", and the file has the names that no object has',
  ]);
});

test('fallthrough is of all names where none are written', () => {
  const of = (words: string) =>
    compiled(`. {\n k8s_gateway example.org {\n fallthrough ${words}\n }\n}\n`).gateways[0]
      ?.fallthrough;
  expect(of('')).toEqual(['.']);
  expect(of('Sub.Example.org 10.0.0.0/24')).toEqual(['sub.example.org.', '0.0.10.in-addr.arpa.']);
  expect(compiled('. {\n k8s_gateway example.org\n}\n').gateways[0]?.fallthrough).toBeUndefined();
});

test('hosts has the first word in the zones of its block, and lines of its own', () => {
  const { gateways, fileZones, hosts, views } = compiled(
    '. {\n hosts my.hosts example.org 10.0.0.0/24 {\n 192.0.2.1 a.example.org b.example.org\n ::1 c.example.org\n ttl 60\n no_reverse\n reload 0\n fallthrough\n }\n k8s_gateway example.org\n file zone example.net\n}\nexample.com {\n hosts\n}\n',
  );
  expect(hosts).toMatchObject([
    {
      ...{ file: '/etc/seamark/my.hosts', zones: ['example.org.', '0.0.10.in-addr.arpa.'] },
      inline: [
        { text: '192.0.2.1 a.example.org b.example.org', position: { line: 3 } },
        { text: '::1 c.example.org', position: { line: 4 } },
      ],
      ...{ ttl: 60, reverse: false, reloadMs: 0, fallthrough: ['.'] },
    },
    { file: '/etc/hosts', zones: ['example.com.'], ttl: 3600, reverse: true, reloadMs: 5000 },
  ]);
  expect(hosts[1]?.fallthrough).toBeUndefined();
  expect(gateways).toMatchObject([{ hosts: 0 }]);
  expect(fileZones).toMatchObject([{ hosts: 0 }]);
  expect(views).toEqual([{ gateways: [0], fileZones: [0], hosts: [0, 1] }]);
});

test.each<[string, string]>([
  ['file', '"file" needs an argument'],
  ['file zone example.org {\n reload soon\n }', '"soon" is no duration'],
  ['file zone example.org {\n reload 25h\n }', '"25h" is longer than a day'],
  [
    'file zone example.org\n file other example.org',
    'the zone "example.org." is served by the directive at Corefile:2:12 already',
  ],
  [
    'k8s_gateway example.org {\n fallthrough\n }\n file a example.org\n file b example.org',
    'is served by the directive at Corefile:5:9 already',
  ],
  ['file zone example..org', '"example..org" is no zone'],
  ['file ""', 'a path must not be empty'],
  ['file zone example.org {\n transfer\n }', 'zones cannot be transferred'],
  ['k8s_gateway example.org {\n fallthrough a..b\n }', '"a..b" is no zone: an empty label'],
  ['hosts {\n 192.0.2.1\n }', '"192.0.2.1" has no name'],
  ['hosts {\n ttl 0\n }', '"0" is no whole number from 1 to 65535'],
  ['hosts {\n localhost 192.0.2.1\n }', 'unknown option of hosts "localhost"'],
  ['hosts\n hosts', '"hosts" repeats the one'],
])('%s: refused', (lines, message) => {
  expect(errorsOf(`. {\n ${lines}\n}\n`).join('\n')).toContain(message);
});

test('a zone is one directive’s, whatever blocks say', () => {
  const text =
    'example.org:53 {\n k8s_gateway\n}\nsub.example.org:53 {\n file zone\n}\nother.example:53 {\n file zone example.org\n}\n';
  expect(errorsOf(text).join()).toContain('lies in no key of its server block');
});

test('the root zone is served from a file that is named without a zone, and noticed', () => {
  expect(notices('. {\n file zone\n}\n')).toEqual([
    '"file" names no zone, so "zone" is read as the root zone; write "file zone ZONE"',
  ]);
});

test('check says what is read and in which order', () => {
  const text =
    '. {\n hosts {\n 192.0.2.1 a.example.org\n }\n k8s_gateway example.org {\n fallthrough\n }\n file zone example.org example.net\n}\n';
  const lines = describeConfig(compiled(text)).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^listen .* for example\.org\. example\.net\.$/),
      '            names without a record fall through',
      '            then example.org. from /etc/seamark/zone',
      'file        example.net. from /etc/seamark/zone',
      'hosts       . from /etc/hosts and 1 lines at /etc/seamark/Corefile:3:2, before anything else; TTL 3600',
    ]),
  );
});

test('check says how often files are looked at, and what they let go of', () => {
  const lines = (text: string) => describeConfig(compiled(`. {\n ${text}\n}\n`)).split('\n');
  const options = '{\n reload 90s\n fallthrough a.example.net\n }';
  expect(lines(`file zone example.net ${options}`)).toContain(
    'file        example.net. from /etc/seamark/zone, looked at every 90 s, names without a record fall through in a.example.net.',
  );
  expect(lines('file zone example.net {\n reload 0\n }')).toContain(
    'file        example.net. from /etc/seamark/zone, read once',
  );
  expect(lines('hosts {\n reload 1m\n fallthrough\n }')).toEqual(
    expect.arrayContaining([
      'hosts       . from /etc/hosts, before anything else; TTL 3600',
      '            looked at every 60 s',
      '            names without a record fall through',
    ]),
  );
});

test('beyond a zone file goes what it lets go of, too', () => {
  const fallthroughOf = (lines: string) =>
    compiled(`. {\n ${lines}\n forward . 192.0.2.53\n}\n`).listeners[0]?.detour?.blocks[0]
      ?.fallthrough;
  const gateway = 'k8s_gateway example.org {\n fallthrough in.example.org\n }\n';
  expect(fallthroughOf(gateway)).toEqual([{ zone: 'example.org.', names: ['in.example.org.'] }]);
  expect(fallthroughOf(`${gateway} file db example.org`)).toEqual([]);
  expect(fallthroughOf(`${gateway} file db example.org {\n fallthrough\n }`)).toEqual([
    { zone: 'example.org.', names: ['in.example.org.'] },
  ]);
  expect(
    fallthroughOf(
      `${gateway} file db example.org {\n fallthrough a.in.example.org b.example.org\n }`,
    ),
  ).toEqual([{ zone: 'example.org.', names: ['a.in.example.org.'] }]);
  expect(fallthroughOf('file db example.net {\n fallthrough\n }')).toEqual([
    { zone: 'example.net.', names: ['.'] },
  ]);
  expect(fallthroughOf('file db example.net')).toEqual([]);
});

test('fallthrough to a file is no mistake, though nothing is forwarded', () => {
  const gateway = 'k8s_gateway example.org {\n fallthrough\n }\n';
  expect(notices(`. {\n ${gateway} file db example.org\n}\n`)).toEqual([]);
  expect(notices(`. {\n ${gateway}}\n`)).toEqual([
    'there is neither forward nor a file of its zones in this server block: "fallthrough" changes nothing',
  ]);
});
