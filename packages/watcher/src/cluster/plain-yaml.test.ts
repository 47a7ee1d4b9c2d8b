import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePlainYaml } from './plain-yaml.ts';

const plain = [
  'a: b',
  '---\na: b\n',
  'a: b\r\nc: d\r\n',
  '# said first\n\na: b\n  # and within\n\nc: d',
  'a:\nb: c',
  'a:\n  b: c\n  d:\n    e: f\ng: h',
  'a:\n- b\n- c\nd: e',
  'a:\n  - b\n  - c\nd: e',
  '- a: b\n  c: d\n- e: f',
  '-   a: b\n    c:\n    - d',
  '- - a\n  - b\n- - c',
  'a: {}\nb: []',
  'a: true\nb: false',
  "a: 'it''s: # {'\nb: \"q\\\"\\n\\\\\"",
  'a: Wed, 25 Nov 2026 10:00:00 UTC',
  'a: https://192.0.2.1:6443/x',
  'a: arn:aws:eks:us-east-1:123:cluster/x',
  'a: ./x\nb: ../x/y\nc: /z',
  'a: LS0tLS1CRUdJTg==',
  'a: /var/run/secrets/token  \t',
  'a: x - b',
  'as-user: "null"',
] as const;

describe('is read as yaml reads it', () => {
  test.each(plain)('%j', (text) => {
    expect(parsePlainYaml(text)).toEqual(parse(text));
  });
});

describe('is not read', () => {
  test.each([
    '',
    'a',
    'a: 1',
    'a: 1e3',
    'a: 0x10',
    'a: 2026-11-25',
    'a: ~',
    'a: null',
    'a: True',
    'a: yes',
    'a: Off',
    'a: .5',
    'a: -b',
    'a: .inf',
    'a: ...',
    'a: b # c',
    'a: "b" # c',
    'a: b: c',
    'a: b:',
    'a: {b: c}',
    'a: [b]',
    'a: &b c',
    'a: *b',
    'a: !!str b',
    'a: |\n  b',
    'a: >-\n  b',
    'a: b\n  c',
    'a: "b\n  c"',
    "a: 'b",
    'a: "\\u0041"',
    'a: "b\tc"',
    'a: b\na: c',
    'a: b\n c: d',
    ' a: b\nc: d',
    'a:\n\tb: c',
    'a:\n  b: c\n d: e',
    'a: b\n---\na: c',
    'a: b\n...',
    'a: b\u00a0',
    '<<: a',
    '"a": b',
    '? a',
    '__proto__: a',
    'a: b\n- c',
    '- a\nb: c',
    '- a\n  - b',
    '-',
    '%YAML 1.1\n---\na: b',
  ])('%j', (text) => {
    expect(parsePlainYaml(text)).toBeUndefined();
  });
});
