import { describe, expect, it } from 'vitest';
import { parseCorefile } from './parse.ts';
import type { ParseHost } from './parse-host.ts';
import type { CorefileTree, Directive } from './tree.ts';

function parse(
  text: string,
  files: Record<string, string> = {},
  environment: Record<string, string> = {},
): CorefileTree {
  const host: ParseHost = {
    environment,
    readFile(path) {
      const content = files[path];
      if (content === undefined) throw new Error('there is no such file');
      return content;
    },
    listDirectory: (directory) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => ({ name: path.slice(directory.length + 1), isDirectory: false })),
  };
  return parseCorefile(text, 'etc/Corefile', host);
}

/** `keys { directive argument { … } … }` on one line. */
function show(tree: CorefileTree): string {
  const line = ({ name, arguments: words, block }: Directive): string =>
    [name, ...words].map((token) => token.text).join(' ') +
    (block === undefined ? '' : ` { ${block.directives.map(line).join('; ')} }`);
  return tree.blocks
    .map(
      ({ keys, directives }) =>
        `${keys.map((key) => key.text)} { ${directives.map(line).join('; ')} }`,
    )
    .join(' ');
}

describe('parseCorefile', () => {
  it.each<[what: string, text: string, expected: string]>([
    ['a block', '. {\n a b\n}\n', '. { a b }'],
    ['keys', 'a, b c,\n\n# no\nd {\n}', 'a,b,c,d {  }'],
    ['a brace on its own line', '.\n{\na\n}', '. { a }'],
    ['no braces', '.\na {\n b\n}\nc', '. { a { b }; c }'],
    ['keys alone', 'a b', 'a,b {  }'],
    ['two blocks', 'a {\nx\n} b {\ny\n}', 'a { x } b { y }'],
    ['nested blocks', '. {\n a b {\n c {\n d\n}\n }\n}', '. { a b { c { d } } }'],
    ['an empty block', '. {\n a { }\n}', '. { a {  } }'],
    ['a directive beside its brace', '. { a {  b\n }\n}', '. { a { b } }'],
    ['an argument over lines', '. {\n a "b\nc" d\n}', '. { a b\nc d }'],
    ['a byte order mark', '\ufeff. {\n}', '. {  }'],
    [
      'a snippet',
      '(s) {\n a\n b c\n}\n. {\n import s\n x {\n import s\n}\n import s\n}',
      '. { a; b c; x { a; b c }; a; b c }',
    ],
    ['a snippet in a snippet', '(s) { a\n}\n(t) {\n import s\n}\n. { import t\n}', '. { a }'],
  ])('%s', (_what, text, expected) => {
    expect(show(parse(text))).toBe(expected);
  });

  it('imports files relative to the file that names them', () => {
    const files = { 'etc/conf/a': 'import b\n', 'etc/conf/b': 'x y\n' };
    expect(show(parse('. {\n import conf/a\n}', files))).toBe('. { x y }');
  });

  it('imports files by pattern, in order', () => {
    const files = { 'etc/c/2.conf': 'two', 'etc/c/1.conf': 'one', 'etc/c/3': 'three' };
    expect(show(parse('. {\n import c/*.conf\n}', files))).toBe('. { one; two }');
    expect(parse('. {\n import c/?.none\n}', files).notices.map(({ text }) => text)).toEqual([
      'no file matches "etc/c/?.none"',
    ]);
  });

  it('names the imported file in positions', () => {
    const tree = parse('import a\n', { 'etc/a': '. {\n x\n}\n' });
    expect(tree.blocks[0]?.directives[0]?.name.position).toEqual({
      file: 'etc/a',
      line: 2,
      column: 2,
    });
  });

  it('replaces environment variables within words', () => {
    const tree = parse(
      '{$ZONE}:{%PORT%} {\n a {$BOTH} {$NONE}\n}',
      {},
      {
        ZONE: 'example.com',
        PORT: '1053',
        BOTH: 'x {',
      },
    );
    expect(show(tree)).toBe('example.com:1053 { a x {  }');
    expect(tree.notices).toEqual([
      {
        position: { file: 'etc/Corefile', line: 2, column: 12 },
        text: 'the environment variable "NONE" is not set and reads as nothing',
      },
    ]);
  });

  it.each<[text: string, expected: string]>([
    ['', '1:1: this file has no server block'],
    ['. {\n a', '1:3: this "{" is never closed'],
    ['}', '1:1: this "}" closes nothing'],
    ['. {\n a }\n', '2:4: "}" must stand at the beginning of a line'],
    ['. {\n a {\n } b\n}', '3:4: "b" must begin a line of its own, behind the "}" before it'],
    ['. {\n a\n {\n }\n}', '3:2: "{" must end the line that it belongs to'],
    ['{\n a\n}', '1:1: a server block needs a key before its "{", such as "."'],
    ['a, {\n}', '1:1: another key must follow this comma'],
    ['a , {\n}', '1:3: a comma must follow a key'],
    ['. {\n import\n}', '2:2: import needs the name of a snippet or of a file'],
    ['. {\n import a b\n}', '2:11: import takes one argument, the name of a snippet or of a file'],
    ['(s) {\n import s\n}\nimport s', '2:2: this import leads back to itself: (s) > (s)'],
    ['(s) {\n}\n(s) {\n}', '3:1: the snippet "s" is already declared at etc/Corefile:1:1'],
    ['(s)\na', '1:1: the snippet "s" needs a block: (s) { … }'],
    ['. {\n "a', '2:2: this quotation mark is never closed'],
  ])('refuses %j', (text, expected) => {
    expect(() => parse(text)).toThrow(`etc/Corefile:${expected}`);
  });

  it('names the nearest snippet for a missing import', () => {
    expect(() => parse('(common) {\n a\n}\n. {\n import comon\n}')).toThrow(
      `etc/Corefile:5:9: can't import "comon": no snippet of this name is defined above, and as a file, etc/comon: there is no such file; did you mean "common"?`,
    );
  });

  it('says on one line what words of several lines hold', () => {
    expect(() => parse('. {\n import "a\nb\u001b[2J\u2028"\n}')).toThrow(
      `etc/Corefile:2:9: can't import "a\\nb\\u001b[2J\\u2028": `,
    );
  });

  it('bounds depth and expansion', () => {
    expect(() => parse('a {\n'.repeat(5_000))).toThrow('nested more than 32 deep');
    const doubling = Array.from({ length: 20 }, (_, i) =>
      i === 0 ? '(s0) {\n a\n}' : `(s${i}) {\n import s${i - 1}\n import s${i - 1}\n}`,
    );
    expect(() => parse(`${doubling.join('\n')}\n. {\n import s19\n}`)).toThrow(
      'imports expand to more than 100000 words',
    );
  });
});
