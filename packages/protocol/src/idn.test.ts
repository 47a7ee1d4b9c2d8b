import { describe, expect, test } from 'vitest';
import { toALabels } from './idn.ts';
import { parseName } from './name.ts';

describe('labels beyond ASCII become A-labels', () => {
  test.each([
    ['bücher.example.com', 'xn--bcher-kva.example.com'],
    ['BÜCHER.Example.com.', 'xn--bcher-kva.Example.com.'],
    ['bu\u0308cher.example.com', 'xn--bcher-kva.example.com'],
    ['*.faß.example.com', '*.xn--fa-hia.example.com'],
    ['_sip._tcp.bücher.example.com', '_sip._tcp.xn--bcher-kva.example.com'],
    ['日本語。example.com', 'xn--wgv71a119e.example.com'],
    ['a。日本語', 'a.xn--wgv71a119e'],
    ['１２', '12'],
    ['①.ü', '1.xn--tda'],
    ['xn--bcher-kva.é', 'xn--bcher-kva.xn--9ca'],
  ])('%s is %s', (text, name) => {
    expect(toALabels(text)).toBe(name);
    expect(() => parseName(name)).not.toThrow();
  });
});

test.each(['', '.', 'WWW.example.com', 'a\\195\\188.example.com', 'a b', '*.x', '127.1', '%41.x'])(
  '%j is ASCII and stays as it is',
  (text) => expect(toALabels(text)).toBe(text),
);

test.each([
  ...['é/', 'é?', 'é#', 'é@a', 'é:1', 'é%41', 'é*', 'é b', 'é\\', 'é\n', '[é]', 'é\0'],
  ...['\ud800', '\u00ad', 'xn--é', '\u2488.x', 'a\uff0fb', 'é..\u0338', '\uffff', 'é\uff05b'],
])('%j has no A-label, and is refused as a name as it stands', (text) => {
  expect(toALabels(`${text}.example.com`)).toBe(`${text}.example.com`);
  expect(() => parseName(`${text}.example.com`)).toThrow(/is not a domain name/);
});
