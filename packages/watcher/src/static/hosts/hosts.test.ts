// A hosts file in, answers out; and the table of those that look into it by themselves.

import { TYPE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import { ingress, Scene } from '../../../test-support/scene.ts';
import { becomes, StaticFiles } from '../../../test-support/static-files.ts';
import { HostsTable, type Logger, type WatchedGateway } from '../../index.ts';
import { readHosts } from './hosts-file.ts';

describe('a hosts file', () => {
  test('is read line by line, without what says nothing', () => {
    const text =
      '\ufeff# head\n127.0.0.1\tlocalhost  # us\r\n\n 2001:DB8::1 a.example.com a\n::ffff:192.0.2.1 mapped\nfe80::1%lo0 lo\n';
    expect(readHosts(text)).toEqual({
      lines: [
        { address: '127.0.0.1', names: ['localhost'], line: 2 },
        { address: '2001:DB8::1', names: ['a.example.com', 'a'], line: 4 },
        { address: '192.0.2.1', names: ['mapped'], line: 5 },
      ],
      faults: [],
    });
  });

  test('has faults by line and column', () => {
    expect(readHosts('192.0.2.1 # a\n  localhost 192.0.2.1\n').faults).toEqual([
      { line: 1, column: 1, reason: 'an address without a name' },
      { line: 2, column: 3, reason: '"localhost" is no address' },
    ]);
  });
});

const ZONES = ['example.com', '2.0.192.in-addr.arpa'];
const GATEWAY: Partial<WatchedGateway> = { zones: ZONES, resources: ['Ingress'], hosts: [1] };

test('a hosts file speaks before any object, of addresses; its names need none', async () => {
  using files = new StaticFiles();
  files.write(
    'hosts',
    '192.0.2.1 web.example.com alias.example.com\n192.0.2.2 WEB.example.com.\n2001:db8::1 six.example.com\n192.0.2.3 *.w.example.com elsewhere.example.net\n',
  );
  await using scene = new Scene([GATEWAY], 60_000, {
    files: [files.hosts('hosts')],
    explain: ['web.example.com'],
  });
  // Before any object has been read: those of a hosts file come first anyway.
  expect(scene.ask('web.example.com A').answer).toEqual([
    'web.example.com. 3600 in a 192.0.2.1',
    'web.example.com. 3600 in a 192.0.2.2',
  ]);
  expect(scene.short('none.example.com A')).toBe('SERVFAIL 14');
  scene.list('Ingress', [
    ingress('web', 'web.example.com six.example.com', '203.0.113.1'),
    ingress('other', 'other.example.com', '192.0.2.9'),
  ]);
  const answers: Record<string, readonly string[] | string> = {
    'web.example.com A': ['192.0.2.1', '192.0.2.2'],
    'alias.example.com A': ['192.0.2.1'],
    'six.example.com A': 'NODATA',
    'six.example.com AAAA': ['2001:db8::1'],
    'x.w.example.com A': ['192.0.2.3'],
    'none.example.com A': 'NXDOMAIN',
    '1.2.0.192.in-addr.arpa PTR': ['alias.example.com.', 'web.example.com.'],
    '2.2.0.192.in-addr.arpa PTR': ['web.example.com.'],
    '3.2.0.192.in-addr.arpa PTR': ['elsewhere.example.net.'],
    '9.2.0.192.in-addr.arpa PTR': ['other.example.com.'],
  };
  const asked = Object.keys(answers).map((question) => [question, scene.short(question)]);
  expect(Object.fromEntries(asked)).toEqual(answers);
  expect(scene.watcher.explain(0).objects).toMatchObject([
    { kind: 'hosts', object: `${files.path('hosts')} line 1`, answers: ['A'] },
    { kind: 'hosts', object: `${files.path('hosts')} line 2`, answers: ['A'] },
    {
      ...{ kind: 'Ingress', object: 'default/web' },
      loss: { code: 'precedence', text: 'hosts comes before Ingress' },
    },
  ]);
});

test('no_reverse: addresses of a hosts file lead nowhere, those of objects do', async () => {
  using files = new StaticFiles();
  files.write('hosts', '192.0.2.1 web.example.com\n');
  const gateway = { ...GATEWAY, hostsReverse: false };
  await using scene = new Scene([gateway], 60_000, {
    files: [files.hosts('hosts', { reverse: false, ttl: 5 })],
  });
  scene.list('Ingress', [ingress('other', 'other.example.com', '192.0.2.9')]);
  expect(scene.ask('web.example.com A').answer).toEqual(['web.example.com. 5 in a 192.0.2.1']);
  expect(scene.short('1.2.0.192.in-addr.arpa PTR')).toBe('NXDOMAIN');
  expect(scene.short('9.2.0.192.in-addr.arpa PTR')).toEqual(['other.example.com.']);
});

test('names count in the zones of the directive, and lines of the Corefile beside those of the file', async () => {
  using files = new StaticFiles();
  const inline = [{ text: '192.0.2.5 in.example.com out.example.com', place: 'Corefile line 7' }];
  await using scene = new Scene([GATEWAY], 60_000, {
    files: [files.hosts('hosts', { zones: ['in.example.com'], inline })],
    explain: ['in.example.com'],
  });
  scene.list('Ingress');
  expect(scene.short('in.example.com A')).toEqual(['192.0.2.5']);
  expect(scene.short('out.example.com A')).toBe('NXDOMAIN');
  // The zones are those of names.
  expect(scene.short('5.2.0.192.in-addr.arpa PTR')).toEqual(['in.example.com.']);
  expect(scene.watcher.explain(0).objects).toMatchObject([{ object: 'Corefile line 7' }]);
  expect(files.lines).toEqual([
    "can't read the hosts file hosts: there is no such file; the lines in the Corefile count, and it is looked for again",
  ]);
  files.write('hosts', '192.0.2.6 in.example.com\nnone\n');
  await becomes(() => expect(scene.short('in.example.com A')).toEqual(['192.0.2.5', '192.0.2.6']));
  expect(files.lines.at(-1)).toBe('hosts:2:1: the line is left out: "none" is no address');
});

test('a table follows its file, and answers by name and type', async () => {
  using files = new StaticFiles();
  files.write(
    'hosts',
    '192.0.2.1 a.Example.net\n192.0.2.2 *.w.example.net b.w.example.net\n::1 a.example.net\n',
  );
  const table = new HostsTable({
    ...{ file: files.path('hosts'), inline: [], zones: ['.'], ttl: 60 },
    ...{ reverse: true, reloadMs: 20 },
  });
  const stop = new AbortController();
  const logger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  const following = table.follow(logger, stop.signal);
  try {
    expect(table.find('A.example.NET.', TYPE.A)).toEqual({ values: ['192.0.2.1'], ttl: 60 });
    expect(table.find('a.example.net', TYPE.AAAA)).toEqual({ values: ['::1'], ttl: 60 });
    expect(table.find('a.example.net', TYPE.TXT)).toEqual({ values: [], ttl: 60 });
    expect(table.find('x.w.example.net', TYPE.A)).toEqual({ values: ['192.0.2.2'], ttl: 60 });
    expect(table.find('x.x.w.example.net', TYPE.A)).toBeUndefined();
    expect(table.find('w.example.net', TYPE.A)).toBeUndefined();
    expect(table.find('1.2.0.192.in-addr.arpa', TYPE.PTR)?.values).toEqual(['a.example.net.']);
    expect(table.find('2.2.0.192.in-addr.arpa', TYPE.PTR)?.values).toEqual(['b.w.example.net.']);
    expect(table.find('a..b', TYPE.A)).toBeUndefined();
    files.write('hosts', '192.0.2.7 a.example.net\n');
    await becomes(() => expect(table.find('a.example.net', TYPE.A)?.values).toEqual(['192.0.2.7']));
    expect(table.size).toBe(2);
  } finally {
    stop.abort();
    await following;
  }
});
