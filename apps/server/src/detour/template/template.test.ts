import { parseName, Query, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { compile, errorsOf } from '../../../test-support/compiling.ts';
import type { TemplateConfig } from '../../config/server-config.ts';
import { composePeer } from '../../stream/peer-record.ts';
import { parseRecord } from './parse-record.ts';
import { literalIn, Pattern } from './pattern.ts';
import { Template } from './template.ts';

const block = (lines: string): string => `example.com {\n template ${lines}\n k8s_gateway\n}\n`;

function configOf(lines: string): TemplateConfig {
  const [config] = compile(block(lines)).templates;
  if (config === undefined) throw new Error('no template');
  return config;
}

/** What a template says to `NAME TYPE`: records of the answer, or why not. */
function says(lines: string, name: string, type: number = TYPE.A): string | string[] {
  const query = new Query();
  const wire = parseName(name);
  query.name.set(wire);
  query.nameLength = wire.length;
  query.type = type;
  const peer = composePeer('192.0.2.77', 5300) ?? new Uint8Array();
  const templated = new Template(configOf(lines)).answer(query, peer);
  if (templated.kind === 'next') return 'next';
  if (templated.kind === 'failed') return templated.reason;
  return templated.sections.answer.map((octets) => Buffer.from(octets).toString('hex'));
}

const hex = (record: string): string => Buffer.from(parseRecord(record)).toString('hex');

// As chart/templates/configmap.yaml writes it.
const CHALLENGE = `IN ANY example.com {
           match "_acme-challenge[.](.*)[.]example[.]com"
           answer "{{ .Name }} 5 IN CNAME {{  index .Match 1 }}.dns01.clouddns.com"
           fallthrough
        }`;

describe("the chart's DNS challenge", () => {
  it('leads to the name elsewhere', () => {
    expect(says(CHALLENGE, '_acme-challenge.www.example.com.', TYPE.TXT)).toEqual([
      hex('_acme-challenge.www.example.com. 5 IN CNAME www.dns01.clouddns.com.'),
    ]);
    expect(says(CHALLENGE, 'www.example.com.')).toBe('next');
  });

  it('is the business of no other name', () => {
    expect(configOf(CHALLENGE)).toMatchObject({
      literal: '_acme-challenge',
      zones: ['example.com.'],
      type: 0,
    });
  });
});

describe('records', () => {
  it.each([
    ['{{ .Name }} 60 IN A 192.0.2.1', 'ip-10-1.example.com. 60 IN A 192.0.2.1'],
    ['{{.Name}} A 10.0.{{ .Group.a }}.{{.Group.b}}', 'ip-10-1.example.com. 3600 IN A 10.0.10.1'],
    [
      '{{ .Name }} IN 5 TXT "{{ .Type }} {{ .Class }} of ({{ .Remote }})"',
      'ip-10-1.example.com. 5 IN TXT "A IN of (192.0.2.77)"',
    ],
    ['{{ .Zone }} 5 IN NS ns.{{ .Zone }}', 'example.com. 5 IN NS ns.example.com.'],
    ['x 5 IN TXT "{{ index .Match 0 }}"', 'x. 5 IN TXT "ip-10-1"'],
    ['{{ .Name }} 1h IN A 192.0.2.1', 'ip-10-1.example.com. 3600 IN A 192.0.2.1'],
    ['{{ .Name }} IN 1d A 192.0.2.1', 'ip-10-1.example.com. 86400 IN A 192.0.2.1'],
    ['{{ .Name }} 1h30M A 192.0.2.1', 'ip-10-1.example.com. 5400 IN A 192.0.2.1'],
    ['{{ .Name }} {{ .Group.a }}m A 192.0.2.1', 'ip-10-1.example.com. 600 IN A 192.0.2.1'],
    ['{{ .Name }} {{ .Class }} {{ .Type }} 192.0.2.1', 'ip-10-1.example.com. A 192.0.2.1'],
    ['{{ .Name }} TXT x ; y', 'ip-10-1.example.com. TXT x'],
    ['{{ .Name }} 60 A 192.0.2.1;({{ .Name }}', 'ip-10-1.example.com. 60 A 192.0.2.1'],
    ['x 5 IN SOA a b ( ; one\n 1 2 3 4 5 ; all)\n )', 'x. 5 IN SOA a. b. 1 2 3 4 5'],
    ['x TXT "a;b" c\\;d', 'x. TXT "a;b" "c;d"'],
    ['x 5 IN SOA a b (1 2 3\n 4 5)', 'x. 5 IN SOA a. b. 1 2 3 4 5'],
  ])('%j', (answer, expected) => {
    const escaped = answer.replaceAll('"', '\\"');
    const lines = `IN A {\n match "ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)"\n answer "${escaped}"\n}`;
    expect(says(lines, 'ip-10-1.example.com.')).toEqual([hex(expected)]);
  });

  it('that are none are a failure, told of', () => {
    const lines =
      'IN A {\n match "^ip-(.*)[.]example"\n answer "{{ .Name }} A {{ index .Match 1 }}"\n}';
    expect(says(lines, 'ip-x.example.com.')).toContain('"ip-x.example.com. A x"');
    expect(says(lines, 'x.example.com.')).toContain('nothing falls through');
  });

  it('the first pattern that matches counts, and all names where there is none', () => {
    const two = 'IN A {\n match ^a(.) ^(b)\n answer "{{ index .Match 1 }} A 192.0.2.1"\n}';
    expect(says(two, 'ax.example.com.')).toEqual([hex('x A 192.0.2.1')]);
    expect(says(two, 'b.example.com.')).toEqual([hex('b A 192.0.2.1')]);
    expect(says('IN ANY {\n rcode NXDOMAIN\n}', 'b.example.com.')).toEqual([]);
  });
});

describe('refusals', () => {
  it.each([
    ['CH ANY', '2:11: the class "CH" is not served here. Allowed here: IN, ANY'],
    ['IN NOPE', '2:14: "NOPE" is no type'],
    ['IN A {\n rcode NOPE\n}', /^3:8: "NOPE" is no RCODE/],
    ['IN A {\n ederror x\n}', '3:10: "x" is no Extended DNS Error: they are numbers'],
    ['IN A {\n match (a\n}', /^3:8: "\(a" is no regular expression: .*missing/],
    [
      'IN A {\n answer "{{ .Name }} {{ .Meta \\"x\\" }}"\n}',
      /^3:9: \{\{ \.Meta "x" \}\} is not known here; there are \.Name, /,
    ],
    ['IN A {\n answer "{{ range .Match }}"\n}', /is not known here/],
    [
      'IN A {\n answer "{{ index .Match 2 }} A 192.0.2.1"\n match (a)\n}',
      '3:9: {{ index .Match 2 }}: "match" has 1 groups',
    ],
    [
      'IN A {\n answer "{{ .Group.x }} A 192.0.2.1"\n}',
      '3:9: {{ .Group.x }}: "match" has no group "x"',
    ],
    ['IN A {\n answer "{{ .Name A 192.0.2.1"\n}', '3:9: "{{" without "}}"'],
    ['IN A {\n answer "x 60 IN A 192.0.2.256"\n}', /^3:9: "x 60 IN A 192\.0\.2\.256": /],
    // Whatever stands in its gaps.
    [
      'IN A {\n answer "{{ .Name }} 60 IN A 192.0.2.256"\n}',
      /^3:9: "\{\{ … \}\} 60 IN A 192\.0\.2\.256": /,
    ],
    [
      'IN A {\n answer "{{ .Name }} 1y IN A 192.0.2.1"\n}',
      '3:9: "{{ … }} 1y IN A 192.0.2.1": 1y is no TTL (seconds up to 2147483647, or such as 1h30m)',
    ],
    [
      'IN A {\n answer "{{ .Name }} 60 CH A 192.0.2.1"\n}',
      '3:9: "{{ … }} 60 CH A 192.0.2.1": "CH" is no type',
    ],
    ['IN A {\n answer "{{ .Name }} 3000000000 A {{ .Remote }}"\n}', /3000000000 is no TTL/],
    ['IN A {\n answer "a..b A {{ .Remote }}"\n}', /^3:9: "a\.\.b A \{\{ … \}\}": /],
    [
      'IN A {\n var x 1\n}',
      /^3:2: the option of template "var" is not supported: expressions are not evaluated/,
    ],
  ])('%j', (lines, expected) => {
    const [error = '', ...more] = errorsOf(block(lines)).map((text) =>
      text.replace('Corefile:', ''),
    );
    expect(more).toEqual([]);
    if (typeof expected === 'string') expect(error).toBe(expected);
    else expect(error).toMatch(expected);
  });
});

describe('what stands in every name that is matched', () => {
  it.each([
    ['_acme-challenge[.](.*)[.]example[.]com', '_acme-challenge'],
    ['^foo\\.bar', 'foo'],
    ['abc?', 'ab'],
    ['abc*d', 'ab'],
    ['abc+', 'abc'],
    ['a{2}bcd', 'bcd'],
    ['(foobar)?x', 'x'],
    ['foo|bar', ''],
    ['(?i)FOO', ''],
    ['[]abc]xy', 'xy'],
    ['[^]abc]xy', 'xy'],
    ['\\dabc', 'abc'],
    ['[\\w-]+[.]abc', 'abc'],
    ['[\\]abcd]xy', 'xy'],
    ['[a\\]bcdefgh]foo', 'foo'],
    // One of these is no run of characters that stand for themselves; the others may be.
    ['^\\x61bcd', ''],
    ['^\\x{61}bcd', ''],
    ['^\\141bcd', ''],
    ['^\\pLfoo', ''],
    ['^\\p{L}foo', ''],
    ['\\Qa.b\\Ecd', ''],
    ['\\Cabc', ''],
    ['[\\x61bc]defg', ''],
    ['[\\pLbc]defg', ''],
    ['[[:alpha:]bcdef]xy', ''],
    ['a{b[c}defgh]x', ''],
    ['a[bcd', ''],
    ['.*', ''],
    ['', ''],
  ])('%j: %j', (text, expected) => {
    expect(literalIn(text, (run) => run !== 'example')).toBe(expected);
  });

  it('does, whatever the name', () => {
    const patterns = ['ab?c[.]d', 'x(y|z)w', '^a.c$', 'q[0-9]{2,3}r', 'hello-\\w+'];
    const escapes = ['^\\x61bcd', '^\\141bcd', '^\\pLfoo', '^[a\\]bcdefgh]foo', '[[:alpha:]bc]foo'];
    patterns.push(...escapes);
    const names = ['ac.d', 'abc.d', 'xyw', 'xzw', 'abc', 'a.c', 'q12r', 'q123r', 'hello-you', 'no'];
    names.push('abcd', 'xfoo', 'afoo');
    for (const text of patterns) {
      const pattern = new Pattern(text);
      const literal = literalIn(text, () => true);
      for (const name of names) {
        if (pattern.find(name) !== undefined)
          expect([text, name.includes(literal)]).toEqual([text, true]);
      }
    }
  });
});
