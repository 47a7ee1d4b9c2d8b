import { describe, expect, test, vi } from 'vitest';
import { ingress, Scene, type SceneObject } from '../test-support/scene.ts';
import { SourceError } from './sources/contract.ts';

const named = (name: string, object: Record<string, unknown>): SceneObject => ({
  key: `ns/${name}`,
  object: { metadata: { name, namespace: 'ns' }, ...object },
});
const gateway = named('gw', { status: { addresses: [{ value: '192.0.2.1' }] } });
const route = named('r', {
  spec: { hostnames: ['www.example.com'], parentRefs: [{ name: 'gw' }] },
});
const scene = (syncTimeoutMs?: number): Scene =>
  new Scene([{ resources: ['HTTPRoute'] }], syncTimeoutMs);

describe('a kind that others only add to', () => {
  test('is not waited for where the rules forbid it', async () => {
    await using routes = scene();
    routes.list('Gateway', [gateway]);
    routes.list('HTTPRoute', [route]);
    routes.sink().status('ListenerSet', { state: 'failing', reason: 'no' });
    expect(routes.short('www.example.com A')).toBe('SERVFAIL 14');
    routes.sink().status('ListenerSet', { state: 'failing', reason: 'no', isForbidden: true });
    expect(routes.short('www.example.com A')).toEqual(['192.0.2.1']);
    expect(routes.short('nope.example.com A')).toBe('NXDOMAIN');
    routes.list('ListenerSet', []);
    expect(routes.short('www.example.com A')).toEqual(['192.0.2.1']);
  });

  test('is waited for as long as any other where it merely fails', async () => {
    await using routes = new Scene([{ resources: ['HTTPRoute', 'Ingress'] }], 5);
    routes.list('Gateway', [gateway]);
    routes.list('HTTPRoute', [route]);
    routes.list('Ingress');
    routes.sink().status('ListenerSet', { state: 'failing', reason: 'broken' });
    await vi.waitFor(() => expect(routes.short('www.example.com A')).toEqual(['192.0.2.1']), {
      timeout: 20_000,
    });
    expect(routes.complaints.map(({ message }) => message)).toEqual([
      'example.com: ListenerSet of source 0 could not be read yet: names that only they have are denied, for synctimeout (0.005 s) is over',
    ]);
  });
});

test('a name that only endpoints can have is not denied while nobody may read them', async () => {
  await using services = new Scene([{ resources: ['Service'] }]);
  const pods = named('pods', {
    spec: { type: 'ClusterIP' },
    metadata: {
      ...{ name: 'pods', namespace: 'ns' },
      annotations: { 'k8s-gateway.dns/resolve-endpoints': 'true' },
    },
  });
  services.list('Service', [pods]);
  services.sink().status('EndpointSlice', { state: 'failing', reason: 'no', isForbidden: true });
  expect(services.short('pods.ns.example.com A')).toBe('SERVFAIL 14');
  expect(services.short('pod-0.pods.ns.example.com A')).toBe('SERVFAIL 14');
});

test('what is wrong with a Gateway is told once, and again once it was mended', async () => {
  await using routes = scene();
  const annotated = (ttl: string): SceneObject => ({
    ...gateway,
    object: { ...gateway.object, metadata: { annotations: { 'coredns.io/ttl': ttl } } },
  });
  const told = (): number => routes.complaints.length;
  routes.list('Gateway', [annotated('soon')]);
  routes.list('Gateway', [annotated('soon')]);
  expect(routes.complaints).toEqual([
    {
      level: 'warn',
      event: 'claim-ignored',
      message:
        'Gateway ns/gw: "soon" in its ttl annotation is neither seconds nor a duration and is ignored',
    },
  ]);
  routes.put('Gateway', annotated('5m'));
  routes.put('Gateway', annotated('soon'));
  expect(told()).toBe(2);
  routes.list('Gateway', []);
  routes.list('Gateway', [annotated('soon')]);
  expect(told()).toBe(3);
});

