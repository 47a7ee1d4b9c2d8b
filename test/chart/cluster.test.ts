// The rendered objects in a real API server: taken as they are, and read by with the account that they make.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, beforeAll, describe, expect, inject } from 'vitest';
import { Asker } from '../cluster/asker.ts';
import { KubeClient, KubeError } from '../support/kube/client.ts';
import { installCustomResources } from '../support/kube/custom-resources.ts';
import { collectionPath, type KubeObject } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { isComplaint, SeamarkServer } from '../support/server.ts';
import { corefileOf, LEAST, missing, only, type Rendered, render, type Values } from './chart.ts';
import { COMBINATIONS, OF_THE_PLUGIN } from './combinations.ts';
import { ADDRESS, NAMES, objectsOfEveryKind } from './every-kind.ts';
import { SERVICE_MONITOR_DEFINITION } from './service-monitor.ts';

const kube = inject('kube');
const ADMISSION = 'pod-security.kubernetes.io/enforce';

const administrator = (): KubeClient => {
  if (kube.missing !== undefined) throw new Error(kube.missing);
  return new KubeClient(kube.url, kube.ca, kube.token);
};

const createNamespace = (admin: KubeClient, name: string, level = 'restricted'): Promise<void> =>
  admin.create({
    ...{ apiVersion: 'v1', kind: 'Namespace' },
    metadata: { name, labels: { [ADMISSION]: level } },
  });

/** Creates an object; a member that its kind doesn't have is an error, and with `dryRun` nothing is kept. */
const submit = (admin: KubeClient, object: KubeObject, dryRun = false): Promise<unknown> => {
  const search = new URLSearchParams({ fieldValidation: 'Strict' });
  if (dryRun) search.set('dryRun', 'All');
  return admin.request('POST', `${collectionPath(object)}?${search}`, object);
};

/** A pod as the Deployment's controller would make it, which isn't there to do so. */
const podOf = ({ metadata, spec }: Rendered): KubeObject => {
  const { template } = spec as { template: { metadata: object; spec: object } };
  const { name, namespace = '' } = metadata;
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: { ...template.metadata, namespace, name },
    spec: template.spec,
  };
};

beforeAll(async () => {
  if (kube.missing !== undefined) return;
  const admin = administrator();
  await installCustomResources(admin);
  await admin.create(SERVICE_MONITOR_DEFINITION);
  for (const name of ['dns', 'shop', 'blog']) await createNamespace(admin, name);
  await createNamespace(admin, 'dns-on-nodes', 'privileged');
  admin.close();
});

describe.skipIf(missing ?? kube.missing)('the API server', () => {
  test.for(Object.entries({ ...COMBINATIONS, ...OF_THE_PLUGIN }))(
    'takes every object, and the pods under the Pod Security Standard restricted: %s',
    async ([name, values]) => {
      const admin = administrator();
      const image = { ...LEAST.image, ...(values['image'] as object | undefined) };
      const onNodes = 'hostNetwork' in values;
      const namespace = onNodes ? 'dns-on-nodes' : 'dns';
      const objects = await render({ ...LEAST, ...values, image }, { namespace });
      const pod = podOf(only(objects, 'Deployment'));
      for (const object of [...objects, pod]) await submit(admin, object, true);
      if (onNodes) {
        const restricted = { ...pod, metadata: { ...pod.metadata, namespace: 'dns' } };
        await expect(submit(admin, restricted, true), name).rejects.toThrow('PodSecurity');
      }
      admin.close();
    },
  );

  test('would refuse a pod with more rights', async () => {
    const admin = administrator();
    const securityContext = { capabilities: { add: ['NET_ADMIN'] } };
    const objects = await render({ ...LEAST, securityContext });
    const pod = podOf(only(objects, 'Deployment'));
    await expect(submit(admin, pod, true)).rejects.toThrow('unrestricted capabilities');
    admin.close();
  });

  test('would refuse a member that a kind does not have', async () => {
    const admin = administrator();
    const extraVolumes = [{ name: 'a', emptyDirectory: {} }];
    const objects = await render({ ...LEAST, extraVolumes });
    const deployment = only(objects, 'Deployment');
    await expect(submit(admin, deployment, true)).rejects.toThrow('unknown field');
    admin.close();
  });
});

