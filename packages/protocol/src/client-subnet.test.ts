import { describe, expect, it } from 'vitest';
import { type EdnsSpec, query } from '../../../test/support/dns/query.ts';
import { ClientSubnet, composeOpt, composeSubnet, parseQuery, Query, VERDICT } from './index.ts';

const option = (hex: string, code = 8) => ({ code, data: Buffer.from(hex, 'hex') });

/** The verdict, and the octets that were found, in hexadecimal. */
const parse = (edns: EdnsSpec): [number, string] => {
  const octets = Uint8Array.from(query('www.example.com. A', { edns }));
  const view = new DataView(octets.buffer);
  const into = new Query();
  const verdict = parseQuery(into, octets, view, 0, octets.length);
  const { subnetAt, subnetLength } = into;
  const found = octets.subarray(subnetAt, subnetAt + subnetLength);
  return [verdict, subnetLength === 0 ? '' : Buffer.from(found).toString('hex')];
};

describe('a Client Subnet (RFC 7871 6)', () => {
  it.each([
    ['nothing of any family', '00000000'],
    ['nothing of IPv4', '00010000'],
    ['a /1', '0001010080'],
    ['a /24', '00011800c00002'],
    ['a /25', '00011900c0000280'],
    ['a /32', '00012000c0000201'],
    ['a /128', '0002800020010db8000000000000000000000001'],
  ])('is taken: %s', (_, hex) => {
    expect(parse({ options: [option(hex)] })).toEqual([VERDICT.ANSWER, hex]);
  });

  it.each([
    ['too short', '000100'],
    ['an unknown family', '00030000'],
    ['a prefix without a family', '0000080080'],
    ['a prefix too long for IPv4', '00012100c000020100'],
    ['a prefix too long for IPv6', `00028100${'00'.repeat(17)}`],
    ['a scope', '00011801c00002'],
    ['an octet too many', '00011800c0000200'],
    ['an octet too few', '00011800c000'],
    ['a bit too many', '00011900c00002c0'],
  ])('is malformed: %s', (_, hex) => {
    expect(parse({ options: [option(hex)] })[0]).toBe(VERDICT.FORMERR);
  });

  it('is the first, and says nothing once another query has come', () => {
    const options = [option('00010000'), option('00011800c00002')];
    expect(parse({ options })).toEqual([VERDICT.ANSWER, '00010000']);
    expect(parse({ options: [option('00010000', 9)] })).toEqual([VERDICT.ANSWER, '']);
  });

  it('goes into a reply with scope 0, and not an octet more', () => {
    const data = Uint8Array.from(Buffer.from('00011818c00002', 'hex'));
    const from = new DataView(data.buffer);
    const subnet = new ClientSubnet();
    subnet.receive(from, 0, data.length);
    const memory = new Uint8Array(64).fill(0xa5);
    const view = new DataView(memory.buffer);
    const end = subnet.append(view, 3, composeOpt(memory, view, 3, 1232, 0, false));
    expect(Buffer.from(memory.subarray(12, end)).toString('hex')).toBe(
      '000b0008000700011800c00002',
    );
    expect(end).toBe(3 + 11 + 11);
    expect(memory.subarray(end).every((octet) => octet === 0xa5)).toBe(true);
    expect(Buffer.from(composeSubnet(from, 0, data.length)).toString('hex')).toBe(
      '0008000700011800c00002',
    );
  });
});
