import { describe, expect, it } from 'vitest';
import { compile, errorsOf } from '../../../../test-support/compiling.ts';
import { describeConfig } from '../../describe.ts';
import type { ForwardConfig } from '../../server-config.ts';

const block = (line: string): string => `. {\n${line}\n}\n`;

function forwardOf(line: string): ForwardConfig {
  const [config] = compile(block(line), {}, '/etc/seamark/Corefile').forwards;
  if (config === undefined) throw new Error('no forward');
  return config;
}

describe('forward', () => {
  it('alone means what it means in CoreDNS', () => {
    expect(forwardOf('forward . /etc/resolv.conf')).toEqual({
      from: ['.'],
      to: [{ file: '/etc/resolv.conf' }],
      except: [],
      forceTcp: false,
      preferUdp: false,
      policy: 'random',
      maxFails: 2,
      healthCheck: { intervalMs: 500, recursion: true, domain: '.' },
      expireMs: 10_000,
      readTimeoutMs: 2000,
      maxIdleConnections: 0,
      maxConcurrent: 0,
      failover: [],
      next: [],
      nextOnNodata: false,
      failfast: false,
      position: { file: '/etc/seamark/Corefile', line: 2, column: 1 },
    });
  });

  it('takes addresses with and without ports, and files', () => {
    const to =
      '192.0.2.1 192.0.2.1:5353 [2001:DB8::0]:54 2001:db8::1 dns://192.0.2.2 dns://[::1]:55 ./up.conf';
    expect(forwardOf(`forward . ${to}`).to).toEqual([
      { address: '192.0.2.1', port: 53 },
      { address: '192.0.2.1', port: 5353 },
      { address: '2001:db8::', port: 54 },
      { address: '2001:db8::1', port: 53 },
      { address: '192.0.2.2', port: 53 },
      { address: '::1', port: 55 },
      { file: '/etc/seamark/up.conf' },
    ]);
  });

  it('reads every option', () => {
    const options = `
      except Example.ORG 10.0.0.0/24
      except example.net
      clients 192.0.2.0/24 2001:DB8:0::/32
      clients 198.51.100.1
      force_tcp
      prefer_udp
      policy round_robin
      max_fails 0
      health_check 5s no_rec domain example.com
      expire 30s
      read_timeout 1s
      max_idle_conns 3
      max_concurrent 1000
      max_connect_attempts 0
      failover SERVFAIL refused
      next NXDOMAIN
      next_on_nodata
      failfast_all_unhealthy_upstreams
      source_address 192.0.2.9`;
    expect(forwardOf(`forward 192.0.2.0/23 192.0.2.1 {${options}\n}`)).toMatchObject({
      from: ['2.0.192.in-addr.arpa.', '3.0.192.in-addr.arpa.'],
      except: ['example.org.', '0.0.10.in-addr.arpa.', 'example.net.'],
      clients: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.1/32'],
      forceTcp: true,
      preferUdp: true,
      policy: 'round_robin',
      maxFails: 0,
      healthCheck: { intervalMs: 5000, recursion: false, domain: 'example.com.' },
      expireMs: 30_000,
      readTimeoutMs: 1000,
      maxIdleConnections: 3,
      maxConcurrent: 1000,
      maxConnectAttempts: 0,
      failover: [2, 5],
      next: [3],
      nextOnNodata: true,
      failfast: true,
      sourceAddress: '192.0.2.9',
    });
  });

  it.each([
    ['forward .', '2:1: "forward" needs an argument. Allowed here: forward FROM TO… { … }'],
    [
      'forward . tls://192.0.2.1',
      '2:11: "tls://192.0.2.1" is no upstream: TLS is not spoken here: write the address of a server that answers over UDP and TCP, such as a resolver beside this one that asks others over TLS',
    ],
    [
      'forward . dns.example.com',
      '2:11: "dns.example.com" is no upstream: it must be an IP address, with or without a port, or the path of a file such as /etc/resolv.conf; host names are not looked up, as whom to ask would depend on who answers',
    ],
    ['forward . 192.0.2.1:0', '2:11: "192.0.2.1:0" is no upstream: a port is from 1 to 65535'],
    ['forward . 192.0.2.1 192.0.2.1:53', '2:21: "192.0.2.1:53" stands at Corefile:2:11 already'],
    [
      `forward . ${Array.from({ length: 16 }, (_, i) => `192.0.2.${i}`).join(' ')}`,
      '2:166: "forward" takes 15 upstreams at the most',
    ],
    ['forward a..b 192.0.2.1', '2:9: "a..b" is no zone: an empty label at character 3'],
    [
      'forward . 192.0.2.1 {\n clients any 192.0.2.0/24\n}',
      '3:2: "any" is everyone, so that no other range belongs beside it',
    ],
    [
      'forward . 192.0.2.1 {\n clients 192.0.2.0/33\n}',
      '3:10: "192.0.2.0/33" is no range of addresses. Allowed here: any, 10.0.0.0/8, 2001:db8::/32',
    ],
    [
      'forward . 192.0.2.1 {\n failover NOERROR\n}',
      '3:11: NOERROR is an answer: there is nothing to ask another upstream for',
    ],
    [
      'forward . 192.0.2.1 {\n policy rnd\n}',
      '3:9: unknown value "rnd" of "policy". Allowed here: random, round_robin, sequential',
    ],
    [
      'forward . 192.0.2.1 {\n read_timeout 0\n}',
      '3:15: "0" is no duration from 1ms to 24h. Allowed here: 500ms, 2s, 1m30s',
    ],
    ['forward . 192.0.2.1 {\n max_fails -1\n}', '3:12: "-1" is no whole number from 0 to 1000000'],
    ['forward . 192.0.2.1 {\n health_check 1s domain\n}', '3:18: "domain" needs a name'],
  ])('%j', (line, expected) => {
    expect(errorsOf(block(line))).toEqual([`Corefile:${expected}`]);
  });

  it.each(['tls', 'tls_servername dns.example', 'doh_method GET', 'resolver 192.0.2.1'])(
    'refuses %s and says why',
    (option) => {
      const [error] = errorsOf(block(`forward . 192.0.2.1 {\n ${option}\n}`));
      expect(error).toMatch(
        /^Corefile:3:2: the option of forward ".*" is not supported: upstreams are/,
      );
    },
  );
});