test('a kind that nothing can do without is missed, whoever forbids it', async () => {
  await using routes = scene();
  routes.list('HTTPRoute', [route]);
  routes.list('ListenerSet');
  routes.sink().status('Gateway', { state: 'failing', reason: 'no', isForbidden: true });
  expect(routes.short('www.example.com A')).toBe('SERVFAIL 14');
});

test('it is told at once when a kind has been read and published, the first time', async () => {
  const told: unknown[] = [];
  const onRead = (): void => {
    const synced = services.watcher.status().sources[0]?.kinds.filter((kind) => kind.synced) ?? [];
    told.push([synced.map(({ kind }) => kind), services.short('www.example.com A')]);
  };
  const gateways = [{ resources: ['Ingress', 'Service'] as const }];
  await using services: Scene = new Scene(gateways, 60_000, { onRead });
  services.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
  services.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.2')]);
  expect(told).toEqual([[['Ingress'], ['192.0.2.1']]]);
  services.list('Service');
  expect(told.slice(1)).toEqual([[['Ingress', 'Service'], ['192.0.2.2']]]);
});

describe('a source that can not ever work', () => {
  const wrong = new SourceError('KUBECONFIG_INVALID', 'west: no URL');

  test('is given up, and the others serve on', async () => {
    const gateways = [{ resources: ['Ingress'] as const, sources: [0, 1] }];
    await using scene = new Scene(gateways, 60_000, { hopeless: [undefined, wrong] });
    scene.list('Ingress', [ingress('a', 'www.example.com', '192.0.2.1')]);
    await vi.waitFor(() => expect(scene.errors).toHaveLength(1));
    expect(scene.errors).toEqual([
      {
        ...{ level: 'error', event: 'source-given-up' },
        message:
          'west: no URL; nothing of it is served until that is mended: it is tried again at SIGHUP, or when "reload" finds another Corefile',
      },
    ]);
    const kinds = scene.watcher.status().sources[1]?.kinds ?? [];
    expect(new Set(kinds.map(({ status }) => JSON.stringify(status)))).toEqual(
      new Set([
        '{"state":"failing","reason":"west: no URL; nothing of it is served until that is mended"}',
      ]),
    );
    expect(scene.short('www.example.com A')).toEqual(['192.0.2.1']);
    expect(scene.short('nope.example.com A')).toBe('SERVFAIL 14');
  });

  test('is tried again when somebody asks, and read once it works', async () => {
    const gateways = [{ resources: ['Ingress'] as const, sources: [0, 1] }];
    const hopeless = [undefined, wrong] as (SourceError | undefined)[];
    await using scene = new Scene(gateways, 60_000, { hopeless });
    await vi.waitFor(() => expect(scene.errors).toHaveLength(1));
    // Still wrong: told again.
    scene.watcher.tryAgain([0]);
    await vi.waitFor(() => expect(scene.errors).toHaveLength(2));
    hopeless[1] = undefined;
    scene.watcher.tryAgain([]);
    expect(scene.log.filter(({ event }) => event === 'source-tried-again')).toHaveLength(1);
    scene.watcher.tryAgain([0]);
    const states = () =>
      scene.watcher.status().sources[1]?.kinds.map(({ status }) => status.state) ?? [];
    expect(new Set(states())).toEqual(new Set(['listing']));
    await vi.waitFor(() =>
      scene.list('Ingress', [ingress('b', 'west.example.com', '192.0.2.2')], 1),
    );
    expect(scene.short('west.example.com A')).toEqual(['192.0.2.2']);
    expect(scene.errors).toHaveLength(2);
  });

  test('ends the watcher where there is no other', async () => {
    const scene = new Scene([{ sources: [0, 1] }], 60_000, { hopeless: [wrong, wrong] });
    await expect(scene.running).rejects.toBe(wrong);
  });
});
