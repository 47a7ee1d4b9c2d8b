import { expect, it } from 'vitest';
import { composeOpt, EDE, EDE_LENGTH, OPT_LENGTH, rcodeMnemonic, typeMnemonic } from './index.ts';

function compose(rcode: number, dnssecOk: boolean, ede: number): string {
  const memory = new Uint8Array(40).fill(0xa5);
  const end = composeOpt(memory, new DataView(memory.buffer), 5, 1232, rcode, dnssecOk, ede);
  expect(memory.subarray(0, 5).every((octet) => octet === 0xa5)).toBe(true);
  expect(memory.subarray(end).every((octet) => octet === 0xa5)).toBe(true);
  return Buffer.from(memory.subarray(5, end)).toString('hex');
}

it('composes an OPT record, and not an octet more', () => {
  expect(compose(0, false, EDE.NONE)).toBe(`00002904d0${'00'.repeat(4)}0000`);
  expect(compose(16, true, EDE.NONE)).toBe('00002904d0010080000000');
  expect(compose(0xfff, false, EDE.NONE)).toBe('00002904d0ff0000000000');
  const failed = compose(2, true, EDE.NOT_READY);
  expect(failed).toBe('00002904d0000080000006000f0002000e');
  expect(failed).toHaveLength(2 * (OPT_LENGTH + EDE_LENGTH));
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