describe('what is noticed', () => {
  const noticesOf = (text: string): string[] => compile(text).notices.map(({ text }) => text);

  it.each([
    ['forward . 192.0.2.1', 'private and link-local ranges'],
    ['forward . 192.0.2.1 {\n clients any\n}', 'open resolver'],
    ['k8s_gateway a.test {\n fallthrough\n}', '"fallthrough" changes nothing'],
    ['k8s_gateway a.test\nloop', '"loop" changes nothing'],
  ])('%j', (lines, expected) => {
    expect(noticesOf(block(lines))).toEqual([expect.stringContaining(expected)]);
  });

  it('nothing, where only names of our own zones are forwarded', () => {
    const lines = 'k8s_gateway a.test {\n fallthrough\n}\nforward a.test 192.0.2.1';
    expect(noticesOf(block(lines))).toEqual([]);
  });
});

it('says what it makes of both', () => {
  const config = compile(
    block(`forward . 192.0.2.1 /etc/resolv.conf {
  except a.test b.test
}
forward c.test [2001:db8::1]:54 {
  clients 192.0.2.0/24
}
template IN A d.test {
  match ^x ^y
}`),
  );
  const lines = describeConfig(config).split('\n');
  expect(lines.filter((line) => /^(forward|template)/.test(line))).toEqual([
    'forward     . without a.test. b.test. to 192.0.2.1:53 /etc/resolv.conf, for clients near by',
    'forward     c.test. to [2001:db8::1]:54, for clients in 192.0.2.0/24',
    'template    A in d.test. that match ^x or ^y',
  ]);
  expect(lines).toContain('            names that do not match are SERVFAIL');
});

