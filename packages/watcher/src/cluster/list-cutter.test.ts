import { expect, test } from 'vitest';
import { enveloped, listBody, message } from '../../test-support/kube-messages.ts';
import { ProtocolError } from './failure.ts';
import { ListCutter } from './list-cutter.ts';

const items = ['one', '', 'x'.repeat(300), 'three of them'].map((text) => Buffer.from(text));

/** The list's items, pushed in pieces of `size` octets; and whether that was all. */
function cut(octets: Buffer, size: number): { texts: string[]; isAtEnd: boolean } {
  const cutter = new ListCutter();
  const texts: string[] = [];
  for (let start = 0; start < octets.length; start += size) {
    cutter.push(octets.subarray(start, start + size));
    while (cutter.next()) {
      if (cutter.member === 2) texts.push(String(cutter.octets.subarray(cutter.start, cutter.end)));
    }
  }
  return { texts, isAtEnd: cutter.isAtEnd };
}

test('members are the same however the octets are cut', () => {
  const octets = listBody('7', items);
  for (let size = 1; size <= octets.length; size++) {
    expect(cut(octets, size)).toEqual({ texts: items.map(String), isAtEnd: true });
  }
});

test('a member may be longer than all that comes at once', () => {
  const long = Buffer.alloc(1_500_000, 'x');
  const { texts, isAtEnd } = cut(listBody('7', [...items, long, ...items]), 65_536);
  expect(texts.map(({ length }) => length)).toEqual([3, 0, 300, 13, 1_500_000, 3, 0, 300, 13]);
  expect(isAtEnd).toBe(true);
});

test('a list that is cut short is not at its end', () => {
  const octets = listBody('7', items);
  // Behind the list, its envelope has two members that are empty.
  for (let length = 0; length < octets.length - 4; length++) {
    expect(cut(octets.subarray(0, length), 50).isAtEnd).toBe(false);
  }
});

test.each([
  ['without its magic', Buffer.from('k8t\0 and more')],
  ['with a member that is none', enveloped('v1', 'List', message({ 2: ['a'], 3: 5 }))],
  ['with a member beyond its end', enveloped('v1', 'List', Buffer.from([0x12, 9, 1]))],
  ['with a length of 64 bits', Buffer.from('k8s\0\x12\xff\xff\xff\xff\xff\xff\x01', 'latin1')],
  ['with a member of 4 GB', enveloped('v1', 'List', Buffer.from([0x12, 255, 255, 255, 255, 15]))],
])('a list %s is refused', (_, octets) => {
  expect(() => cut(octets, octets.length)).toThrow(ProtocolError);
});
