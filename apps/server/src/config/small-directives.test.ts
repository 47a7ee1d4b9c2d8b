// The directives of a line or two: what each is read to, what is refused, what is only noticed.

import { TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { compile, errorsOf } from '../../test-support/compiling.ts';
import { describeConfig } from './describe.ts';
import type { ListenerConfig } from './server-config.ts';

const block = (lines: string, keys = '.'): string => `${keys} {\n${lines}\n}\n`;
const options = { hostname: 'edge-1', product: 'Seamark-1.2.3' };

function listener(text: string): ListenerConfig {
  const [first] = compile(text, options).listeners;
  if (first === undefined) throw new Error('no listener');
  return first;
}
const answering = (lines: string) => listener(block(lines)).answering;
const notices = (lines: string): string[] =>
  compile(block(`${lines}\nk8s_gateway example.com`)).notices.map(({ text }) => text);

describe('what needs no setting', () => {
  it.each([
    'loadbalance',
    'loadbalance round_robin',
    'errors',
    'errors stdout',
    'errors {\n stacktrace\n}',
    'ready {\n monitor continuously\n}',
    'ready :8282 {\n monitor continuously\n}',
    'prometheus {\n runtime_metrics\n}',
    'health localhost:8081 {\n lameduck 1s\n}',
    'debug',
  ])('is accepted without a word: %j', (lines) => {
    expect(notices(lines)).toEqual([]);
    expect(answering(lines)).toBeUndefined();
  });

  it.each<[lines: string, notice: RegExp]>([
    ['cache', /^cache has nothing to do/],
    ['cache 30', /^cache has nothing to do/],
    [
      'cache 30 example.com {\n success 5000 3600 5\n denial 1024\n prefetch 10 1m 10%\n}',
      /^cache/,
    ],
    [
      'cache {\n serve_stale 1h verify 100ms 30s\n serve_stale_policy prefer_positive\n servfail 0\n disable denial example.com\n disable success\n keepttl\n}',
      /^cache/,
    ],
    [
      'errors {\n consolidate 5m ".* i/o timeout$" warning show_first\n}',
      /^consolidate has nothing/,
    ],
    ['ready {\n monitor until-ready\n}', /present state always/],
    ['log . "{proto} {name}"', /^this format is not followed/],
    ['log {combined}', /^this format is not followed.*opcode/],
    ['log example.com {combined} {\n class error\n}', /^this format is not followed.*opcode/],
    ['bufsize 4096', /may be fragmented/],
    ['acl', /^acl has no rule/],
  ])('is accepted and noticed: %j', (lines, notice) => {
    expect(notices(lines)).toEqual([expect.stringMatching(notice)]);
  });
});

it('cache says that what is forwarded is asked again each time', () => {
  expect(notices('cache 30')).toEqual([expect.stringContaining('what is forwarded is not kept')]);
});

it('debug is of the whole process', () => {
  expect(compile(block('k8s_gateway a.test')).debug).toBe(false);
  const config = compile('a.test {\n debug\n}\nb.test {\n}\n');
  expect(config.debug).toBe(true);
  expect(describeConfig(config)).toContain('\ndebug       log lines of level debug');
});

describe('settings of a listener', () => {
  it('are read', () => {
    expect(answering('nsid')).toEqual({ nsid: 'edge-1' });
    expect(answering('nsid Use The Force')).toEqual({ nsid: 'Use The Force' });
    expect(answering('bufsize')).toEqual({ udpLimit: 1232 });
    expect(answering('bufsize 512')).toEqual({ udpLimit: 512 });
    const hostname = 'edge-1';
    expect(answering('chaos')).toEqual({
      chaos: { version: 'Seamark-1.2.3', hostname, authors: [] },
    });
    expect(answering('chaos V1 b a b')).toEqual({
      chaos: { version: 'V1', hostname, authors: ['a', 'b'] },
    });
  });

  it('are described', () => {
    const text = block('nsid x\nbufsize 512\nchaos V1 "A. Hunt" P.Mockapetris');
    expect(describeConfig(compile(text, options))).toContain(
      '\n            replies over UDP of 512 octets at most\n            NSID "x"\n' +
        '            class CH tells version "V1", host "edge-1", authors "A. Hunt", "P.Mockapetris"\n',
    );
    expect(describeConfig(compile(block('chaos'), options))).toContain('host "edge-1"\n');
  });

  it('hold for every block behind it, which may say the same', () => {
    const one = listener('a.test {\n nsid x\n}\nb.test {\n nsid x\n bufsize 512\n}\nc.test {\n}\n');
    expect(one.answering).toEqual({ nsid: 'x', udpLimit: 512 });
  });

  it.each([
    ['nsid x', 'nsid y', '5:7', 'nsid', '2:7'],
    ['bufsize', 'bufsize 512', '5:10', 'bufsize', '2:2'],
    ['chaos V1', 'chaos V2', '5:8', 'chaos', '2:8'],
  ])('cannot be %s and %s at once', (first, second, at, name, other) => {
    expect(errorsOf(`a.test {\n ${first}\n}\nb.test {\n ${second}\n}\n`)).toEqual([
      `Corefile:${at}: "${name}" differs from the one at Corefile:${other}; both server blocks listen on the same address and port, and there is one for all their names`,
    ]);
    expect(errorsOf(`a.test {\n ${first}\n}\nb.test:54 {\n ${second}\n}\n`)).toEqual([]);
  });
});

describe('acl and any', () => {
  it('are of the names in their block', () => {
    const text = `a.test {
      any
      acl {
        allow net 192.0.2.0/24 2001:db8::1
        block type A AAAA TYPE65280 net *
      }
      acl sub.a.test {
        filter type *
        drop
      }
    }
    . {
      chaos
    }
    `;
    expect(listener(text).answering?.blocks).toEqual([
      {
        zones: ['a.test.'],
        minimalAny: true,
        access: [
          { action: 'allow', networks: ['192.0.2.0/24', '2001:db8::1'] },
          { action: 'block', types: [TYPE.A, TYPE.AAAA, 65280] },
          { action: 'filter', zones: ['sub.a.test.'] },
          { action: 'drop', zones: ['sub.a.test.'] },
        ],
      },
      { zones: ['.'], minimalAny: false, access: [] },
    ]);
    expect(describeConfig(compile(text))).toContain(
      '\n            allow all in a.test. from 192.0.2.0/24 2001:db8::1\n' +
        '            block A AAAA TYPE65280 in a.test. from anywhere\n' +
        '            filter all in sub.a.test. from anywhere\n',
    );
  });

  it('an acl beside chaos is asked of its names, too, unless another block has them', () => {
    const zones = (text: string) =>
      listener(text).answering?.blocks?.map((settings) => settings.zones);
    const acl = 'acl {\n drop net 192.0.2.1\n}';
    expect(zones(block(`chaos\n${acl}`, 'a.test'))).toEqual([
      [
        'a.test.',
        'version.bind.',
        'version.server.',
        'hostname.bind.',
        'id.server.',
        'authors.bind.',
      ],
    ]);
    expect(zones(`${block(`chaos\n${acl}`, 'a.test')}${block('', '.')}`)).toEqual([
      ['a.test.'],
      ['.'],
    ]);
  });
});

describe('log', () => {
  const log = (text: string) => {
    const { log, logged } = listener(text);
    return { log, logged };
  };

  it.each([
    'log',
    'log .',
    'log {common}',
    'log . {common}',
    'log {\n class all\n}',
    'log {\n class denial all\n}',
  ])('%j is of everything', (lines) =>
    expect(log(block(lines))).toEqual({ log: true, logged: undefined }),
  );

  it('is of zones and of classes, the first line that has the name', () => {
    const lines = 'log a.test 192.0.2.0/24\nlog {\n class denial error\n}';
    expect(log(block(lines)).logged).toEqual([
      {
        zones: ['.'],
        rules: [{ zones: ['a.test.', '2.0.192.in-addr.arpa.'] }, { classes: ['denial', 'error'] }],
      },
    ]);
  });

  it('is of the names in its block', () => {
    expect(log('a.test {\n log\n}\nb.test {\n log\n}\n')).toEqual({ log: true, logged: undefined });
    expect(log('a.test {\n log\n}\nb.test {\n}\n').logged).toEqual([
      { zones: ['a.test.'], rules: [{}] },
      { zones: ['b.test.'], rules: [] },
    ]);
  });
});

describe('refusals', () => {
  it.each<[lines: string, error: RegExp]>([
    [
      'loadbalance weighted ./weights {\n reload 10s\n}',
      /^2:13: "weighted" is not supported: the addresses/,
    ],
    [
      'loadbalance random',
      /^2:13: "random" is no policy. Allowed here: loadbalance \[round_robin\]/,
    ],
    ['loadbalance round_robin x', /^2:25: "x" is no policy/],
    [
      'loadbalance {\n prefer 192.0.2.0/24\n}',
      /^3:2: the option of loadbalance "prefer" is not supported/,
    ],
    ['cache {\n sucess 5\n}', /^3:2: unknown option of cache "sucess"; did you mean "success"/],
    ['any A', /^2:5: "A" is more than "any" takes/],
    ['debug on', /^2:7: "on" is more than/],
    ['bufsize 511', /^2:9: "511" is no whole number from 512 to 4096/],
    ['bufsize 4097', /^2:9: "4097"/],
    ['bufsize 1e3', /^2:9: "1e3"/],
    [`nsid ${'x'.repeat(256)}`, /^2:6: 256 octets are too many/],
    [`chaos V1 ${'ä'.repeat(128)}`, /^2:10: 256 octets are too many/],
    ['chaos {\n x\n}', /^2:7: "chaos" has no block/],
    ['acl {\n deny\n}', /^3:2: unknown action of acl "deny"/],
    ['acl {\n blok net *\n}', /^3:2: unknown action of acl "blok"; did you mean "block"/],
    ['acl {\n block 192.0.2.0/24\n}', /^3:8: "192.0.2.0\/24" is neither "type" nor "net"/],
    ['acl {\n block net\n}', /^3:8: "net" needs an argument/],
    ['acl {\n block type net *\n}', /^3:8: "type" needs an argument/],
    ['acl {\n block net 192.0.2.0/33\n}', /^3:12: "192.0.2.0\/33" is no address and no network/],
    ['acl {\n block type AA\n}', /^3:13: "AA" is no RR type/],
    ['acl *.a.test {\n block\n}', /^2:5: "\*.a.test" is no zone/],
    ['log {\n class denials\n}', /^3:8: "denials" is no class of answers; did you mean "denial"/],
    ['log {\n class\n}', /^3:2: "class" needs an argument/],
    ['errors /var/log/errors', /^2:8: "\/var\/log\/errors" is no place to log to/],
    ['errors {\n consolidate soon x\n}', /^3:14: "soon" is no duration/],
    ['errors {\n consolidate 5m x loud\n}', /^3:19: unknown option of consolidate "loud"/],
    ['ready {\n monitor often\n}', /^3:10: unknown value "often" of "monitor"/],
    ['prometheus {\n tls cert key\n}', /^3:2: the option of prometheus "tls" is not supported/],
  ])('%j', (lines, error) => {
    const errors = errorsOf(block(lines));
    expect(errors[0]?.replace('Corefile:', '')).toMatch(error);
  });
});
