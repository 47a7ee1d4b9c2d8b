// Reverse zones of a Corefile: `dig -x` for the addresses of manifests.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { ingress, service } from '../support/kube/objects.ts';
import { test, WWW } from './harness/fixtures.ts';

const run = promisify(execFile);

const V6 = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa.`;

test('an address leads back to its name, by ranges that are zones and ranges between two', async ({
  manifests,
  serve,
  asker,
}) => {
  await manifests.write('lb.json', service('web/lb', ['192.0.2.1', '198.51.100.77']));
  const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  k8s_gateway example.com 192.0.2.0/24 198.51.100.64/28 2001:db8::/32 {
    manifests ${manifests.path}
    relative off
    ttl 40
  }
}
`);
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('1.2.0.192.in-addr.arpa. PTR')).toBe('www.example.com.');
  expect(await client.answer('77.100.51.198.in-addr.arpa. PTR')).toBe('lb.web.example.com.');
  expect(await client.answer('78.100.51.198.in-addr.arpa. PTR')).toBe('NODATA');
  expect(await client.answer('2.2.0.192.in-addr.arpa. PTR')).toBe('NXDOMAIN');
  expect(await client.answer('80.100.51.198.in-addr.arpa. PTR')).toMatch(/^REFUSED/);
  expect(await client.answer(`${V6} PTR`)).toBe('www.example.com.');
  const serial = await client.serial('2.0.192.in-addr.arpa.');
  await manifests.write('www.json', ingress('web/www', ['www.example.com'], ['192.0.2.2']));
  await client.becomes('2.2.0.192.in-addr.arpa. PTR', 'www.example.com.');
  expect(await client.answer('1.2.0.192.in-addr.arpa. PTR')).toBe('lb.web.example.com.');
  expect(await client.answer(`${V6} PTR`)).toBe('NXDOMAIN');
  expect(await client.serial('2.0.192.in-addr.arpa.')).toBeGreaterThan(serial);
  await manifests.write('www.json', WWW);
  await client.becomes('2.2.0.192.in-addr.arpa. PTR', 'NXDOMAIN');
});

test('a classless zone', async ({ manifests, serve, asker }) => {
  const server = await serve(`
0/25.2.0.192.in-addr.arpa:{$PORT} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${manifests.path}
  }
}
example.com:{$PORT} {
  bind 127.0.0.1
  k8s_gateway {
    manifests ${manifests.path}
  }
}
`);
  const client = await asker(await server.endpoint(), server);
  expect(await client.answer('1.0/25.2.0.192.in-addr.arpa. PTR')).toBe('www.example.com.');
});

const hasDig = await run('dig', ['-v']).then(
  () => true,
  () => false,
);

test.runIf(hasDig)('dig -x', async ({ manifests, serve }) => {
  const server = await serve(`
.:{$PORT} {
  bind 127.0.0.1
  k8s_gateway example.com 192.0.2.0/24 2001:db8::/32 {
    manifests ${manifests.path}
    ttl 40
  }
}
`);
  const { port } = await server.endpoint();
  for (const address of ['192.0.2.1', '2001:db8::1']) {
    const at = ['@127.0.0.1', '-p', String(port), '+noall', '+answer'];
    const { stdout } = await run('dig', [...at, '-x', address]);
    expect(stdout.trim().split(/\s+/).slice(1)).toEqual(['40', 'IN', 'PTR', 'www.example.com.']);
  }
});
