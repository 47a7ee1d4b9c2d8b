// Several server blocks: each port answers from the view of its own zones, and from no other's.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Asker } from '../cluster/asker.ts';
import { parseMessage, query, TcpClient, UdpClient } from '../support/dns/index.ts';
import { ingress, service } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { Manifests, test, WWW } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const ORG = ingress('web/org', ['www.example.org'], ['192.0.2.3']);

test('different zones on different ports', async ({ folder, manifests, serve, asker }) => {
  const org = new Manifests(join(folder, 'org'));
  await mkdir(org.path);
  await org.write('org.json', ORG);
  const server = await serve(`
.:${await freePort()} {
  bind 127.0.0.1
  k8s_gateway example.com {
    manifests ${manifests.path}
  }
}
example.org:${await freePort()} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${org.path}
  }
}
`);
  await server.event('synced', 2);
  const [com, other] = (await Promise.all(
    (await server.endpoints()).map((endpoint) => asker(endpoint, server)),
  )) as [Asker, Asker];
  expect(await com.answer('www.example.com. A')).toBe('192.0.2.1');
  expect(await com.answer('www.example.org. A')).toMatch(/^REFUSED/);
  expect(await other.answer('www.example.org. A')).toBe('192.0.2.3');
  expect(await other.answer('www.example.com. A')).toMatch(/^REFUSED/);
  await org.write('org.json', ingress('web/org', ['www.example.org'], ['192.0.2.4']));
  await other.becomes('www.example.org. A', '192.0.2.4');
  expect(await com.answer('www.example.com. A')).toBe('192.0.2.1');
});

test('the same zone on two ports, with another TTL and other kinds', async ({
  manifests,
  serve,
  asker,
}) => {
  await manifests.write('lb.json', service('web/lb', ['192.0.2.5']));
  const admin = await freePort();
  const server = await serve(`
.:${await freePort()} {
  bind 127.0.0.1
  prometheus 127.0.0.1:${admin}
  k8s_gateway example.com {
    manifests ${manifests.path}
    resources Ingress
    ttl 10
  }
}
.:${await freePort()} {
  bind 127.0.0.1
  k8s_gateway example.com {
    manifests ${manifests.path}
    resources Service
    ttl 300
  }
}
`);
  await server.event('synced', 2);
  const [ingresses, services] = (await Promise.all(
    (await server.endpoints()).map((endpoint) => asker(endpoint, server)),
  )) as [Asker, Asker];
  expect(await ingresses.answer('www.example.com. A')).toBe('192.0.2.1');
  expect(await ingresses.answer('lb.web.example.com. A')).toBe('NXDOMAIN');
  expect(await services.answer('www.example.com. A')).toBe('NXDOMAIN');
  expect(await services.answer('lb.web.example.com. A')).toBe('192.0.2.5');
  expect(await ttl(ingresses, 'www.example.com. A')).toBe(10);
  expect(await ttl(services, 'lb.web.example.com. A')).toBe(300);

  // Each is told apart by where it is served.
  const places = (await server.endpoints()).map(({ host, port }) => `${host}:${port}`);
  const { zones } = (await (await fetch(`http://127.0.0.1:${admin}/status`)).json()) as {
    zones: readonly { zone: string; listeners: readonly string[] }[];
  };
  expect(zones.map(({ zone, listeners }) => [zone, ...listeners])).toEqual(
    places.map((place) => ['example.com.', place]),
  );
  const series = [...(await metrics(admin)).keys()].filter((one) => one.includes('zone_serial'));
  expect(series).toEqual(
    places.map((place) => `seamark_zone_serial{zone="example.com.",listeners="${place}"}`),
  );
});

test('several blocks on one port share it', async ({ folder, manifests, serve, asker }) => {
  const org = new Manifests(join(folder, 'org'));
  await mkdir(org.path);
  await org.write('org.json', ORG);
  await manifests.write('www.json', WWW);
  const port = await freePort();
  const block = (zone: string, path: string) => `
${zone}:${port} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${path}
  }
}
`;
  const server = await serve(block('example.com', manifests.path) + block('example.org', org.path));
  const endpoints = await server.endpoints();
  expect(endpoints).toEqual([{ host: '127.0.0.1', port }]);
  const client = await asker({ host: '127.0.0.1', port }, server);
  await client.becomes('www.example.com. A', '192.0.2.1');
  await client.becomes('www.example.org. A', '192.0.2.3');
  expect(await client.answer('www.example.net. A')).toMatch(/^REFUSED/);
});

const ttl = async (client: Asker, question: string): Promise<number | undefined> =>
  (await client.ask(question)).answer[0]?.ttl;

test('one port, an address for one zone and the wildcard for another, over UDP and TCP', async ({
  manifests,
  serve,
}) => {
  await manifests.write('org.json', ORG);
  const port = await freePort();
  const server = await serve(`
example.com:${port} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${manifests.path}
  }
}
example.org:${port} {
  k8s_gateway {
    manifests ${manifests.path}
  }
}
`);
  await server.event('synced', 2);
  for (const [host, name] of [
    ['127.0.0.1', 'www.example.com. A'],
    ['127.0.0.2', 'www.example.org. A'],
  ] as const) {
    await using udp = await UdpClient.open({ host, port });
    await using tcp = await TcpClient.open({ host, port });
    for (const client of [udp, tcp]) {
      const reply = parseMessage(await client.exchange(query(name)));
      expect(reply.answer, `${name} at ${host}`).toHaveLength(1);
    }
  }
});
