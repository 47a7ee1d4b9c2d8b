import { expect, it } from 'vitest';
import {
  appendOption,
  appendPadding,
  composeError,
  composeOpt,
  EDE,
  OPT_LENGTH,
  paddingLength,
  rcodeMnemonic,
  typeMnemonic,
} from './index.ts';

function compose(rcode: number, dnssecOk: boolean, ...options: Uint8Array[]): string {
  const memory = new Uint8Array(60).fill(0xa5);
  const view = new DataView(memory.buffer);
  let end = composeOpt(memory, view, 5, 1232, rcode, dnssecOk);
  expect(end).toBe(5 + OPT_LENGTH);
  for (const option of options) end = appendOption(memory, view, 5, end, option);
  expect(memory.subarray(0, 5).every((octet) => octet === 0xa5)).toBe(true);
  expect(memory.subarray(end).every((octet) => octet === 0xa5)).toBe(true);
  return Buffer.from(memory.subarray(5, end)).toString('hex');
}

it('composes an OPT record, and not an octet more', () => {
  expect(compose(0, false)).toBe(`00002904d0${'00'.repeat(4)}0000`);
  expect(compose(16, true)).toBe('00002904d0010080000000');
  expect(compose(0xfff, false)).toBe('00002904d0ff0000000000');
});

it('composes Extended DNS Errors with and without their text, to be appended', () => {
  const { code, option, bare } = composeError(EDE.NOT_READY, 'später');
  expect(code).toBe(14);
  expect(compose(2, true, bare)).toBe('00002904d0000080000006000f0002000e');
  expect(compose(2, true, option)).toBe(
    `00002904d000008000000d000f0009000e${Buffer.from('später').toString('hex')}`,
  );
  expect(compose(2, true, bare, option)).toHaveLength(2 * (OPT_LENGTH + 6 + 13));
});

it('pads to the next block, as far as there is room', () => {
  const MOST = 65_535;
  expect([60, 463, 464, 465, 468].map((length) => length + paddingLength(length, MOST))).toEqual([
    ...[468, 468, 468, 936, 936],
  ]);
  // 140 blocks are 65,520 octets, and what lies between them and the end is no whole one.
  expect(paddingLength(65_520, MOST)).toBe(15);
  expect(paddingLength(65_531, MOST)).toBe(4);
  expect(paddingLength(65_532, MOST)).toBe(0);
});

it('appends padding of zeros, and not an octet more', () => {
  const memory = new Uint8Array(64).fill(0xa5);
  const view = new DataView(memory.buffer);
  const opt = composeOpt(memory, view, 5, 1232, 0, false);
  const end = appendPadding(memory, view, 5, opt, 7);
  expect(Buffer.from(memory.subarray(5, end)).toString('hex')).toBe(
    `00002904d0${'00'.repeat(4)}0007000c0003000000`,
  );
  expect(memory.subarray(end).every((octet) => octet === 0xa5)).toBe(true);
});

it('has words for people', () => {
  expect([1, 28, 65, 255, 65_280].map(typeMnemonic)).toEqual([
    'A',
    'AAAA',
    'HTTPS',
    'ANY',
    'TYPE65280',
  ]);
  expect([0, 3, 5, 16].map(rcodeMnemonic)).toEqual(['NOERROR', 'NXDOMAIN', 'REFUSED', 'BADVERS']);
  expect(rcodeMnemonic(23)).toBe('BADCOOKIE');
  expect(rcodeMnemonic(4000)).toBe('RCODE4000');
});
