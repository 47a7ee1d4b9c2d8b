import { describe, expect, test } from 'vitest';
import { ClusterScene } from '../../test-support/cluster-scene.ts';
import { type FakeApis, plainObject } from '../../test-support/fake-apis.ts';

const GATEWAY_API = 'gateway.networking.k8s.io';
const v1 = `${GATEWAY_API}/v1/httproutes`;
const v1beta1 = `${GATEWAY_API}/v1beta1/httproutes`;
const ingresses = 'networking.k8s.io/v1/ingresses';

const withRoute = (apis: FakeApis): void => {
  apis.objects.set('httproutes ns', [plainObject('ns', 'a')]);
};

describe('which version is read', () => {
  test('the preferred one where it is served, and nobody asks for more', async () => {
    await using scene = await ClusterScene.open([v1, v1beta1], ['HTTPRoute'], {
      arrange: withRoute,
    });
    await scene.eventually(() => expect(scene.sink.keys).toEqual(['HTTPRoute ns/a']));
    expect(scene.asked).toEqual([`/apis/${v1}`]);
  });

  test.each([false, true])('another one, without aggregated discovery: %s', async (isOld) => {
    await using scene = await ClusterScene.open([ingresses, v1beta1], ['HTTPRoute'], {
      arrange(apis) {
        apis.isOld = isOld;
        withRoute(apis);
      },
    });
    await scene.eventually(() => expect(scene.sink.synced.has('HTTPRoute')).toBe(true));
    expect(scene.sink.keys).toEqual(['HTTPRoute ns/a']);
    expect(scene.asked.at(-1)).toBe(`/apis/${v1beta1}`);
    expect(scene.sink.statuses.map(({ state }) => state)).not.toContain('failing');
  });

  test('another one when it is served no longer, and nothing is dropped meanwhile', async () => {
    await using scene = await ClusterScene.open([v1], ['HTTPRoute'], { arrange: withRoute });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
    scene.sink.calls.length = 0;
    scene.apis.served.delete(v1);
    scene.apis.served.add(v1beta1);
    scene.apis.end(`/apis/${v1}`);
    await scene.eventually(() => expect(scene.sink.calls).toContain('endList HTTPRoute'));
    expect(scene.sink.calls.filter((call) => call !== 'flush')).toEqual([
      'beginList HTTPRoute',
      'upsert HTTPRoute ns/a',
      'endList HTTPRoute',
    ]);
  });
});

describe('a kind that is not served', () => {
  test('is absent, which is read and empty, and no other waits for it', async () => {
    await using scene = await ClusterScene.open([ingresses], ['Ingress', 'HTTPRoute']);
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')).toMatchObject({
        state: 'absent',
        reason: `${scene.server.url} serves no httproutes.${GATEWAY_API}`,
      });
      expect(scene.statusOf('Ingress')?.state).toBe('watching');
    });
    expect(scene.sink.synced).toEqual(new Set(['Ingress', 'HTTPRoute']));
    expect(scene.log.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  test('is read when it appears', async () => {
    await using scene = await ClusterScene.open([], ['HTTPRoute'], { arrange: withRoute });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('absent'));
    scene.apis.served.add(v1);
    await scene.eventually(() => expect(scene.sink.keys).toEqual(['HTTPRoute ns/a']));
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
  });

  test('is looked for every so often, by a request that costs little', async () => {
    await using scene = await ClusterScene.open([ingresses], ['HTTPRoute'], { recheckMs: 7 });
    await scene.eventually(() => expect(scene.slept.length).toBeGreaterThan(9));
    expect(new Set(scene.slept)).toEqual(new Set([7]));
    const looks = scene.server.exchanges.filter(({ path }) => path === '/apis');
    expect(looks[0]?.request.headers['if-none-match']).toBeUndefined();
    await scene.eventually(() => {
      const again = scene.server.exchanges.filter(({ response }) => response.statusCode === 304);
      expect(again.length).toBeGreaterThan(1);
    });
    expect(scene.statusOf('HTTPRoute')?.state).toBe('absent');
  });

  test('takes its names with it when it goes away', async () => {
    await using scene = await ClusterScene.open([v1], ['HTTPRoute'], { arrange: withRoute });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
    scene.apis.served.clear();
    scene.apis.end(`/apis/${v1}`);
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('absent'));
    expect(scene.sink.keys).toEqual([]);
    expect(scene.sink.calls.at(-1)).toBe('flush');
  });

  test('stays absent while the server is away, which is told', async () => {
    await using scene = await ClusterScene.open([], ['HTTPRoute']);
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('absent'));
    const { port } = new URL(scene.server.url);
    await scene.server.close();
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')?.reason).toContain('refuses connections');
    });
    expect(scene.statusOf('HTTPRoute')?.state).toBe('absent');
    expect(scene.log.lines.join('\n')).toContain('warn httproutes');
    await scene.server.listen(Number(port));
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')?.reason).not.toContain('refuses connections');
    });
  });
});

