// The directives of connections: what each is read to, what is refused, what is only noticed.

import { describe, expect, it } from 'vitest';
import { compile, errorsOf } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';

const block = (lines: string, keys = '.'): string => `${keys} {\n${lines}\n}\n`;

describe('of the whole process', () => {
  it('limits and timeouts are read', () => {
    const config = compile(
      block(`tcp {
        max_connections 10000
        max_per_client 100 24 56
        max_memory 256M
      }
      timeouts {
        read 2s
        write 1m30s
        idle 30s
        maxtcpqueries 128
      }`),
    );
    expect(config.tcp).toEqual({
      maxConnections: 10_000,
      maxConnectionsPerClient: 100,
      ipv4Prefix: 24,
      ipv6Prefix: 56,
      maxOctets: 268_435_456,
    });
    expect(config.timeouts).toEqual({
      messageTimeoutMs: 2000,
      writeTimeoutMs: 90_000,
      idleTimeoutMs: 30_000,
      maxQueries: 128,
    });
    expect(describeConfig(config)).toContain(
      '\ntcp         10000 connections in all, 100 of one client, a client is an IPv4 /24, or an IPv6 /56, ' +
        'holding 256 MiB at most, idle for 30 s, a query within 2 s, replies taken within 90 s, 128 queries each\n',
    );
  });

  it('what is not said is as by default', () => {
    const config = compile(block('timeouts {\n maxtcpqueries -1\n}\ntcp {\n max_per_client 5\n}'));
    expect(config.timeouts).toEqual({ maxQueries: 0 });
    expect(config.tcp).toEqual({ maxConnectionsPerClient: 5 });
    const plain = compile(block('any'));
    expect(plain).not.toHaveProperty('tcp');
    expect(describeConfig(plain)).not.toContain('\ntcp ');
  });

  it('two blocks that differ are refused, be they of two ports', () => {
    const text =
      'a.test {\n tcp {\n max_per_client 5\n }\n}\nb.test:54 {\n tcp {\n max_per_client 6\n }\n}\n';
    expect(errorsOf(text)).toEqual([
      'Corefile:7:2: "tcp" differs from the one at Corefile:2:2; there is one for the whole process',
    ]);
  });
});

describe('proxyproto', () => {
  it('is of a listener', () => {
    const config = compile(
      'a.test {\n proxyproto {\n allow 192.0.2.0/24 2001:db8::7\n allow 10.0.0.1\n default skip\n }\n}\nb.test:54 {\n}\n',
    );
    expect(config.listeners.map(({ proxies }) => proxies)).toEqual([
      ['10.0.0.1', '192.0.2.0/24', '2001:db8::7'],
      undefined,
    ]);
    expect(describeConfig(config)).toContain(
      '\n            TCP from 10.0.0.1 192.0.2.0/24 2001:db8::7 begins with a PROXY header\n',
    );
    expect(config.notices.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^PROXY headers are read on TCP alone/),
    );
  });

  it('of two blocks behind one listener must be alike', () => {
    const text =
      'a.test {\n proxyproto {\n allow 192.0.2.1\n }\n}\nb.test {\n proxyproto {\n allow 192.0.2.2\n }\n}\n';
    expect(errorsOf(text)[0]).toMatch(
      /^Corefile:7:2: "proxyproto" differs from the one at Corefile:2:2/,
    );
  });

  it('that ignores headers of others is noticed', () => {
    const text = block('proxyproto {\n allow 192.0.2.1\n default ignore\n}');
    expect(compile(text).notices.map((notice) => notice.text)).toContainEqual(
      expect.stringMatching(/^a header of others is not ignored/),
    );
  });
});

it.each<[lines: string, error: RegExp]>([
  ['tcp', /^2:1: "tcp" says nothing. Allowed here: max_connections N/],
  ['tcp {\n max_connections 0\n}', /^3:18: "0" is no whole number from 1 to 1000000/],
  ['tcp {\n max_connections many\n}', /^3:18: "many" is no whole number/],
  ['tcp {\n max_per_client 5 33\n}', /^3:19: "33" is no whole number from 8 to 32/],
  ['tcp {\n max_per_client 5 32 129\n}', /^3:22: "129" is no whole number from 16 to 128/],
  ['tcp {\n max_memory 64MB\n}', /^3:13: "64MB" is no size. Allowed here: 64M, 1G/],
  ['tcp {\n max_memory 512K\n}', /^3:13: "512K" is less than 1M/],
  ['tcp {\n max_conections 5\n}', /^3:2: unknown option of tcp "max_conections"; did you mean/],
  ['timeouts', /^2:1: "timeouts" says nothing/],
  ['timeouts {\n idle 30\n}', /^3:7: "30" is no duration/],
  ['timeouts {\n idle 500ms\n}', /^3:7: "500ms" is not from 1s to 24h/],
  ['timeouts {\n maxtcpqueries 0\n}', /^3:16: "0" is neither a whole number from 1 on nor -1/],
  ['proxyproto', /^2:1: "proxyproto" lets whoever connects say that he is somebody else/],
  ['proxyproto {\n default use\n}', /^3:10: "default use" believes whoever connects/],
  ['proxyproto {\n allow 192.0.2.0/33\n}', /^3:8: "192.0.2.0\/33" is no address and no network/],
  [
    'proxyproto {\n allow 192.0.2.1\n udp_session_tracking 28s\n}',
    /^4:2: the option of proxyproto "udp_session_tracking" is not supported/,
  ],
])('%j is refused', (lines, error) => {
  expect(errorsOf(block(lines))[0]?.replace('Corefile:', '')).toMatch(error);
});