interface Installed {
  readonly server: SeamarkServer;
  readonly asker: Asker;
  /** Whom the release's ServiceAccount is. */
  readonly account: KubeClient;
  readonly zone: string;
  readonly namespace: string;
  /** Where objects are, beside the release's own namespace. */
  readonly others: readonly [string, string];
}

interface Fixtures {
  readonly admin: KubeClient;
  /**
   * Makes what a release makes, its load balancer's address included, and objects of every kind in two other
   * namespaces; and runs a server with the Corefile and the account of that release.
   */
  readonly install: (values: Values) => Promise<Installed>;
}

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to see what is used
  admin: async ({}, use) => {
    const admin = administrator();
    await use(admin);
    admin.close();
  },
  install: async ({ admin }, use) => {
    await using opened = new AsyncDisposableStack();
    await use(async (given) => {
      const id = randomBytes(4).toString('hex');
      const zone = `${id}.example.com`;
      const namespace = `dns-${id}`;
      const others = [`shop-${id}`, `blog-${id}`] as const;
      for (const name of [namespace, ...others]) await createNamespace(admin, name);
      for (const other of others) {
        for (const object of objectsOfEveryKind(other, zone)) {
          await admin.create(object).catch(unlessItIsThere);
        }
      }
      const folder = await mkdtemp(join(tmpdir(), 'seamark-chart-'));
      opened.defer(() => rm(folder, { recursive: true }));
      const kubeconfig = join(folder, 'kubeconfig');
      const objects = await render(
        {
          ...{ ...LEAST, domain: zone, containerPort: await freePort() },
          // The endpoints have fixed ports, which another test may use.
          extraZonePlugins: [{ name: 'errors' }, { name: 'bind', parameters: '127.0.0.1' }],
          ...JSON.parse(JSON.stringify(given).replaceAll('$ID', id)),
          extraGatewayOptions: [`kubeconfig ${kubeconfig}`],
        },
        { name: `edge-${id}`, namespace },
      );
      for (const object of objects) await submit(admin, object);
      await admin.setStatus({
        ...only(objects, 'Service'),
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.53' }] } },
      });
      const token = await tokenOf(admin, only(objects, 'ServiceAccount'));
      await writeFile(kubeconfig, kubeconfigOf(token));
      const server = opened.use(await SeamarkServer.start(corefileOf(objects)));
      const evidence = (): string => server.transcript();
      const asker = opened.use(await Asker.open(await server.endpoint(), evidence));
      const account = new KubeClient(urlAndCa().url, urlAndCa().ca, token);
      opened.defer(() => account.close());
      return { server, asker, account, zone, namespace, others };
    });
  },
});

const urlAndCa = (): { readonly url: string; readonly ca: string } => {
  if (kube.missing !== undefined) throw new Error(kube.missing);
  return kube;
};

/** Nodes lie in no namespace: the second of two finds it. */
const unlessItIsThere = (error: unknown): void => {
  if (!(error instanceof KubeError) || error.status !== 409) throw error;
};