describe('a 404 that discovery does not explain', () => {
  test.each([
    [
      'discovery is forbidden',
      (apis: FakeApis) => apis.forbidden.add('/apis'),
      '/apis is forbidden',
    ],
    ['discovery is broken', (apis: FakeApis) => apis.broken.add('/apis'), '/apis is broken'],
    ['discovery has the resource', () => undefined, "doesn't serve it"],
  ])('%s: the objects stay, and the kind is failing', async (_, arrange, words) => {
    await using scene = await ClusterScene.open([v1], ['HTTPRoute'], { arrange: withRoute });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
    arrange(scene.apis);
    const { reply } = scene.server;
    scene.server.reply = (exchange) => {
      if (exchange.path.endsWith('/httproutes')) exchange.refuse(404, '', 'said a proxy');
      else reply(exchange);
    };
    scene.apis.end(`/apis/${v1}`);
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')?.state).toBe('failing');
      expect(scene.statusOf('HTTPRoute')?.reason).toContain(words);
    });
    expect(scene.sink.keys).toEqual(['HTTPRoute ns/a']);
    scene.server.reply = reply;
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
  });

  test('is told by its status where a proxy refuses without a word', async () => {
    await using scene = await ClusterScene.open([v1], ['HTTPRoute'], { arrange: withRoute });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
    scene.server.reply = (exchange) => {
      exchange.response.statusCode = exchange.path === '/apis' ? 502 : 404;
      exchange.response.end();
    };
    scene.apis.end(`/apis/${v1}`);
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')?.reason).toMatch(/\(GET \/apis\): 502 Bad Gateway$/);
    });
  });

  test('of a kind that every cluster has is a failure', async () => {
    await using scene = await ClusterScene.open([], ['Service']);
    await scene.eventually(() => expect(scene.statusOf('Service')?.state).toBe('failing'));
    expect(scene.asked).not.toContain('/apis');
  });
});

describe('a kind that is forbidden', () => {
  test('is named with the rule that is missing, and no other waits for it', async () => {
    await using scene = await ClusterScene.open([v1, ingresses], ['Ingress', 'HTTPRoute'], {
      arrange: (apis) => apis.forbidden.add('/httproutes'),
    });
    const rule = `{apiGroups: ["${GATEWAY_API}"], resources: ["httproutes"], verbs: ["list", "watch"]}`;
    await scene.eventually(() => {
      expect(scene.statusOf('HTTPRoute')?.reason).toContain(
        `cluster-wide, by a ClusterRole with the rule ${rule}`,
      );
      expect(scene.statusOf('Ingress')?.state).toBe('watching');
    });
    scene.apis.forbidden.clear();
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('watching'));
  });

  test('is absent where there is none: RBAC does not look whether there is', async () => {
    await using scene = await ClusterScene.open([ingresses], ['HTTPRoute'], {
      arrange: (apis) => apis.forbidden.add('/httproutes'),
    });
    await scene.eventually(() => expect(scene.statusOf('HTTPRoute')?.state).toBe('absent'));
  });
});