describe('the description', () => {
  const described = (text: string): string[] => {
    const lines = describeConfig(compile(block(text))).split('\n');
    const from = lines.findIndex((line) => /^(forward|template)/.test(line));
    const others = lines.slice(from + 1);
    return others
      .slice(
        0,
        others.findIndex((line) => !line.startsWith(' ')),
      )
      .map((line) => line.trim());
  };

  it('has a line for each option of forward that is not as by default', () => {
    expect(described('forward . 192.0.2.1')).toEqual([]);
    expect(
      described(`forward . 192.0.2.1 {
  prefer_udp
  policy round_robin
  max_fails 5
  health_check 5s no_rec domain example.com
  expire 30s
  read_timeout 1500ms
  max_idle_conns 3
  max_concurrent 1000
  max_connect_attempts 4
  failover SERVFAIL refused
  next NXDOMAIN
  next_on_nodata
  failfast_all_unhealthy_upstreams
  source_address 192.0.2.9
}`),
    ).toEqual([
      'the first to be asked by round_robin',
      'asked over UDP first, for clients over TCP too',
      'asked from 192.0.2.9',
      'each is waited for 1.5 s',
      '4 attempts at the most',
      '1000 questions at once, more are REFUSED',
      'TCP connections are kept for 30 s',
      '3 idle TCP connections to each are kept',
      'down after 5 failed health checks',
      'one that failed is asked for example.com. NS, without RD, every 5 s',
      'SERVFAIL at once while all are down',
      'after SERVFAIL, REFUSED the next of them is asked',
      'after NXDOMAIN, NODATA the next forward is asked',
    ]);
    expect(
      described('forward . 192.0.2.1 {\n force_tcp\n max_fails 0\n max_connect_attempts 0\n}'),
    ).toEqual([
      'asked over TCP always',
      'as many attempts as there is time for',
      'none ever counts as down',
    ]);
  });

  it('has what a template answers', () => {
    const text = `template IN A d.test {
  match ^x
  answer "{{ .Name }} 60 IN A 192.0.2.1"
  authority "d.test 60 IN NS ns.d.test"
  rcode NXDOMAIN
  ederror 15
  fallthrough e.d.test
}`;
    expect(described(text)).toEqual([
      'answer {{ .Name }} 60 IN A 192.0.2.1',
      'authority d.test 60 IN NS ns.d.test',
      'NXDOMAIN',
      'Extended DNS Error 15',
      'names in e.d.test. that do not match go on',
    ]);
  });

  it('says where loops are looked for', () => {
    const config = compile('a.test b.test {\n forward . 192.0.2.1\n loop\n}\n');
    expect(describeConfig(config)).toContain(
      '\n            ends at the start if what is forwarded of a.test. b.test. comes back\n',
    );
  });
});

describe('detours of a listener', () => {
  it('are those of all its blocks', () => {
    const config = compile(`
a.test {
  k8s_gateway a.test {
    fallthrough b.a.test
  }
  forward . 192.0.2.1
  loop
}
c.test d.test:54 {
  k8s_gateway
}
e.test:55 {
  k8s_gateway
}
`);
    const detours = config.listeners.map(({ port, detour }) => [port, detour]);
    expect(detours).toEqual([
      [
        53,
        {
          blocks: [
            {
              keys: ['a.test.'],
              templates: [],
              fallthrough: [{ zone: 'a.test.', names: ['b.a.test.'] }],
              forwards: [0],
              loop: true,
            },
            { keys: ['c.test.'], templates: [], fallthrough: [], forwards: [], loop: false },
          ],
        },
      ],
      [54, undefined],
      [55, undefined],
    ]);
    expect(config.forwards).toHaveLength(1);
  });
});
