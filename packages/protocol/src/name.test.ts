import { describe, expect, it } from 'vitest';
import { dnsPacket } from '../test-support/dns-packet.ts';
import { Random, seeds } from '../test-support/random.ts';
import { countLabels, foldName, formatName, NameError, parseName } from './index.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('latin1');
const long = (length: number) => 'a'.repeat(length);

describe('presentation format', () => {
  it.each([
    ['.', '\0', '.'],
    ['com', '\x03com\0', 'com.'],
    ['www.Example.com.', '\x03www\x07Example\x03com\0', 'www.Example.com.'],
    ['a\\.b.c', '\x03a.b\x01c\0', 'a\\.b.c.'],
    ['\\097\\.\\\\.c', '\x03a.\\\x01c\0', 'a\\.\\\\.c.'],
    ['\\000\\255', '\x02\0\xff\0', '\\000\\255.'],
    ['\\032\\ x', '\x03  x\0', '\\032\\032x.'],
    ['\\w\\"', '\x02w"\0', 'w\\".'],
    ['*.__proto__', '\x01*\x09__proto__\0', '*.__proto__.'],
    ['@$;()', '\x05@$;()\0', '\\@\\$\\;\\(\\).'],
  ])('%s', (text, wire, back) => {
    expect(hex(parseName(text))).toBe(wire);
    expect(formatName(parseName(text))).toBe(back);
    expect(formatName(Buffer.from(`xyz${wire}`, 'latin1'), 3)).toBe(back);
  });

  it.each([
    ['', 0, 'it is empty'],
    ['..', 0, 'an empty label'],
    ['.com', 0, 'an empty label'],
    ['a..b', 2, 'an empty label'],
    ['a b', 1, 'a character that needs an escape (or an A-label)'],
    ['b\u00fccher.example', 1, 'a character that needs an escape (or an A-label)'],
    ['a\\', 1, 'an incomplete escape'],
    ['a\\1', 1, 'an incomplete escape'],
    ['a\\12x', 1, 'an incomplete escape'],
    ['a\\256', 1, 'an escape over \\255'],
    ['a\\\u00fc', 1, 'an incomplete escape'],
    [`${long(64)}.com`, 64, 'a label of more than 63 octets'],
    [long(64), 64, 'a label of more than 63 octets'],
  ])('%s is refused', (text, index, reason) => {
    const refused = (() => {
      try {
        return parseName(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(NameError);
    expect(refused).toMatchObject({ code: 'NAME_MALFORMED', text, index, reason });
  });

  it('takes labels of 63 octets and names of 255, and no more', () => {
    expect(parseName(long(63))).toHaveLength(65);
    const name = (last: number) => `${long(63)}.${long(63)}.${long(63)}.${long(last)}`;
    expect(parseName(name(61))).toHaveLength(255);
    expect(parseName(`${name(61)}.`)).toHaveLength(255);
    for (const text of [
      name(62),
      `${name(62)}.`,
      name(63),
      `${name(61)}.a`,
      `${long(63)}.`.repeat(9),
    ]) {
      expect(() => parseName(text)).toThrow(NameError);
    }
    expect(parseName('a.'.repeat(127))).toHaveLength(255);
    expect(() => parseName('a.'.repeat(128))).toThrow(NameError);
  });

  it.each(seeds(5))('comes back from any labels, seed %i', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 500; i++) {
      const labels = Array.from({ length: random.below(8) }, () =>
        random.octets(1 + random.below(20)),
      );
      const wire = Buffer.concat([
        ...labels.flatMap((label) => [Buffer.of(label.length), label]),
        Buffer.of(0),
      ]);
      expect(Buffer.from(parseName(formatName(wire))), `SEED=${seed}`).toEqual(wire);
      expect(countLabels(wire)).toBe(labels.length);
    }
  });

  it('agrees with dns-packet on plain names', () => {
    for (const name of ['com', 'www.example.com', 'x-1._tcp.example.org', '*.example.net']) {
      expect(Buffer.from(parseName(name))).toEqual(dnsPacket.name.encode(name));
      expect(formatName(dnsPacket.name.encode(name))).toBe(`${name}.`);
    }
  });
});

it('folds a copy, letters only', () => {
  const wire = parseName('WwW.E\\200\\219[x.COM');
  const before = Buffer.from(wire);
  expect(formatName(foldName(wire))).toBe('www.e\\200\\219[x.com.');
  expect(Buffer.from(wire)).toEqual(before);
});
