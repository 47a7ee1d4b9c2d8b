import { describe, expect, it } from 'vitest';
import { compile, errorsOf as whole } from '../../test-support/compiling.ts';
import { compareConfigs } from './compare.ts';
import { describeConfig } from './describe.ts';

const errorsOf = (text: string) => whole(text).map((error) => error.replace('Corefile:', ''));
const block = (key: string, lines: string): string => `${key} {\n ${lines}\n k8s_gateway\n}\n`;
const compiled = (lines: string) =>
  compile(block('tls://example.com', lines), {}, '/etc/seamark/Corefile');

describe('a key with a transport', () => {
  it('has a port of its own where none is written', () => {
    const text = `${block('tls://example.com', 'tls a b')}${block('example.com', 'errors')}`;
    expect(compile(text, { defaultPort: 1053 }).listeners).toMatchObject([
      { address: '::', port: 853, transport: 'tls' },
      { address: '::', port: 1053 },
    ]);
    expect(compile(block('tls://example.com:8853', 'tls a b')).listeners[0]?.port).toBe(8853);
  });

  it('makes another listener than others of its block', () => {
    const { listeners } = compile(block('tls://example.com example.com', 'tls a b'));
    expect(
      listeners.map(({ transport, tls }) => [transport, tls?.certificate !== undefined]),
    ).toEqual([
      ['tls', true],
      [undefined, false],
    ]);
  });

  it('can have no port that another transport has', () => {
    const bind = 'tls a b\n bind 127.0.0.1';
    const text = `${block('tls://example.com:53', bind)}${block('example.org', 'errors')}`;
    expect(errorsOf(text)).toEqual([
      '6:1: port 53 has "tls://" at Corefile:1:1, and can\'t have "dns://" as well; write another port',
    ]);
    const apart = `${block('tls://example.com:53', bind)}${block('example.org', 'bind ::1')}`;
    expect(errorsOf(apart)).toEqual([]);
  });

  it('needs a certificate, and one alone', () => {
    expect(errorsOf(block('tls://example.com', 'errors'))).toEqual([
      '1:1: "tls://" has no certificate: add "tls CERT KEY" to this server block, or write "dns://" where something before this server has the certificate',
    ]);
    const one = block('tls://example.com', 'tls a b');
    expect(errorsOf(one + block('tls://example.org', 'errors'))).toEqual([]);
    expect(errorsOf(one + block('tls://example.org', 'tls a b'))).toEqual([]);
    expect(errorsOf(one + block('tls://example.org', 'tls a c'))).toEqual([
      '6:2: "tls" differs from the one at Corefile:2:2; both server blocks listen on the same address and port, and there is one for all their names',
    ]);
  });

  it.each(['quic', 'grpc', 'https3', 'unix'])('is refused as %s', (scheme) => {
    expect(errorsOf(`${scheme}://example.com {\n}\n`)[0]).toMatch(
      new RegExp(`^1:1: (unknown scheme )?"${scheme}://"`),
    );
  });
});

describe('tls', () => {
  it('reads paths from the directory of the Corefile', () => {
    expect(compiled('tls tls.crt /keys/tls.key ../ca.crt').listeners[0]?.tls).toEqual({
      certificate: '/etc/seamark/tls.crt',
      key: '/keys/tls.key',
      ca: '/etc/ca.crt',
      clientAuth: 'nocert',
      position: { file: '/etc/seamark/Corefile', line: 2, column: 2 },
    });
  });

  it('reads whom clients have to show what', () => {
    for (const policy of [
      'nocert',
      'request',
      'require',
      'verify_if_given',
      'require_and_verify',
    ]) {
      const { listeners } = compiled(`tls a b c {\n client_auth ${policy}\n }`);
      expect(listeners[0]?.tls?.clientAuth).toBe(policy);
    }
    expect(errorsOf(block('tls://a.test', 'tls a b {\n client_auth always\n }'))).toEqual([
      '3:14: unknown value "always" of "client_auth". Allowed here: nocert, request, require, verify_if_given, require_and_verify',
    ]);
  });

  it.each([
    ['tls', '2:2: "tls" needs a certificate and its key. Allowed here: tls CERT KEY [CA] {'],
    ['tls a', '2:2: "tls" needs a certificate and its key. Allowed here: tls CERT KEY [CA] {'],
    ['tls a b c d', '2:12: "d" is more than "tls" takes. Allowed here: tls CERT KEY [CA] {'],
    ['tls "" b', '2:6: a path must not be empty'],
    [
      'tls a b {\n keylog k\n }',
      '3:2: the option of tls "keylog" is not supported: remove it; to decrypt',
    ],
    [
      'tls {\n acme a.test\n }',
      '3:2: the option of tls "acme" is not supported: write "tls CERT KEY"',
    ],
  ])('is refused as %s', (lines, message) => {
    const [error = ''] = errorsOf(block('tls://a.test example.com', lines));
    expect(error.slice(0, message.length)).toBe(message);
  });

  it('says where it has nothing to do', () => {
    const noticesOf = (text: string) => compile(text).notices.map((notice) => notice.text);
    expect(noticesOf(block('example.com', 'tls a b'))).toEqual([
      '"tls" has nothing to do: no key of this server block begins with "tls://" or "https://"',
    ]);
    expect(noticesOf(block('tls://example.com', 'tls a b c'))).toEqual([
      'nobody is held to this CA: client certificates are not verified with "client_auth nocert"',
    ]);
  });

  it('is described', () => {
    const text = describeConfig(compiled('tls a b c {\n client_auth require_and_verify\n }'));
    expect(text.split('\n').slice(0, 3)).toEqual([
      'listen      [::]:853 (TLS) for example.com.',
      '            certificate /etc/seamark/a, its key /etc/seamark/b',
      '            certificates of clients: require_and_verify by /etc/seamark/c',
    ]);
  });
});

it('is another listener where its transport is, and the same one otherwise with another certificate', () => {
  const plain = compile(block('example.com:853', 'errors'));
  const tls = compile(block('tls://example.com:853', 'tls a b\n errors'));
  const other = compile(block('tls://example.com:853', 'errors\n tls a c'));
  expect(compareConfigs(plain, tls).listeners).toEqual({ added: [0], removed: [0], changed: [] });
  expect(compareConfigs(tls, other).listeners).toEqual({ added: [], removed: [], changed: [0] });
});
