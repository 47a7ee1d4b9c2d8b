import { foldName, parseName, TYPE } from '@seamark/protocol';
import { expect, it } from 'vitest';
import { composeRRset, WrittenNames } from './index.ts';

const wire = (text: string): Uint8Array => parseName(text);
const namesOf = (text: string): WrittenNames => new WrittenNames(foldName(wire(text)));

/** What stands for a name, in hexadecimal, and whether it ends in a pointer. */
const written = (names: WrittenNames, text: string, at = 0, isNoted = true): string => {
  const octets = new Uint8Array(at + 300);
  const pointers: number[] = [];
  const end = names.write(wire(text), octets, at, pointers, isNoted);
  if (pointers.length > 0) expect(pointers).toEqual([end - 2]);
  return Buffer.from(octets.subarray(at, end)).toString('hex');
};

it('points to the owner and what it lies in, by count of labels', () => {
  const names = namesOf('www.example.com');
  expect(written(names, 'www.example.com')).toBe('c003');
  expect(written(names, 'WWW.Example.com')).toBe('c003');
  expect(written(names, 'a.example.com')).toBe('0161c002');
  expect(written(names, 'b.com')).toBe('0162c001');
  expect(written(names, '.')).toBe('00');
  expect(written(namesOf('.'), 'b.c')).toBe('0162016300');
});

it('takes a wildcard for the name below which it stands', () => {
  expect(written(namesOf('*.w.example'), 'a.w.example')).toBe('0161c002');
  expect(written(namesOf('*.w.example'), '*.w.example')).toBe('012ac002');
});

it('points to what it has written, in the same case, as far as pointers lead', () => {
  const names = namesOf('example.com');
  expect(written(names, 'ns.a.Net', 12)).toBe('026e730161034e657400');
  expect(written(names, 'ns.a.Net', 40)).toBe('800c');
  expect(written(names, 'x.a.Net', 40)).toBe('0178800f');
  expect(written(names, 'x.a.net', 60)).toBe('01780161036e657400');
  expect(written(names, 'far.test', 0x3000)).toBe('03666172047465737400');
  expect(written(names, 'far.test', 0x3100)).toBe('03666172047465737400');
  expect(written(names, 'glue.test', 0, false)).toBe('04676c7565047465737400');
  expect(written(names, 'x.test', 200)).toBe('0178047465737400');
});

it('leaves names of types whole that came after RFC 1035 (RFC 3597 4)', () => {
  const srv = Uint8Array.of(0, 0, 0, 0, 0, 53, ...wire('www.example.com'));
  const names = namesOf('www.example.com');
  expect(composeRRset(TYPE.SRV, 1, [srv], names).octets.subarray(12)).toEqual(srv);
  const mx = Uint8Array.of(0, 10, ...wire('www.example.com'));
  expect([...composeRRset(TYPE.MX, 1, [mx], names).octets.subarray(10)]).toEqual([
    ...[0, 4, 0, 10, 0xc0, 3],
  ]);
});
