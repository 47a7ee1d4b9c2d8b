import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RecordingSink, recordingLogger } from '../../test-support/recording-sink.ts';
import { listOf, shapeOf } from '../sources/shape.ts';
import { ManifestSource } from './manifest-source.ts';

let directory: string;
let stop: AbortController;
let sink: RecordingSink;
let source: ManifestSource;
let log: ReturnType<typeof recordingLogger>;
let running: Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'seamark-manifests-'));
  stop = new AbortController();
  sink = new RecordingSink();
  log = recordingLogger();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await rm(directory, { recursive: true, force: true });
});

function run(rescanMs: number, stillMs: number): void {
  const options = { logger: log, rescanMs, stillMs };
  source = new ManifestSource([directory], ['Ingress', 'Service'], options);
  running = source.start(sink, stop.signal);
}

async function start(rescanMs = 600_000, stillMs = 50): Promise<void> {
  run(rescanMs, stillMs);
  await vi.waitFor(() => expect(sink.synced.size).toBe(2));
}

function ingress(name: string, ip = '192.0.2.1'): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}}
spec: {rules: [{host: ${name}.example.com}]}
status: {loadBalancer: {ingress: [{ip: ${ip}}]}}
`;
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'ns' },
  spec: { type: 'LoadBalancer' },
};
const put = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);
const errors = (): string[] => log.lines.filter((line) => line.startsWith('error'));
const addressOf = (key: string): unknown => {
  const status = shapeOf(sink.objects.get(key)?.['status']);
  return shapeOf(listOf(shapeOf(status['loadBalancer'])['ingress'])[0])['ip'];
};

describe('what files say', () => {
  test('documents, lists, JSON, subdirectories; other kinds and hidden files are passed over', async () => {
    await mkdir(join(directory, 'sub'));
    await put('a.yaml', `${ingress('a')}---\n# nothing\n---\n${ingress('b')}`);
    await put(
      'sub/list.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [service] }),
    );
    const items = [{ metadata: { name: 'c' }, spec: { rules: [{ host: 'c.example.com' }] } }];
    const apiVersion = 'networking.k8s.io/v1';
    await put('typed.yml', JSON.stringify({ apiVersion, kind: 'IngressList', items }));
    await put('other.yaml', 'apiVersion: apps/v1\nkind: Deployment\n');
    await put('.hidden.yaml', ingress('hidden'));
    await put('notes.txt', 'none of it');
    await start();
    expect(sink.keys).toEqual([
      'Ingress default/a',
      'Ingress default/b',
      'Ingress default/c',
      'Service ns/s',
    ]);
    expect(sink.objects.get('Service ns/s')?.['spec']).toEqual({ type: 'LoadBalancer' });
    expect(errors()).toEqual([]);
  });

  test.each([
    ['kind: Ingress\n', "1:1: 'apiVersion' is missing"],
    ['apiVersion: v1\n', "1:1: 'kind' is missing"],
    ['apiVersion: extensions/v1beta1\nkind: Ingress\n', '1:13: Ingress has apiVersion extensions'],
    ['apiVersion: v1\nkind: Service\nmetadata: {}\n', '3:11: Service has no metadata.name'],
    ['- a\n', '1:1: a Kubernetes object is a mapping'],
    ['a: [1\nb: 2\n', '2:1: '],
    ['apiVersion: v1\nkind: List\nitems:\n- 3\n', '4:3: an item of a List is a mapping'],
    [
      `apiVersion: v1\nkind: Service\nmetadata:\n  a: &a [x,x,x,x,x,x,x,x,x]\n  b: &b [${'*a,'.repeat(60)}]\n  c: [${'*b,'.repeat(60)}]\n`,
      '1:1: Excessive alias count',
    ],
  ])('%j is reported by its place, and the rest is served', async (text, place) => {
    await put('good.yaml', ingress('good'));
    await put('bad.yaml', text);
    await start();
    expect(sink.keys).toEqual(['Ingress default/good']);
    expect(errors()[0]).toContain(`bad.yaml:${place}`);
  });

  test('an object described twice: the first in path order counts, both places are told', async () => {
    await put('1.yaml', ingress('a', '192.0.2.1'));
    await put('2.yaml', `\n${ingress('a', '192.0.2.2')}`);
    await start();
    expect(addressOf('Ingress default/a')).toBe('192.0.2.1');
    expect(log.lines.find((line) => line.includes('1.yaml:1 and'))).toContain('2.yaml:2');
    await unlink(join(directory, '1.yaml'));
    await vi.waitFor(() => expect(addressOf('Ingress default/a')).toBe('192.0.2.2'));
  });
});

