// HTTPS records (RFC 9460) of what a cluster says of TLS: in protobuf, of an Ingress, and in JSON, of the Gateway API.

import { describe, expect } from 'vitest';
import { installCustomResources } from '../support/kube/custom-resources.ts';
import { ingress, type KubeObject, loadBalancer, service } from '../support/kube/objects.ts';
import { corefile, missing, test } from './fixtures.ts';

/** RDATA in the generic form: priority 1, the root, alpn, and the hint 192.0.2.LAST. */
const h2 = (last: number): string => rdata('00010003026832', last);
const h3 = (last: number): string => rdata('00010006026833026832', last);
const rdata = (alpn: string, last: number): string => {
  const octets = `000100${alpn}00040004c00002${last.toString(16).padStart(2, '0')}`;
  return `\\# ${octets.length / 2} ${octets}`;
};

const asking = (object: KubeObject, https: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { 'coredns.io/https': https } },
});

const gatewayApi = (kind: string, name: string, spec: object): KubeObject => ({
  ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind, spec },
  metadata: { name, namespace: 'default' },
});

const LISTENERS = [
  { name: 'http', protocol: 'HTTP', port: 80 },
  { name: 'https', protocol: 'HTTPS', port: 443, tls: { mode: 'Terminate' } },
];
const STATUS = { addresses: [{ type: 'IPAddress', value: '192.0.2.4' }] };
const GATEWAY: KubeObject = {
  ...gatewayApi('Gateway', 'edge', { gatewayClassName: 'edge', listeners: LISTENERS }),
  status: STATUS,
};
const routeOf = (name: string, sectionName: string): KubeObject =>
  gatewayApi('HTTPRoute', name, {
    hostnames: [`${name}.example.com`],
    parentRefs: [{ name: 'edge', sectionName }],
  });

describe.skipIf(missing)('HTTPS records', () => {
  test('are those of hosts for which TLS ends, and follow what says so', async ({
    ownCluster,
    serve,
  }) => {
    const { admin, kubeconfig } = ownCluster.apiServer;
    await installCustomResources(admin);
    const plain = ingress('default/web', ['web.example.com', 'plain.example.com'], ['192.0.2.1']);
    const web = { ...plain, spec: { ...plain.spec, tls: [{ hosts: ['web.example.com'] }] } };
    await admin.create(web);
    await admin.create(GATEWAY);
    await admin.create(routeOf('route', 'https'));
    await admin.create(routeOf('clear', 'http'));
    const text = corefile('example.com', kubeconfig, {
      resources: 'Ingress Service HTTPRoute',
    }).replace('ttl 10', 'ttl 10\n    httpsRecords all');
    const { server, asker } = await serve(text);
    await server.event('synced');
    expect(await asker.answer('web.example.com. HTTPS')).toBe(h2(1));
    expect(await asker.answer('plain.example.com. HTTPS')).toBe('NODATA');
    expect(await asker.answer('route.example.com. HTTPS')).toBe(h2(4));
    expect(await asker.answer('clear.example.com. HTTPS')).toBe('NODATA');

    await admin.setStatus({ ...web, status: loadBalancer(['192.0.2.2']) });
    await asker.becomes('web.example.com. HTTPS', h2(2));
    expect(await asker.answer('web.example.com. A')).toBe('192.0.2.2');
    await admin.patch(web, { spec: { tls: null } });
    await asker.becomes('web.example.com. HTTPS', 'NODATA');

    await admin.patch(GATEWAY, { metadata: { annotations: { 'coredns.io/https': 'alpn=h3,h2' } } });
    await asker.becomes('route.example.com. HTTPS', h3(4));
    const programmed = { type: 'Programmed', status: 'False', reason: 'Invalid' };
    const status = {
      ...STATUS,
      listeners: [{ name: 'https', conditions: [programmed] }],
    };
    await admin.setStatus({ ...GATEWAY, status });
    await asker.becomes('route.example.com. HTTPS', 'NODATA');
    expect(await asker.answer('route.example.com. A')).toBe('192.0.2.4');
  });

  test('are those that annotations ask for, where the Corefile says nothing', async ({
    admin,
    kube,
    namespace,
    serve,
    zone,
  }) => {
    const host = ingress(`${namespace}/web`, [`www.${zone}`], ['192.0.2.1']);
    const tls = { ...host, spec: { ...host.spec, tls: [{ hosts: [`www.${zone}`] }] } };
    await admin.create(tls);
    await admin.create(asking(service(`${namespace}/db`, ['192.0.2.5']), 'alpn=h3,h2'));
    const { server, asker } = await serve(corefile(zone, kube.kubeconfig));
    await server.event('synced');
    expect(await asker.answer(`www.${zone}. HTTPS`)).toBe('NODATA');
    expect(await asker.answer(`db.${namespace}.${zone}. HTTPS`)).toBe(h3(5));

    await admin.patch(tls, { metadata: { annotations: { 'coredns.io/https': 'on' } } });
    await asker.becomes(`www.${zone}. HTTPS`, h2(1));
    await admin.patch(tls, { metadata: { annotations: { 'coredns.io/https': 'alpn=' } } });
    await asker.becomes(`www.${zone}. HTTPS`, 'NODATA');
    expect(server.transcript()).toContain(
      `Ingress ${namespace}/web: \\"alpn=\\" in its https annotation can't be used`,
    );
  });
});
