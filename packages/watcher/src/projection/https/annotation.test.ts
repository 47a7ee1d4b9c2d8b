import { formatRdata, TYPE } from '@seamark/protocol';
import { describe, expect, test } from 'vitest';
import { defaultOptions } from '../../../test-support/recording-claims.ts';
import { DEFAULT_SERVICE, type HttpsService, readHttps, readHttpsWish } from './annotation.ts';

const read = (text: string): HttpsService => {
  const wish = readHttps(text);
  if (wish === 'off' || 'reason' in wish) throw new Error(JSON.stringify(wish));
  return wish;
};
const written = ({ params }: HttpsService): string =>
  formatRdata(TYPE.HTTPS, Uint8Array.of(0, 1, 0, ...params)).slice('1 . '.length);

// What is written, the parameters of it, and what else it says.
test.each([
  ['on', 'alpn="h2"', {}],
  [' ON ', 'alpn="h2"', {}],
  ['always', 'alpn="h2"', { always: true }],
  ['alpn=h3,h2', 'alpn="h3,h2"', {}],
  ['on alpn=h2', 'alpn="h2"', {}],
  ['always hints=off alpn=h2', 'alpn="h2"', { always: true, hints: false }],
  ['hints=off', 'alpn="h2"', { hints: false }],
  ['port=8443', 'alpn="h2"', { port: 8443 }],
  ['port=443 alpn="h2"', 'alpn="h2"', { port: 443 }],
  ['ech=AEX+DQ== alpn=h2', 'alpn="h2" ech=AEX+DQ==', {}],
  ['alpn=h2 no-default-alpn', 'alpn="h2" no-default-alpn', {}],
  // RFC 9460 8, 2.2: sorted, and those with no name by their number.
  ['key667=a mandatory=alpn,key667 alpn=h2', 'mandatory=alpn,key667 alpn="h2" key667="a"', {}],
])('%j', (text, params, more) => {
  const { params: _, ...rest } = read(text);
  expect(written(read(text))).toBe(params);
  expect(rest).toEqual({ hints: true, always: false, ...more });
});

test('off is nothing, in any case', () => {
  expect(['off', ' Off '].map(readHttps)).toEqual(['off', 'off']);
});

// RFC 9460 2.2: the octets of alpn=h2, by hand.
test('what is composed unasked says HTTP/2, before the HTTP/1.1 that goes without saying', () => {
  expect([...DEFAULT_SERVICE.params]).toEqual([0, 1, 0, 3, 2, 0x68, 0x32]);
});

describe('what can not be used is told, with where it is wrong', () => {
  test.each([
    ['of', 'no parameter of a service binding, at character 1'],
    ['on of', 'no parameter of a service binding, at character 4'],
    ['alpn=h2,,h3', 'alpn has an empty protocol, at character 6'],
    ['always port=65536', 'port has to be 0 to 65535, at character 13'],
    ['port=0', 'no service has the port 0'],
    ['ech=x', 'ech has to be Base64, at character 5'],
    ['off alpn=h2', 'no parameter of a service binding, at character 1'],
    ['mandatory=ech', 'ech is mandatory and missing, at character 1'],
    ['mandatory=port port=8443', 'port is mandatory without being listed (RFC 9460 8)'],
    ['no-default-alpn', 'no-default-alpn without alpn, at character 1'],
    [
      'ipv4hint=192.0.2.1',
      'hints are the addresses of each name, as they are at the time; hints=off leaves them out',
    ],
    [`key667=${'x'.repeat(1100)}`, 'its parameters have more than 1024 octets'],
  ])('%.20s', (text, reason) => {
    expect(readHttps(text)).toEqual({ reason });
  });

  test('and stands for off: who mistypes it wants no record', () => {
    const faults: string[] = [];
    const object = { metadata: { annotations: { 'coredns.io/https': 'of' } } };
    expect(readHttpsWish(object, defaultOptions, faults)).toBe('off');
    expect(faults).toEqual([
      '"of" in its https annotation can\'t be used: no parameter of a service binding, at character 1. There is no HTTPS record of it until it is on, off, always, or parameters as in "alpn=h2,h3 port=8443"',
    ]);
  });
});

test('no annotation, an empty one, and one that nobody reads are none', () => {
  const faults: string[] = [];
  const of = (https: string) => ({ metadata: { annotations: { 'coredns.io/https': https } } });
  expect(readHttpsWish({}, defaultOptions, faults)).toBeUndefined();
  expect(readHttpsWish(of(' '), defaultOptions, faults)).toBeUndefined();
  const none = { ...defaultOptions, httpsRecords: 'none' } as const;
  expect(readHttpsWish(of('nonsense='), none, faults)).toBeUndefined();
  expect(faults).toEqual([]);
});
