// Credentials and permissions: what waiting can mend is waited for, the rest ends the server.

import { describe, expect } from 'vitest';
import type { KubeClient } from '../support/kube/client.ts';
import { CONTEXTS, INGRESS_READER } from '../support/kube/kubeconfig.ts';
import { ingress, readerRole, roleBinding, service } from '../support/kube/objects.ts';
import { isComplaint, type SeamarkServer } from '../support/server.ts';
import { corefile, missing, test } from './fixtures.ts';

describe.skipIf(missing)('access to the API server', () => {
  test('with a token that is refused is tried again until it is let in', async ({
    ownCluster,
    serve,
  }) => {
    const { apiServer } = ownCluster;
    await apiServer.admin.createNamespace('web');
    await apiServer.admin.create(ingress('web/one', ['www.example.com'], ['192.0.2.1']));

    const { server, asker } = await serve(
      corefile('example.com', apiServer.kubeconfig, { context: CONTEXTS.refused }),
    );
    await server.line(
      'a warning that the token is refused',
      (line) => isComplaint(line) && /\b401\b|unauthorized|token|credentials/i.test(line.msg),
    );
    expect(await asker.answer('www.example.com. A')).toBe('SERVFAIL EDE 14');

    await apiServer.kill();
    await apiServer.admitStranger();
    await apiServer.start();
    await asker.becomes('www.example.com. A', '192.0.2.1');
  });

  test('at a port where nothing listens is waited for', async ({ kube, serve, zone }) => {
    const { server, asker } = await serve(
      corefile(zone, kube.kubeconfig, { context: CONTEXTS.dead }),
    );

    await server.line(
      'a warning that says where nobody listens',
      (line) => isComplaint(line) && line.msg.includes('127.0.0.1:1'),
    );

    expect(await asker.answer(`www.${zone}. A`)).toBe('SERVFAIL EDE 14');
  });

  test('that RBAC limits to Ingresses serves these, and names the rule that is missing', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    await admin.create(ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']));
    await admin.create(service(`${namespace}/web`, ['192.0.2.2']));
    await allow(admin, `${namespace}-ingresses`, 'networking.k8s.io', 'ingresses');

    const { server, asker } = await serve(
      corefile(zone, kube.kubeconfig, { context: CONTEXTS.ingressReader }),
    );
    await asker.becomes(`www.${zone}. A`, '192.0.2.1');
    await server.line(
      'a warning that names the missing rule',
      (line) => isComplaint(line) && /\blist\b.*\bservices\b/.test(line.msg),
    );

    await allow(admin, `${namespace}-services`, '', 'services');
    await asker.becomes(`web.${namespace}.${zone}. A`, '192.0.2.2');
  });

  test('by a context that is not in the kubeconfig ends the server with status 1', async ({
    kube,
    launch,
    zone,
  }) => {
    const server = await launch(corefile(zone, kube.kubeconfig, { context: 'elsewhere' }));

    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(complaints(server)).toEqual([expect.stringContaining('elsewhere')]);
    expect(complaints(server)).toEqual([expect.stringContaining(kube.kubeconfig)]);
  });

  test('by a kubeconfig that is not there ends the server with status 1', async ({
    kube,
    launch,
    zone,
  }) => {
    const absent = `${kube.kubeconfig}.absent`;

    const server = await launch(corefile(zone, absent));

    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(complaints(server)).toEqual([expect.stringContaining(absent)]);
  });
});

/** Warnings, errors, and whatever was written beside the log. */
const complaints = ({ log, plainLines }: SeamarkServer): readonly string[] => [
  ...log.filter(isComplaint).map(({ msg }) => msg),
  ...plainLines,
];

/** Lets the user INGRESS_READER read one kind in all namespaces. */
const allow = async (
  admin: KubeClient,
  name: string,
  apiGroup: string,
  resource: string,
): Promise<void> => {
  await admin.create(readerRole(name, apiGroup, resource));
  await admin.create(roleBinding(name, INGRESS_READER));
};
