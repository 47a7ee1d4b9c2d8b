import { formatRdata, TYPE } from '@seamark/protocol';
import { expect, test } from 'vitest';
import { Random, seeds } from '../../../protocol/test-support/random.ts';
import type { ClaimedBinding, ClaimedHttps } from '../projection/contract.ts';
import { addressSet, NO_ADDRESSES } from './address-set.ts';
import { type Content, contentOf, packContent, packedLength, unpackContent } from './content.ts';
import { chooseBindings } from './https-bindings.ts';
import { bindingRdata } from './https-rdata.ts';
import { wireName } from './wire-name.ts';

const ALPN = Uint8Array.of(0, 1, 0, 3, 2, 0x68, 0x32);

const binding = (more: Partial<ClaimedBinding> = {}): ClaimedBinding => ({
  ...{ params: ALPN, port: 443, hints: true, isAsked: false, isAside: false },
  ...more,
});

const rdata = (one: ClaimedBinding, name: string, addresses: string): string =>
  formatRdata(
    TYPE.HTTPS,
    bindingRdata(one, wireName(name), addressSet(addresses.split(' ').filter(Boolean))),
  );

test('RDATA has the keys in their order, whatever comes from where (RFC 9460 2.2)', () => {
  // ech=AEX+DQ==
  const ech = Uint8Array.of(...ALPN, 0, 5, 0, 4, 0x00, 0x45, 0xfe, 0x0d);
  expect(rdata(binding({ params: ech, port: 8443 }), 'a.test', '192.0.2.1 2001:db8::1')).toBe(
    '1 . alpn="h2" port=8443 ipv4hint=192.0.2.1 ech=AEX+DQ== ipv6hint=2001:db8::1',
  );
  expect(rdata(binding({ hints: false }), 'a.test', '192.0.2.1')).toBe('1 . alpn="h2"');
  const aside = binding({ port: 8443, hints: false, isAside: true });
  expect(rdata(aside, '_8443._https.a.test', '')).toBe('1 a.test. alpn="h2"');
});

test('a family of more than eight addresses has no hints, and the other keeps its own', () => {
  const many = Array.from({ length: 9 }, (_, i) => `192.0.2.${i}`);
  expect(rdata(binding(), 'a.test', [...many, '2001:db8::1'].join(' '))).toBe(
    '1 . alpn="h2" ipv6hint=2001:db8::1',
  );
  expect(rdata(binding(), 'a.test', many.slice(1).join(' '))).toBe(
    `1 . alpn="h2" ipv4hint=${many.slice(1).join()}`,
  );
});

const drawHttps = (random: Random): ClaimedHttps => {
  if (random.oneIn(4)) return 'off';
  return Array.from({ length: random.below(4) }, () =>
    binding({
      params: random.oneIn(2) ? ALPN : new Uint8Array(0),
      port: random.below(65_536),
      hints: random.oneIn(2),
      isAsked: random.oneIn(2),
      isAside: random.oneIn(2),
    }),
  );
};

test.each(seeds(50))('what is packed comes back, seed %i', (seed) => {
  const random = new Random(seed);
  const names = [{ name: 'a.test', relative: false }];
  const content = contentOf(
    {
      names,
      addresses: ['192.0.2.1', '2001:db8::1'].filter(() => random.oneIn(2)),
      ...(random.oneIn(2) && { targets: ['b.test'] }),
      ...(random.oneIn(2) && { rrsets: [{ type: TYPE.TXT, rdata: [Uint8Array.of(1, 0x61)] }] }),
      ...(random.oneIn(2) && { ttl: 7 }),
      https: drawHttps(random),
    },
    [],
  );
  const length = packedLength(content);
  const packed = new Uint8Array(length + 3);
  packContent(content, packed);
  expect(packed.subarray(length)).toEqual(new Uint8Array(3));
  expect(unpackContent(packed, 0, length)).toEqual(content);
});

test('what nobody asks for takes no octet', () => {
  expect(packedLength(content('192.0.2.1', []))).toBe(6);
  expect(packedLength(content('192.0.2.1', [binding()]))).toBe(26);
});

const content = (addresses: string, https: ClaimedHttps, written = false): Content => ({
  addresses: addressSet(addresses.split(' ').filter(Boolean)),
  ttl: -1,
  targets: [],
  rrsets: written ? [{ type: TYPE.HTTPS, rdata: [Uint8Array.of(0, 1, 0)] }] : [],
  https,
});

/** The rule of `chooseBindings`, said once more and slowly: whether something is composed at all. */
const isComposed = (contents: readonly Content[]): boolean => {
  const reached = contents.filter(({ addresses }) => addresses.v4.length > 0);
  if (contents.some(({ rrsets }) => rrsets.length > 0)) return false;
  if (reached.some(({ https }) => https === 'off')) return false;
  const at = ({ addresses }: Content): readonly string[] => addresses.v4.map(String);
  const secure = new Set(reached.filter(({ https }) => https.length > 0).flatMap(at));
  return secure.size > 0 && reached.flatMap(at).every((address) => secure.has(address));
};

test.each(seeds(200))('is TLS at every address or nothing, seed %i', (seed) => {
  const random = new Random(seed);
  const contents = Array.from({ length: 1 + random.below(4) }, () => {
    const addresses = ['192.0.2.1', '192.0.2.2'].filter(() => random.oneIn(2));
    const https = random.oneIn(8) ? 'off' : random.oneIn(2) ? [binding()] : [];
    return content(addresses.join(' '), https, random.oneIn(12));
  });
  const reached = contents.filter(({ addresses }) => addresses.v4.length > 0);
  const { bindings } = chooseBindings([contents], reached);
  expect(bindings).toEqual(isComposed(contents) ? [binding()] : []);
});

test('a name without an address has none but that of another port', () => {
  const aside = binding({ isAside: true, port: 8443 });
  const one: Content = { ...content('', [aside]), addresses: NO_ADDRESSES };
  expect(chooseBindings([[], [one]], []).bindings).toEqual([aside]);
  expect(chooseBindings([[one]], []).bindings).toEqual([aside]);
  expect(chooseBindings([[content('', [binding()])]], []).bindings).toEqual([]);
});

test('what many objects ask for is eight records at the most, the same whatever comes first', () => {
  const asked = Array.from({ length: 20 }, (_, i) =>
    content('192.0.2.1', [binding({ isAsked: true, port: 1000 + i })]),
  );
  const { bindings } = chooseBindings([asked], asked);
  expect(bindings).toHaveLength(8);
  const reversed = asked.toReversed();
  expect(chooseBindings([reversed], reversed).bindings).toEqual(bindings);
});

test('what a claim has no room for is told', () => {
  const faults: string[] = [];
  const long = Array.from({ length: 10 }, (_, i) =>
    binding({ params: new Uint8Array(1000), port: 8000 + i }),
  );
  const names = [{ name: 'a.test', relative: false }];
  expect(contentOf({ names, addresses: [], https: long }, faults).https).toHaveLength(3);
  expect(faults).toEqual([
    'HTTPS records of "a.test" for the ports 8003, 8004, 8005, 8006, 8007, 8008, 8009 are left out: a claim has room for 3 KiB of them',
  ]);
});
