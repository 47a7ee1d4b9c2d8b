// The parts of a forwarder that need no server to try.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { query } from '../../../../../test/support/dns/index.ts';
import { isReplyTo, questionEndOf } from './exchange.ts';
import { orderBy } from './policy.ts';
import { targetsOf } from './resolv-conf.ts';

describe('policies', () => {
  const all = ['a', 'b', 'c'];

  it('sequential is the order of the Corefile', () => {
    const order = orderBy('sequential');
    expect([order(all), order(all)]).toEqual([all, all]);
  });

  it('round_robin begins with the next each time', () => {
    const order = orderBy('round_robin');
    const orders = Array.from({ length: 4 }, () => order(all).join(''));
    expect(orders).toEqual(['abc', 'bca', 'cab', 'abc']);
  });

  it('random gives every order', () => {
    const order = orderBy('random');
    const seen = new Set<string>();
    // Missed with a chance of 6 x (5/6)^400.
    for (let i = 0; i < 400; i++) seen.add(order(all).join(''));
    expect([...seen].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    expect(all).toEqual(['a', 'b', 'c']);
  });
});

describe('files that name servers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamark-resolv-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'resolv.conf');

  it('are read as resolv.conf', () => {
    writeFileSync(
      file,
      '# nameserver 192.0.2.9\nsearch a.test\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 \n nameserver 192.0.2.8\n' +
        'nameserver fe80::1%eth0\nnameserver none\nnameserver 192.0.2.1\noptions ndots:5\n',
    );
    const upstreams = [{ file }, { address: '192.0.2.7', port: 5300 }];
    expect(targetsOf(upstreams, '192.0.2.99')).toEqual([
      { address: '192.0.2.1', port: 53, source: '192.0.2.99' },
      { address: '2001:db8::1', port: 53, source: '192.0.2.99' },
      { address: 'fe80::1%eth0', port: 53, source: '192.0.2.99' },
      { address: '192.0.2.7', port: 5300, source: '192.0.2.99' },
    ]);
  });

  it('are an error where they name none', () => {
    writeFileSync(file, 'search a.test\n');
    expect(() => targetsOf([{ file }], undefined)).toThrow(
      `cannot forward by ${file}: it names no server; a line "nameserver ADDRESS" does`,
    );
    expect(() => targetsOf([{ file: `${file}.none` }], undefined)).toThrow(/ENOENT/);
  });
});

describe('a reply', () => {
  const asked = query('www.example.net. A', { id: 0x0102, flags: 'rd' });
  const end = questionEndOf(asked);
  const reply = (change: (octets: Buffer) => void = () => {}): Buffer => {
    const octets = Buffer.from(asked);
    octets[2] = 0x81;
    change(octets);
    return octets;
  };

  it('is one to the question, in whatever case', () => {
    expect(end).toBe(asked.length);
    expect(isReplyTo(asked, end, reply())).toBe(true);
    expect(
      isReplyTo(
        asked,
        end,
        reply((octets) => octets.write('WwW', 13)),
      ),
    ).toBe(true);
  });

  it.each([
    ['another ID', (octets: Buffer) => octets.writeUInt8(9, 1)],
    ['a query', (octets: Buffer) => octets.writeUInt8(0x01, 2)],
    ['another opcode', (octets: Buffer) => octets.writeUInt8(0xa1, 2)],
    ['another name', (octets: Buffer) => octets.write('x', 13)],
    ['another type', (octets: Buffer) => octets.writeUInt8(28, end - 3)],
    ['another class', (octets: Buffer) => octets.writeUInt8(3, end - 1)],
    ['no question', (octets: Buffer) => octets.writeUInt16BE(0, 4)],
    ['two questions', (octets: Buffer) => octets.writeUInt16BE(2, 4)],
  ])('of %s is none', (_what, change) => {
    expect(isReplyTo(asked, end, reply(change))).toBe(false);
  });

  it('that is cut off is none; without a question, an error is', () => {
    for (let length = 0; length < asked.length; length++) {
      expect(isReplyTo(asked, end, reply().subarray(0, length))).toBe(false);
    }
    const error = reply((octets) => {
      octets.writeUInt16BE(0, 4);
      octets.writeUInt8(1, 3);
    });
    expect(isReplyTo(asked, end, error.subarray(0, 12))).toBe(true);
  });
});