/** A token as a pod has one: the kubelet asks for it in this way. */
const tokenOf = async (admin: KubeClient, account: Rendered): Promise<string> => {
  const path = `${collectionPath(account)}/${account.metadata.name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { status } = (await admin.request('POST', path, request)) as { status: { token: string } };
  return status.token;
};

const kubeconfigOf = (token: string): string => {
  const { url, ca } = urlAndCa();
  const authority = Buffer.from(ca).toString('base64');
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'pod' },
    clusters: [{ name: 'here', cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name: 'account', user: { token } }],
    contexts: [{ name: 'pod', context: { cluster: 'here', user: 'account' } }],
  });
};

const EVERY_KIND = [
  ...['Ingress', 'Service', 'HTTPRoute', 'TLSRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute'],
  ...['DNSEndpoint', 'Node'],
];

describe.skipIf(missing ?? kube.missing)('the account of a release', () => {
  test('sees every kind everywhere, by a ClusterRole', async ({ install }) => {
    const { server, asker, zone, namespace, others } = await install({
      watchedResources: EVERY_KIND,
    });
    await server.event('synced');
    for (const other of others) {
      for (const name of NAMES) await asker.becomes(`${name}.${other}.${zone}. A`, ADDRESS);
    }
    await asker.becomes(`node.${zone}. A`, ADDRESS);
    const nameServer = `${namespace.replace('dns-', 'edge-')}-seamark.${namespace}.${zone}.`;
    expect(await asker.answer(`${zone}. NS`)).toBe(nameServer);
    expect(await asker.answer(`${nameServer} A`)).toBe('192.0.2.53');
    expect(server.log.filter(isComplaint)).toEqual([]);
  });

  test('sees what lies in the namespaces that are given, by Roles, and Nodes', async ({
    install,
  }) => {
    const { server, asker, zone, namespace, others } = await install({
      watchedResources: EVERY_KIND,
      namespaces: ['shop-$ID'],
    });
    await server.event('synced');
    const [within, without] = others;
    for (const name of NAMES) {
      await asker.becomes(`${name}.${within}.${zone}. A`, ADDRESS);
      expect(await asker.answer(`${name}.${without}.${zone}. A`)).toBe('NXDOMAIN');
    }
    await asker.becomes(`node.${zone}. A`, ADDRESS);
    const nameServer = await asker.answer(`${zone}. NS`);
    expect(nameServer).toContain(namespace);
    expect(await asker.answer(`${nameServer} A`)).toBe('192.0.2.53');
    expect(server.log.filter(isComplaint)).toEqual([]);
  });

  test.for([...EVERY_KIND])(
    'sees %s alone, where nothing else is watched, and its name server',
    async (kind, { install }) => {
      const { server, asker, zone, account, others } = await install({ watchedResources: [kind] });
      await server.event('synced');
      const [other] = others;
      const names =
        kind === 'Node' ? ['node'] : NAMES.filter((name) => name.startsWith(nameOf(kind)));
      expect(names).not.toEqual([]);
      for (const name of names) {
        const whole = kind === 'Node' ? name : `${name}.${other}`;
        await asker.becomes(`${whole}.${zone}. A`, ADDRESS);
      }
      expect(await asker.answer(`${await asker.answer(`${zone}. NS`)} A`)).toBe('192.0.2.53');
      expect(server.log.filter(isComplaint)).toEqual([]);
      for (const [path, reader] of Object.entries(COLLECTIONS)) {
        const readers =
          reader === 'Route' ? EVERY_KIND.filter((k) => k.endsWith(reader)) : [reader];
        const reading = account.list(path);
        if (readers.includes(kind)) await reading;
        else await expect(reading, path).rejects.toMatchObject({ status: 403 });
      }
    },
  );
});

const nameOf = (kind: string): string => kind.toLowerCase();

/** Collections, and the kind that has them read; '': none. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  '/apis/networking.k8s.io/v1/ingresses': 'Ingress',
  '/api/v1/services': 'Service',
  '/apis/discovery.k8s.io/v1/endpointslices': 'Service',
  '/apis/gateway.networking.k8s.io/v1/gateways': 'Route',
  '/apis/gateway.networking.k8s.io/v1/listenersets': 'Route',
  '/apis/gateway.networking.k8s.io/v1/httproutes': 'HTTPRoute',
  '/apis/gateway.networking.k8s.io/v1/tlsroutes': 'TLSRoute',
  '/apis/gateway.networking.k8s.io/v1/grpcroutes': 'GRPCRoute',
  '/apis/gateway.networking.k8s.io/v1/tcproutes': 'TCPRoute',
  '/apis/gateway.networking.k8s.io/v1/udproutes': 'UDPRoute',
  '/apis/externaldns.k8s.io/v1alpha1/dnsendpoints': 'DNSEndpoint',
  '/api/v1/nodes': 'Node',
  '/api/v1/secrets': '',
  '/api/v1/configmaps': '',
  '/api/v1/pods': '',
  '/api/v1/namespaces': '',
};
