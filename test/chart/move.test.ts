// docs/moving-from-coredns.md, step by step: the real plugin, with the Corefile and the account that its chart makes,
// and Seamark with what its own chart makes of the same values, on one real API server.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { Asker } from '../cluster/asker.ts';
import { PluginServer } from '../peer/plugin-server.ts';
import { Command } from '../server/harness/command.ts';
import { KubeClient } from '../support/kube/client.ts';
import {
  collectionPath,
  type Ingress,
  ingress,
  type KubeObject,
  service,
} from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { missing, only, type Rendered, render, type Values } from './chart.ts';

const kube = inject('kube');
const PLUGIN = process.env['SEAMARK_PEER'] ?? '';
const without =
  missing ??
  kube.missing ??
  (existsSync(PLUGIN) ? undefined : 'SEAMARK_PEER names no CoreDNS with the k8s_gateway plugin');

/** Where the old installation is, and the new one. */
const NAMESPACE = 'dns-move';
const ZONE = 'move.example.com';

/** `helm get values` of the old release: whatever is not in it is the default of its chart. */
const VALUES: Values = { domain: ZONE, ttl: 60 };

/** What the plugin's chart 3 makes of these values, but for ports, addresses and the kubeconfig. */
const oldCorefile = (port: string, kubeconfig: string, http: readonly number[]): string => `
.:${port} {
    bind 127.0.0.1
    k8s_gateway ${ZONE} {
      apex exdns-k8s-gateway.${NAMESPACE}
      ttl 60
      resources Ingress Service
      kubeconfig ${kubeconfig}
    }
    log
    errors
    health 127.0.0.1:${http[0]} {
      lameduck 5s
    }
    ready 127.0.0.1:${http[1]}
    prometheus 127.0.0.1:${http[2]}
    forward . /etc/resolv.conf
    loop
    reload
    loadbalance
}
`;

