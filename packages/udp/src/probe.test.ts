import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openDgram, probeAddress } from './index.ts';

test('finds a port for all to open', async () => {
  const address = await probeAddress({ address: '127.0.0.1', port: 0 });
  expect(address.port).toBeGreaterThan(0);
  expect(await probeAddress(address)).toEqual(address);
});

test('notices a group that it would otherwise join', async () => {
  const addresses = [{ address: '127.0.0.1', port: 0 }];
  const set = await openDgram({ addresses }, () => 0);
  const address = set.addresses[0] ?? { address: '', port: 0 };
  await expect(probeAddress(address)).rejects.toMatchObject({ code: 'EADDRINUSE', ...address });
  await set.close();
  expect(await probeAddress(address)).toEqual(address);
});

test('a wildcard is not free while one of its addresses is taken', async () => {
  const foreign = createSocket('udp4').bind(0, '127.0.0.1');
  await once(foreign, 'listening');
  const { port } = foreign.address();
  await expect(probeAddress({ address: '0.0.0.0', port })).rejects.toThrow(/EADDRINUSE; another/);
  await expect(probeAddress({ address: '::', port })).rejects.toThrow(/EADDRINUSE; another/);
  foreign.close();
});
