import { describe, expect, it } from 'vitest';
import { TYPE, typeMnemonic, typeNumber } from './index.ts';

describe('types and their mnemonics', () => {
  it.each([
    ['A', 1],
    ['TXT', 16],
    ['NSEC3', 50],
    ['SMIMEA', 53],
    ['SVCB', 64],
    ['HTTPS', 65],
    ['ANY', 255],
    ['URI', 256],
    ['CAA', 257],
    ['TYPE0', 0],
    ['TYPE65280', 65_280],
  ])('%s is %i', (mnemonic, type) => {
    expect(typeNumber(mnemonic)).toBe(type);
    expect(typeNumber(mnemonic.toLowerCase())).toBe(type);
    expect(typeMnemonic(type)).toBe(mnemonic);
  });

  it('are one to one', () => {
    const types = Array.from({ length: 0x10000 }, (_, type) => type);
    expect(types.filter((type) => typeNumber(typeMnemonic(type)) !== type)).toEqual([]);
    expect(Object.entries(TYPE).filter(([name, type]) => typeMnemonic(type) !== name)).toEqual([]);
  });

  it('any number may be written as such', () => expect(typeNumber('TYPE1')).toBe(TYPE.A));

  it.each([
    '',
    '*',
    'NOSUCH',
    'TYPE',
    'TYPE65536',
    'TYPE-1',
    'UNKNOWN_1',
    '1',
    ' A',
    'A ',
    'toString',
  ])('%j is none', (text) => expect(typeNumber(text)).toBeUndefined());
});