/** The account of the plugin's chart, and what it may read. */
const OLD_ACCOUNT: readonly KubeObject[] = [
  {
    ...{ apiVersion: 'v1', kind: 'ServiceAccount' },
    metadata: { name: 'exdns-k8s-gateway', namespace: NAMESPACE },
  },
  {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
    metadata: { name: 'exdns-k8s-gateway' },
    rules: [
      { apiGroups: [''], resources: ['services', 'namespaces'], verbs: ['list', 'watch'] },
      {
        apiGroups: ['extensions', 'networking.k8s.io'],
        ...{ resources: ['ingresses'], verbs: ['list', 'watch'] },
      },
      {
        apiGroups: ['discovery.k8s.io'],
        ...{ resources: ['endpointslices'], verbs: ['list', 'watch'] },
      },
      {
        apiGroups: ['apiextensions.k8s.io'],
        ...{ resources: ['customresourcedefinitions'], verbs: ['get', 'list', 'watch'] },
      },
    ],
  } as KubeObject,
  {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
    metadata: { name: 'exdns-k8s-gateway' },
    roleRef: {
      ...{ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
      name: 'exdns-k8s-gateway',
    },
    subjects: [{ kind: 'ServiceAccount', name: 'exdns-k8s-gateway', namespace: NAMESPACE }],
  } as KubeObject,
];

/** What an edge has: hosts, a wildcard, one that waits for its load balancer, and the old release's own Service. */
const OBJECTS: readonly (Ingress | KubeObject)[] = [
  ingress(`${NAMESPACE}/shop`, [`shop.${ZONE}`, `www.shop.${ZONE}`], ['192.0.2.1', '2001:db8::1']),
  ingress(`${NAMESPACE}/apps`, [`*.apps.${ZONE}`], ['192.0.2.2']),
  ingress(`${NAMESPACE}/soon`, [`soon.${ZONE}`], []),
  service(`${NAMESPACE}/mail`, ['192.0.2.3']),
  service(`${NAMESPACE}/exdns-k8s-gateway`, ['192.0.2.53']),
];

describe.skipIf(without)('the move', () => {
  test('goes as the page says, and back', async () => {
    if (kube.missing !== undefined) throw new Error(kube.missing);
    const admin = new KubeClient(kube.url, kube.ca, kube.token);
    await using opened = new AsyncDisposableStack();
    opened.defer(() => admin.close());
    const folder = await mkdtemp(join(tmpdir(), 'seamark-move-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    await admin.create({
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { name: NAMESPACE },
    });
    for (const object of [...OLD_ACCOUNT, ...OBJECTS]) await admin.create(object);

    // The old installation.
    const oldAccess = join(folder, 'old-kubeconfig');
    await writeFile(oldAccess, await kubeconfigFor(admin, OLD_ACCOUNT[0] as KubeObject));
    const http = await freePorts(3);
    const oldText = oldCorefile('{$PORT}', oldAccess, http);
    const plugin = opened.use(await PluginServer.start(PLUGIN, oldText));
    const old = opened.use(await Asker.open(plugin.endpoint, () => ''));
    await old.becomes(`shop.${ZONE}. A`, '192.0.2.1');

    // 1. Check the Corefile.
    const config = join(folder, 'Corefile');
    await writeFile(config, oldCorefile('1053', oldAccess, http));
    const checked = await seamark('check', '--config', config);
    expect(checked).toMatchObject({ code: 0, stderr: [] });
    expect(checked.stdout).toContain('\nchanged     ');
    expect(checked.stdout).toMatch(/^notice .*forward/m);

    // 2. Run beside: the chart takes the values as they are, and its account reads what there is to read.
    const objects = await render(
      {
        ...VALUES,
        image: { registry: 'registry.example.com', repository: 'edge/seamark' },
        apex: `exdns-k8s-gateway.${NAMESPACE}`,
      },
      { name: 'seamark', namespace: NAMESPACE },
    );
    for (const object of objects) await admin.create(object);
    const access = join(folder, 'kubeconfig');
    await writeFile(access, await kubeconfigFor(admin, only(objects, 'ServiceAccount')));
    const port = await freePort();
    await writeFile(config, oldCorefile(String(port), access, await freePorts(3)));
    const beside = opened.use(new Command(['serve', '--config', config]));
    await beside.ready();

    // 3. Compare: what differs has its row, for certain.
    const other = `127.0.0.1:${plugin.endpoint.port}`;
    const compared = await seamark('compare', '--config', config, '--with', other);
    expect(compared).toMatchObject({ code: 0, stderr: [] });
    expect(compared.stdout).toContain('every difference has its row in docs/differences.md');
    expect(compared.stdout).toMatch(/^D12/m);

    // 4. Switch: the selector that the page gives the old Service finds Seamark's pods, by their ports' names.
    const page = await readFile(
      new URL('../../docs/moving-from-coredns.md', import.meta.url),
      'utf8',
    );
    expect(labelsOf(only(objects, 'Deployment'))).toMatchObject(selectorIn(page));
    expect(portNamesOf(only(objects, 'Deployment'))).toEqual(
      expect.arrayContaining(['dns-udp', 'dns-tcp']),
    );
    const now = opened.use(await Asker.open({ host: '127.0.0.1', port }, () => ''));
    for (const asker of [old, now]) {
      expect(await asker.answer(`shop.${ZONE}. AAAA`)).toBe('2001:db8::1');
      expect(await asker.answer(`any.apps.${ZONE}. A`)).toBe('192.0.2.2');
      expect(await asker.answer(`mail.${NAMESPACE}.${ZONE}. A`)).toBe('192.0.2.3');
      expect(await asker.answer(`${ZONE}. NS`)).toBe(`exdns-k8s-gateway.${NAMESPACE}.${ZONE}.`);
    }

    // Back: the plugin has read on meanwhile.
    await admin.create(ingress(`${NAMESPACE}/late`, [`late.${ZONE}`], ['192.0.2.9']));
    for (const asker of [now, old]) await asker.becomes(`late.${ZONE}. A`, '192.0.2.9');

    // 5. Remove the old release: its account goes, and Seamark has no need of it.
    await plugin[Symbol.asyncDispose]();
    for (const object of OLD_ACCOUNT) await admin.delete(object);
    await admin.create(ingress(`${NAMESPACE}/later`, [`later.${ZONE}`], ['192.0.2.10']));
    await now.becomes(`later.${ZONE}. A`, '192.0.2.10');
  });
});

const freePorts = async (count: number): Promise<number[]> =>
  await Promise.all(Array.from({ length: count }, () => freePort()));

const seamark = async (...args: readonly string[]) => {
  await using command = new Command(args);
  return await command.outcome();
};

/** As a pod would connect, from outside: with a token that the API server gives for the account. */
const kubeconfigFor = async (admin: KubeClient, account: KubeObject): Promise<string> => {
  if (kube.missing !== undefined) throw new Error(kube.missing);
  const path = `${collectionPath(account)}/${account.metadata.name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { status } = (await admin.request('POST', path, request)) as { status: { token: string } };
  const authority = Buffer.from(kube.ca).toString('base64');
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'pod' },
    clusters: [
      { name: 'here', cluster: { server: kube.url, 'certificate-authority-data': authority } },
    ],
    users: [{ name: 'account', user: { token: status.token } }],
    contexts: [{ name: 'pod', context: { cluster: 'here', user: 'account' } }],
  });
};

/** What the page's patch puts into the old Service. */
const selectorIn = (page: string): Record<string, string> => {
  const patch = /-p '(\[.*?\])'/s.exec(page)?.[1] ?? '[]';
  const [{ value }] = JSON.parse(patch) as [{ value: Record<string, string> }];
  return value;
};

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly { readonly ports: readonly { readonly name: string }[] }[];
  };
}

const templateOf = ({ spec }: Rendered): PodTemplate =>
  (spec as { template: PodTemplate }).template;
const labelsOf = (deployment: Rendered): object => templateOf(deployment).metadata.labels;
const portNamesOf = (deployment: Rendered): string[] =>
  templateOf(deployment).spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name));