describe('changes', () => {
  test('only what changed is delivered', async () => {
    await put('a.yaml', ingress('a'));
    await put('b.yaml', ingress('b'));
    await start();
    sink.calls.length = 0;
    await put('b.yaml', ingress('b', '192.0.2.9'));
    await vi.waitFor(() => expect(addressOf('Ingress default/b')).toBe('192.0.2.9'));
    expect(sink.calls.filter((call) => call.includes('default/a'))).toEqual([]);
    await unlink(join(directory, 'a.yaml'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/b']));
  });

  test('a kind that is asked for later is delivered whole, and again when it is asked again', async () => {
    const slice = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' };
    const metadata = { name: 's-1', namespace: 'ns' };
    await put('slice.json', JSON.stringify({ ...slice, metadata }));
    await put('a.yaml', ingress('a'));
    await start();
    expect(sink.keys).toEqual(['Ingress default/a']);
    const whole = [
      'beginList EndpointSlice',
      'upsert EndpointSlice ns/s-1',
      'endList EndpointSlice',
      'flush',
    ];
    for (const _ of ['first', 'second']) {
      sink.calls.length = 0;
      source.read('EndpointSlice');
      await vi.waitFor(() => expect(sink.calls).toEqual(whole));
    }
    await put('b.json', JSON.stringify({ ...slice, metadata: { ...metadata, name: 's-2' } }));
    await vi.waitFor(() => expect(sink.keys).toContain('EndpointSlice ns/s-2'));
  });

  test('files in a directory made later are seen', async () => {
    await start();
    await mkdir(join(directory, 'new/deep'), { recursive: true });
    await put('new/deep/a.yaml', ingress('a'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
  });

  test('a broken file keeps its objects until it is mended', async () => {
    await put('a.yaml', `${ingress('a')}---\n${ingress('b')}`);
    await start();
    await put('a.yaml', `${ingress('a', '192.0.2.7')}---\nkind: [\n`);
    await vi.waitFor(() => expect(addressOf('Ingress default/a')).toBe('192.0.2.7'));
    expect(sink.keys).toEqual(['Ingress default/a', 'Ingress default/b']);
    expect(
      log.lines.some((line) => line.includes('until it is mended, 1 object stays as it last read')),
    ).toBe(true);
    await put('a.yaml', ingress('a'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
    expect(log.lines.some((line) => line.includes('readable again'))).toBe(true);
  });

  test('a ConfigMap mount swaps all its files at once', async () => {
    const version = async (name: string, ip: string): Promise<void> => {
      await mkdir(join(directory, name));
      await put(`${name}/a.yaml`, ingress('a', ip));
      await symlink(name, join(directory, '..data_tmp'));
      await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    await version('..2026_01', '192.0.2.1');
    await symlink('..data/a.yaml', join(directory, 'a.yaml'));
    await start();
    expect(addressOf('Ingress default/a')).toBe('192.0.2.1');
    await version('..2026_02', '192.0.2.2');
    await vi.waitFor(() => expect(addressOf('Ingress default/a')).toBe('192.0.2.2'));
    expect(log.lines.some((line) => line.includes('twice'))).toBe(false);
  });

  test('a directory that disappears keeps its objects until it comes back', async () => {
    await put('a.yaml', ingress('a'));
    await start(20);
    await rename(directory, `${directory}-away`);
    await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('failing'));
    expect(sink.keys).toEqual(['Ingress default/a']);
    await rm(`${directory}-away`, { recursive: true });
    await mkdir(directory);
    await put('b.yaml', ingress('b'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/b']));
    expect(sink.statuses.at(-1)?.state).toBe('watching');
  });
});

describe('a file that is being written', () => {
  const all = ['Ingress default/a', 'Ingress default/b'];
  const isForever = 600_000;

  test.each([
    ['truncated', ''],
    ['half written', ingress('a')],
    ['cut off amid an object', `${ingress('a')}---\n${ingress('b').split('spec')[0]}`],
  ])('%s keeps its objects until it stands still, and adds meanwhile', async (_, part) => {
    await put('a.yaml', `${ingress('a')}---\n${ingress('b')}`);
    await start(20, isForever);
    await put('a.yaml', part);
    await put('c.yaml', ingress('c'));
    await vi.waitFor(() => expect(sink.keys).toEqual([...all, 'Ingress default/c']));
    await put('a.yaml', `${ingress('a')}---\n${ingress('b', '192.0.2.3')}`);
    await vi.waitFor(() => expect(addressOf('Ingress default/b')).toBe('192.0.2.3'));
    expect(sink.calls.filter((call) => call.startsWith('remove'))).toEqual([]);
  });

  test('what it left out is gone when it stood still', async () => {
    await put('a.yaml', `${ingress('a')}---\n${ingress('b')}`);
    await start();
    await put('a.yaml', ingress('b'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/b']));
    await put('a.yaml', '');
    await vi.waitFor(() => expect(sink.keys).toEqual([]));
  });

  test('deleted and made again, it never was away', async () => {
    await put('a.yaml', ingress('a'));
    await start(20, isForever);
    await unlink(join(directory, 'a.yaml'));
    await put('c.yaml', ingress('c'));
    await vi.waitFor(() => expect(sink.keys).toContain('Ingress default/c'));
    await put('a.yaml', ingress('a', '192.0.2.4'));
    await vi.waitFor(() => expect(addressOf('Ingress default/a')).toBe('192.0.2.4'));
    expect(sink.calls.filter((call) => call.startsWith('remove'))).toEqual([]);
  });
});

describe('what is passed over is named once', () => {
  test('links that lead nowhere or in circles, and FIFOs', async () => {
    await symlink('none', join(directory, 'dangling.yaml'));
    await symlink('loop.yaml', join(directory, 'loop.yaml'));
    await symlink('none', join(directory, 'dangling.txt'));
    execFileSync('mkfifo', [join(directory, 'fifo.yaml')]);
    await put('a.yaml', ingress('a'));
    await start(20);
    await put('a.yaml', ingress('b'));
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/b']));
    expect(log.lines.filter((line) => line.includes('passed over'))).toEqual([
      `warn ${directory}/dangling.yaml is passed over: a link that leads nowhere`,
      `warn ${directory}/fifo.yaml is passed over: neither a file nor a directory`,
      `warn ${directory}/loop.yaml is passed over: a link that leads nowhere`,
    ]);
  });

  test('kinds that look like slips of ours, not those of others', async () => {
    const kinds = ['Ingres', 'ingress', 'Sevrice', 'IngressClass', 'Secret', 'ServiceAccount'];
    const text = kinds.map((kind) => `apiVersion: v1\nkind: ${kind}\n`).join('---\n');
    await put('a.yaml', `${text}---\napiVersion: example.com/v1\nkind: Ingres\n`);
    await start(20);
    expect(log.lines.filter((line) => line.includes('meant'))).toEqual([
      `warn ${directory}/a.yaml:2:7: kind Ingres is none; was Ingress meant?`,
      `warn ${directory}/a.yaml:5:7: kind ingress is none; was Ingress meant?`,
      `warn ${directory}/a.yaml:8:7: kind Sevrice is none; was Service meant?`,
    ]);
    expect(errors()).toEqual([]);
  });
});

test('objects that do not count are passed over', async () => {
  await put('a.yaml', `${ingress('a')}---\n${ingress('b')}`);
  const counts = (kind: string, key: string): boolean => `${kind} ${key}` !== 'Ingress default/b';
  const source = new ManifestSource([directory], ['Ingress'], { logger: log, counts });
  running = source.start(sink, stop.signal);
  await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
});

test('a link through a file is blamed by its name', async () => {
  await put('b.yaml', ingress('b'));
  await symlink('b.yaml/x', join(directory, 'a.yaml'));
  await start(20);
  expect(sink.keys).toEqual(['Ingress default/b']);
  const reason = expect.stringContaining(`${join(directory, 'a.yaml')} (ENOTDIR)`);
  await vi.waitFor(() => expect(sink.statuses.at(-1)).toMatchObject({ state: 'failing', reason }));
});

// Permissions don't bind root.
test.skipIf(process.getuid?.() === 0)(
  'nothing is delivered before every directory was read',
  async () => {
    await put('a.yaml', ingress('a'));
    await chmod(directory, 0);
    run(20, 50);
    await vi.waitFor(() => expect(sink.statuses.at(-1)?.state).toBe('failing'));
    expect(sink.statuses.at(-1)?.reason).toContain(`can't read ${directory} (EACCES); no manifest`);
    expect(sink.calls).toEqual([]);
    await chmod(directory, 0o700);
    await vi.waitFor(() => expect(sink.keys).toEqual(['Ingress default/a']));
  },
);

test('an entry that says nothing of itself hides none of its neighbours', async () => {
  await symlink('x'.repeat(300), join(directory, 'a.yaml'));
  await put('b.yaml', ingress('b'));
  await start(20);
  expect(sink.keys).toEqual(['Ingress default/b']);
  const reason = expect.stringContaining(`${join(directory, 'a.yaml')} (ENAMETOOLONG)`);
  expect(sink.statuses.at(-1)).toMatchObject({ state: 'failing', reason });
  await unlink(join(directory, 'a.yaml'));
  await put('a.yaml', ingress('a'));
  await vi.waitFor(() => expect(sink.keys).toHaveLength(2));
  await symlink('x'.repeat(300), join(directory, '.a'));
  await rename(join(directory, '.a'), join(directory, 'a.yaml'));
  await put('c.yaml', ingress('c'));
  await vi.waitFor(() => expect(sink.keys).toContain('Ingress default/c'));
  expect(sink.keys).toContain('Ingress default/a');
});

test('an absent directory is refused at the start', async () => {
  const source = new ManifestSource([join(directory, 'none')], ['Ingress'], { logger: log });
  await expect(source.start(sink, stop.signal)).rejects.toMatchObject({
    code: 'MANIFESTS_MISSING',
    message: expect.stringContaining(join(directory, 'none')),
  });
});
