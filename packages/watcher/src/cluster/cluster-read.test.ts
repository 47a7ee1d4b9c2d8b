import { describe, expect, test, vi } from 'vitest';
import { ClusterScene } from '../../test-support/cluster-scene.ts';
import { type FakeApis, plainObject } from '../../test-support/fake-apis.ts';

// What is read of a cluster: namespaces, single objects, kinds that are asked for later.

const services = '/v1/services';
const slices = 'discovery.k8s.io/v1/endpointslices';

const twoNamespaces = (apis: FakeApis): void => {
  apis.objects.set('services a', [plainObject('a', 'one'), plainObject('a', 'two')]);
  apis.objects.set('services b', [plainObject('b', 'one')]);
  apis.objects.set('services c', [plainObject('c', 'one')]);
};
const all = ['Service a/one', 'Service a/two', 'Service b/one'];

describe('namespaces', () => {
  const open = (arrange: (apis: FakeApis) => void = () => undefined): Promise<ClusterScene> =>
    ClusterScene.open([services], ['Service'], {
      namespaces: ['a', 'b'],
      arrange(apis) {
        twoNamespaces(apis);
        arrange(apis);
      },
    });

  test('are read each by itself, as one kind', async () => {
    await using scene = await open();
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    expect(scene.sink.keys).toEqual(all);
    expect(scene.asked.filter((path) => path.endsWith('/services')).sort()).toEqual([
      '/api/v1/namespaces/a/services',
      '/api/v1/namespaces/b/services',
    ]);
    const lists = scene.sink.calls.filter((call) => call.includes('List'));
    expect(lists).toEqual(['beginList Service', 'endList Service']);
    expect(scene.sink.statuses.map(({ state }) => state)).toEqual(['listing', 'watching']);
  });

  test('are listed again without what the others have being dropped', async () => {
    await using scene = await open();
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    scene.apis.objects.set('services a', [plainObject('a', 'two'), plainObject('a', 'three')]);
    scene.apis.watches
      .get('/api/v1/namespaces/a/services')
      ?.events({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    await scene.eventually(() => {
      expect(scene.sink.keys).toEqual(['Service a/three', 'Service a/two', 'Service b/one']);
    });
  });

  test('of which one is forbidden are read but for that one, which is named with the Role it needs', async () => {
    await using scene = await open((apis) => apis.forbidden.add('/b/services'));
    await scene.eventually(() => {
      expect(scene.sink.keys).toEqual(all.slice(0, 2));
      expect(scene.statusOf('Service')).toMatchObject({
        state: 'failing',
        reason: expect.stringContaining('in namespace b, by a Role there with the rule'),
        missingRules: [
          { group: '', resource: 'services', verbs: ['list', 'watch'], namespace: 'b' },
        ],
      });
    });
    expect(scene.sink.synced.has('Service')).toBe(false);
    scene.apis.forbidden.clear();
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    expect(scene.statusOf('Service')).not.toHaveProperty('missingRules');
    expect(scene.sink.synced.has('Service')).toBe(true);
    expect(scene.sink.keys).toEqual(all);
  });

  test('that do not exist are named', async () => {
    await using scene = await open((apis) => {
      apis.missing.add('b');
      apis.broken.add('/namespaces/b');
    });
    await scene.eventually(() => {
      expect(scene.asked.filter((path) => path.endsWith('/namespaces/b')).length).toBeGreaterThan(
        2,
      );
    });
    scene.apis.broken.clear();
    await scene.eventually(() => {
      expect(scene.log.lines.join('\n')).toContain("warn namespace b doesn't exist");
    });
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
  });

  test('do not matter to a kind that has none', async () => {
    await using scene = await ClusterScene.open(['/v1/nodes'], ['Node'], { namespaces: ['a'] });
    await scene.eventually(() => expect(scene.statusOf('Node')?.state).toBe('watching'));
    expect(scene.asked).toContain('/api/v1/nodes');
  });
});

describe('single objects', () => {
  const only = [{ namespace: 'c', name: 'one' }];

  test('are read by their names, wherever they are', async () => {
    await using scene = await ClusterScene.open([services], [{ kind: 'Service', only }], {
      arrange(apis) {
        apis.objects.set('services c', [plainObject('c', 'one'), plainObject('c', 'two')]);
      },
    });
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    expect(scene.sink.keys).toEqual(['Service c/one']);
    expect(scene.server.exchanges[0]?.path).toBe('/api/v1/namespaces/c/services');
  });

  test('beside namespaces are read as well', async () => {
    const wanted = ['Service', { kind: 'Service', only }] as const;
    await using scene = await ClusterScene.open([services], wanted, {
      namespaces: ['a', 'b'],
      arrange: twoNamespaces,
    });
    await scene.eventually(() => expect(scene.sink.synced.has('Service')).toBe(true));
    expect(scene.sink.keys).toEqual([...all, 'Service c/one']);
  });

  test('that are forbidden beside namespaces are not waited for', async () => {
    const wanted = ['Service', { kind: 'Service', only }] as const;
    await using scene = await ClusterScene.open([services], wanted, {
      namespaces: ['a', 'b'],
      arrange(apis) {
        twoNamespaces(apis);
        apis.forbidden.add('/c/services');
      },
    });
    await scene.eventually(() => expect(scene.sink.synced.has('Service')).toBe(true));
    expect(scene.sink.keys).toEqual(all);
    await scene.eventually(() => {
      expect(scene.statusOf('Service')?.reason).toContain('services c/one');
    });
    scene.apis.forbidden.clear();
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    expect(scene.sink.keys).toEqual([...all, 'Service c/one']);
  });

  test('that are forbidden are named with a rule for them alone', async () => {
    await using scene = await ClusterScene.open([services], [{ kind: 'Service', only }], {
      arrange: (apis) => apis.forbidden.add('/c/services'),
    });
    await scene.eventually(() => {
      const { reason, missingRules } = scene.statusOf('Service') ?? {};
      expect(reason).toContain('services c/one');
      expect(reason).toContain('resourceNames: ["one"]');
      expect(missingRules).toMatchObject([{ resource: 'services', namespace: 'c', name: 'one' }]);
    });
  });
});

describe('a kind that is asked for later', () => {
  const arrange = (apis: FakeApis): void => {
    apis.objects.set('endpointslices ns', [plainObject('ns', 'a')]);
  };
  const whole = [
    'beginList EndpointSlice',
    'upsert EndpointSlice ns/a',
    'endList EndpointSlice',
    'flush',
  ];

  test('is read from then on, and anew when it is asked for again', async () => {
    await using scene = await ClusterScene.open([services, slices], ['Service'], { arrange });
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    for (const _ of ['first', 'second']) {
      scene.sink.calls.length = 0;
      scene.source.read('EndpointSlice');
      expect(scene.sink.calls).toEqual([]);
      await scene.eventually(() => expect(scene.sink.calls).toEqual(whole));
    }
  });

  test('amid a delivery is read too', async () => {
    await using scene = await ClusterScene.open([services, slices], ['Service'], {
      arrange(apis) {
        twoNamespaces(apis);
        arrange(apis);
      },
    });
    vi.spyOn(scene.sink, 'remove').mockImplementation(() => scene.source.read('EndpointSlice'));
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    scene.apis.watches
      .get('/api/v1/services')
      ?.events({ type: 'DELETED', object: plainObject('a', 'one', '12') });
    await scene.eventually(() => expect(scene.sink.keys).toContain('EndpointSlice ns/a'));
  });

  test('is read whole where single objects were', async () => {
    const only = [{ namespace: 'a', name: 'one' }];
    await using scene = await ClusterScene.open([services], [{ kind: 'Service', only }], {
      arrange: twoNamespaces,
    });
    await scene.eventually(() => expect(scene.sink.keys).toEqual(['Service a/one']));
    scene.source.read('Service');
    await scene.eventually(() => expect(scene.sink.keys).toEqual([...all, 'Service c/one']));
  });

  test('that is absent is told so, whoever asks again', async () => {
    await using scene = await ClusterScene.open([services], ['HTTPRoute']);
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('absent'));
    scene.sink.calls.length = 0;
    scene.source.read('HTTPRoute');
    await scene.eventually(() => {
      expect(scene.sink.calls).toEqual(['beginList HTTPRoute', 'endList HTTPRoute', 'flush']);
    });
  });

  test('ends the source like any other when the sink has a bug', async () => {
    await using scene = await ClusterScene.open([services, slices], ['Service'], { arrange });
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('watching'));
    vi.spyOn(scene.sink, 'upsert').mockImplementation(() => {
      throw new TypeError('a bug');
    });
    scene.source.read('EndpointSlice');
    await expect(scene.running).rejects.toThrow('a bug');
  });
});
