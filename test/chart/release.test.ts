// A release as Helm itself makes, changes and removes it in a real API server.

import { randomBytes } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { KubeClient } from '../support/kube/client.ts';
import { install, LEAST, missing, uninstall } from './chart.ts';

const kube = inject('kube');
const CORE = '/api/v1/namespaces';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

describe.skipIf(missing ?? kube.missing)('helm', () => {
  test('installs, upgrades to Roles and back, and leaves nothing behind', async () => {
    if (kube.missing !== undefined) throw new Error(kube.missing);
    const admin = new KubeClient(kube.url, kube.ca, kube.token);
    const id = randomBytes(4).toString('hex');
    const release = { name: 'seamark', namespace: `dns-${id}` };
    await admin.createNamespace(release.namespace);
    const here = `namespaces/${release.namespace}`;
    const collections = [
      `/apis/apps/v1/${here}/deployments`,
      `${CORE}/${release.namespace}/services`,
      `${CORE}/${release.namespace}/configmaps`,
      `${CORE}/${release.namespace}/serviceaccounts`,
      `/apis/policy/v1/${here}/poddisruptionbudgets`,
      `${RBAC}/${here}/roles`,
      `${RBAC}/${here}/rolebindings`,
      `${RBAC}/clusterroles`,
      `${RBAC}/clusterrolebindings`,
    ];
    /** What there is of the release, as `roles seamark`. */
    const found = async (): Promise<readonly string[]> => {
      const lists = await Promise.all(collections.map((path) => admin.list(path)));
      return lists.flatMap(({ items }, i) =>
        items
          .map(({ metadata: { name } }) => name)
          .filter((name) => name === 'seamark' || name.startsWith(`${release.namespace}-`))
          .map((name) => `${collections[i]?.split('/').at(-1)} ${name}`),
      );
    };
    const always = ['configmaps seamark', 'deployments seamark', 'poddisruptionbudgets seamark'];
    always.push('serviceaccounts seamark', 'services seamark');
    const clusterRole = `${release.namespace}-seamark`;
    const everywhere = [`clusterrolebindings ${clusterRole}`, `clusterroles ${clusterRole}`];

    const said = await install(LEAST, release, kube.kubeconfig);
    expect(said).toContain('Seamark answers for example.com from Ingress, Service.');
    expect([...(await found())].sort()).toEqual([...always, ...everywhere].sort());

    const namespaces = [release.namespace];
    await install({ ...LEAST, namespaces }, release, kube.kubeconfig);
    const within = ['rolebindings seamark', 'roles seamark'];
    expect([...(await found())].sort()).toEqual([...always, ...within].sort());

    await install({ ...LEAST, containerPort: 5353 }, release, kube.kubeconfig);
    expect([...(await found())].sort()).toEqual([...always, ...everywhere].sort());

    await uninstall(release, kube.kubeconfig);
    expect(await found()).toEqual([]);
    admin.close();
  });

  test('takes TCP away and brings it back with --force, and not without', async () => {
    if (kube.missing !== undefined) throw new Error(kube.missing);
    const admin = new KubeClient(kube.url, kube.ca, kube.token);
    const release = { name: 'seamark', namespace: `dns-${randomBytes(4).toString('hex')}` };
    await admin.createNamespace(release.namespace);
    const addresses = new Set<string>();
    const protocols = async (): Promise<readonly string[]> => {
      const { items } = await admin.list(`${CORE}/${release.namespace}/services`);
      const [spec] = items.map((item) => item.spec as ServiceSpec);
      addresses.add(spec?.clusterIP ?? '');
      return (spec?.ports ?? []).map(({ protocol }) => protocol);
    };
    const udp = { ...LEAST, service: { useTcp: false } };
    await install(LEAST, release, kube.kubeconfig);
    // A patch knows ports by their number alone, and here are two of one number.
    await expect(install(udp, release, kube.kubeconfig)).rejects.toThrow('spec.ports');
    await install(udp, release, kube.kubeconfig, '--force');
    expect(await protocols()).toEqual(['UDP']);
    await install(LEAST, release, kube.kubeconfig);
    expect(await protocols()).toEqual(['UDP']);
    await install(LEAST, release, kube.kubeconfig, '--force');
    expect(await protocols()).toEqual(['UDP', 'TCP']);
    expect(addresses.size).toBe(1);
    await uninstall(release, kube.kubeconfig);
    admin.close();
  });
});

interface ServiceSpec {
  readonly clusterIP: string;
  readonly ports: readonly { readonly protocol: string }[];
}
