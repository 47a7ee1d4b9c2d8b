import { randomInt } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { parseAddress } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { Networks, parseNetwork, readPeer } from './networks.ts';

const holds = (networks: readonly string[] | Networks, address: string): boolean => {
  const octets = parseAddress(address);
  if (octets === undefined) throw new Error(`${address} is no address`);
  const mapped =
    octets.length === 16 ? octets : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...octets];
  const words = new Int32Array(4);
  readPeer(words, Uint8Array.of(octets.length === 4 ? 4 : 6, 0, 0, 53, ...mapped));
  return (networks instanceof Networks ? networks : new Networks(networks)).holds(words);
};

describe('networks', () => {
  it.each<[network: string, inside: readonly string[], outside: readonly string[]]>([
    ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0', '::c000:201']],
    ['192.0.2.77/24', ['192.0.2.1'], ['192.0.3.77']],
    ['192.0.2.7', ['192.0.2.7'], ['192.0.2.6', '192.0.2.8']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::', '2001:db8::1']],
    ['::/0', ['::', '2001:db8::1', 'ffff::'], ['192.0.2.1', '0.0.0.0', '255.255.255.255']],
    ['::/80', ['::1', '::fffe:0:1'], ['192.0.2.1', '::1:0:0:0']],
    ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.1']],
    [
      '2001:db8::/32',
      ['2001:db8:ffff::'],
      ['2001:db9::', '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff'],
    ],
    ['128.0.0.0/1', ['128.0.0.0', '200.1.1.1'], ['127.255.255.255']],
  ])('%s', (network, inside, outside) => {
    for (const address of inside)
      expect([address, holds([network], address)]).toEqual([address, true]);
    for (const address of outside)
      expect([address, holds([network], address)]).toEqual([address, false]);
  });

  it('may touch, overlap, repeat, and be none', () => {
    const networks = [
      '192.0.2.128/25',
      '192.0.2.0/25',
      '192.0.2.64/26',
      '198.51.100.1',
      '192.0.2.0/25',
    ];
    expect(holds(networks, '192.0.2.127')).toBe(true);
    expect(holds(networks, '192.0.2.128')).toBe(true);
    expect(holds(networks, '198.51.100.1')).toBe(true);
    expect(holds(networks, '198.51.100.0')).toBe(false);
    expect(holds([], '192.0.2.1')).toBe(false);
  });

  it("agree with Node's block list about a thousand of them", () => {
    const list = new BlockList();
    const networks: string[] = [];
    for (let i = 0; i < 500; i++) {
      const four = `${10 + randomInt(3)}.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
      const six = `2001:db8:${randomInt(4).toString(16)}:${randomInt(0x10000).toString(16)}::`;
      const [bits4, bits6] = [16 + randomInt(17), 40 + randomInt(89)];
      list.addSubnet(four, bits4, 'ipv4');
      list.addSubnet(six, bits6, 'ipv6');
      networks.push(`${four}/${bits4}`, `${six}/${bits6}`);
    }
    const ours = new Networks(networks);
    const wrong: string[] = [];
    for (let i = 0; i < 500; i++) {
      const four = `${10 + randomInt(3)}.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
      const six = `2001:db8:${randomInt(4).toString(16)}:${randomInt(0x10000).toString(16)}::1`;
      for (const address of [four, six]) {
        const expected = list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
        if (holds(ours, address) !== expected) wrong.push(address);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(['', '192.0.2', '192.0.2.0/33', '::/129', '192.0.2.0/', 'any', '192.0.2.0/24/8', '*'])(
    'are no %j',
    (text) => expect(parseNetwork(text)).toBeUndefined(),
  );
});
