import { describe, expect, test } from 'vitest';
import { annotation, readHostnames, readTargets, readTtl } from './annotations.ts';

const prefixes = ['coredns.io', 'external-dns.kubernetes.io'];
const annotated = (annotations: unknown) => ({ metadata: { annotations } });

describe('the first prefix that is there counts', () => {
  const both = { 'external-dns.kubernetes.io/ttl': '2', 'coredns.io/ttl': '1' };
  test.each([
    [both, '1'],
    [{ ...both, 'coredns.io/ttl': '' }, ''],
    [{ ...both, 'coredns.io/ttl': 3 }, '2'],
    [{ 'external-dns.kubernetes.io/ttl': '2' }, '2'],
    [{ 'example.com/ttl': '2', ttl: '3', 'coredns.io/TTL': '4' }, undefined],
    [{}, undefined],
    ['x', undefined],
    [null, undefined],
  ])('%j: %j', (annotations, value) => {
    expect(annotation(annotated(annotations), prefixes, 'ttl')).toBe(value);
  });

  test.each([{}, { metadata: 3 }, { metadata: null }])('%j has none', (object) =>
    expect(annotation(object, prefixes, 'ttl')).toBeUndefined(),
  );
});

describe('host names', () => {
  const label63 = 'x'.repeat(63);
  test.each([
    ['a.example.com', 'a.example.com'],
    [' A.Example.com , b.example.com.,', 'a.example.com b.example.com.'],
    ['a.example.com,A.EXAMPLE.COM', 'a.example.com'],
    ['*.w.example.com,_sip._tcp.example.com', '*.w.example.com _sip._tcp.example.com'],
    ['Bücher.example.com,*.日本語.example', 'bücher.example.com *.日本語.example'],
    ['app,1.2', 'app 1.2'],
    [`${label63}.example.com`, `${label63}.example.com`],
    ['', ''],
    [' ,\n, ', ''],
  ])('%j: %j', (text, names) => {
    expect(readHostnames(text)).toEqual({ names: names.split(' ').filter(Boolean), faults: [] });
  });

  test.each([
    ...['.', '*', '*.', '*.*.example.com', 'a.*.example.com', 'a*.example.com', 'a..example.com'],
    ...['.example.com', 'a.example.com..', 'a/b', 'http://a', 'a:80', 'a\\.b', '"a"', 'é/a', 'a\0'],
    ...[`x${label63}.example.com`, `${label63}.${label63}.${label63}.${label63}`, '\ud800'],
  ])('%j is none, and takes no other along', (text) => {
    const { names, faults } = readHostnames(`a.example.com,${text},b.example.com`);
    expect(names).toEqual(['a.example.com', 'b.example.com']);
    expect(faults).toEqual([
      expect.stringMatching(/^".*" in its hostname annotation is no domain name and is ignored$/),
    ]);
  });

  test('faults are few and short, however many there are', () => {
    const odd = Array.from({ length: 99 }, (_, i) => `${'/'.repeat(1000)}${i}`).join();
    const { names, faults } = readHostnames(`${odd},a.example.com`);
    expect(names).toEqual(['a.example.com']);
    expect(faults.length).toBeLessThanOrEqual(5);
    expect(faults.join().length).toBeLessThan(1000);
  });
});

describe('targets', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', ''],
    ['192.0.2.1, 2001:DB8::1,192.0.2.1', '192.0.2.1 2001:db8::1', ''],
    ['LB.example.net.,192.0.2.1', '192.0.2.1', 'lb.example.net.'],
    ['lb-1.example.net,lb.bücher.example', '', 'lb-1.example.net lb.bücher.example'],
    ['', '', ''],
  ])('%j', (text, addresses, targets) => {
    expect(readTargets(text)).toEqual({
      addresses: addresses.split(' ').filter(Boolean),
      targets: targets.split(' ').filter(Boolean),
      faults: [],
    });
  });

  test.each([
    ...['192.0.2.999', '192.0.2.01', '192.0.2.0/24', '192.0.2.1.', '[2001:db8::1]', 'fe80::1%eth0'],
    ...['*.example.net', '7', 'a..b', 'http://lb.example.net', '192.0.2.1:80'],
  ])('%j is none', (text) => {
    const { addresses, targets, faults } = readTargets(`192.0.2.1,${text}`);
    expect([...addresses, ...targets]).toEqual(['192.0.2.1']);
    expect(faults).toEqual([
      `"${text}" in its target annotation is neither an IP address nor a host name and is ignored`,
    ]);
  });
});

describe('TTLs', () => {
  test.each([
    ['60', 60],
    ['1', 1],
    ['+60', 60],
    ['007', 7],
    ['2147483647', 2147483647],
    ['5m', 300],
    ['1h30m', 5400],
    ['1h0.5m', 3630],
    ['1.5s', 1],
    ['.5h', 1800],
    ['1.m', 60],
    ['0.57h', 2052],
    ['1999ms1000000us', 2],
    ['999999µs1000ns', 1],
    ['+1m', 60],
  ])('%s is %i', (text, seconds) => expect(readTtl(text)).toBe(seconds));

  test.each(['0', '0s', '-1', '-5m', '999ms', '2147483648', '600000h', '9'.repeat(64)])(
    '%s is out of range',
    (text) => expect(readTtl(text)).toMatch(/ is not from 1 to 2147483647 seconds and is ignored$/),
  );

  test.each([
    '',
    ' 60',
    '1_0',
    '0x10',
    '1e3',
    '5 m',
    '5M',
    '5d',
    'm',
    '1h-5m',
    '60.',
    '9'.repeat(65),
  ])('%j is none', (text) =>
    expect(readTtl(text)).toMatch(/ is neither seconds nor a duration and is ignored$/),
  );
});
