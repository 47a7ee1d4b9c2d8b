import { expect, test } from 'vitest';
import { ProtocolError } from './failure.ts';
import { LineCutter } from './lines.ts';

const text = '{"a":"\u2028é"}\n\n{"b":1}\nrest';

test('lines are the same however the octets are cut, and half a line is none', () => {
  const octets = Buffer.from(text);
  for (let size = 1; size <= octets.length; size++) {
    const cutter = new LineCutter();
    const lines: string[] = [];
    for (let start = 0; start < octets.length; start += size) {
      lines.push(...cutter.cut(octets.subarray(start, start + size)));
    }
    expect(lines).toEqual(['{"a":"\u2028é"}', '{"b":1}']);
  }
});

test('a line without an end is refused at 32 MiB', () => {
  const cutter = new LineCutter();
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 32; i++) expect([...cutter.cut(mebibyte)]).toEqual([]);
  expect(() => [...cutter.cut(mebibyte)]).toThrow(ProtocolError);
});
