import { createRequire } from 'node:module';
import { afterEach, expect, test } from 'vitest';
import { checkOptions } from '../options.ts';
import { loadLibc } from './libc.ts';
import * as linux from './linux.ts';
import { allowFragments, closeSocket, type OpenSocket, openSocket } from './socket.ts';

const open: OpenSocket[] = [];
afterEach(() => {
  for (const { fd } of open.splice(0)) closeSocket(fd);
});

const loaded = loadLibc();
const test_ = loaded.ok ? test : test.skip;

const socketAt = (address: string): OpenSocket => {
  if (!loaded.ok) throw new Error(loaded.reason);
  const settings = checkOptions({ addresses: [{ address, port: 0 }] });
  const [endpoint] = settings.endpoints;
  if (endpoint === undefined) throw new Error('no endpoint');
  const socket = openSocket(loaded.libc, endpoint, settings);
  open.push(socket);
  return socket;
};

/** What the kernel has of an option. */
const optionOf = ({ fd }: OpenSocket, level: number, name: number): number => {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const types = ['int', 'int', 'int', 'void *', 'void *'];
  const getsockopt = koffi.load(null).func('getsockopt', 'int', types);
  const value = new Int32Array(1);
  expect(getsockopt(fd, level, name, value, Uint32Array.of(4))).toBe(0);
  return value[0] ?? -1;
};

test_('DF is set, whatever ICMP says of the path MTU, unless replies may be fragmented', () => {
  for (const address of ['127.0.0.1', '::1', '::']) {
    const socket = socketAt(address);
    const levels: [number, number][] = [[linux.IPPROTO_IP, linux.IP_MTU_DISCOVER]];
    if (socket.family === 6) levels.push([linux.IPPROTO_IPV6, linux.IPV6_MTU_DISCOVER]);
    const all = () => new Set(levels.map(([level, name]) => optionOf(socket, level, name)));
    expect(all()).toEqual(new Set([linux.PMTUDISC_PROBE]));
    if (!loaded.ok) throw new Error(loaded.reason);
    allowFragments(loaded.libc, socket, true);
    expect(all()).toEqual(new Set([linux.PMTUDISC_OMIT]));
    allowFragments(loaded.libc, socket, false);
    expect(all()).toEqual(new Set([linux.PMTUDISC_PROBE]));
  }
});
