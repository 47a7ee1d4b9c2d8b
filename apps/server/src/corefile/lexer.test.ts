import { describe, expect, it } from 'vitest';
import { Problems } from './errors.ts';
import { lex } from './lexer.ts';

function words(text: string): string[] {
  return lex(text, 'Corefile', new Problems(new Map())).map(
    ({ text: word, kind, position: { line, column }, startsLine }) =>
      `${startsLine ? '^' : ''}${line}:${column} ${kind} ${word}`,
  );
}

describe('lex', () => {
  it.each<[what: string, text: string, expected: string[]]>([
    ['nothing', ' \t\r\n', []],
    ['words and lines', 'a b\n  c', ['^1:1 word a', '1:3 word b', '^2:3 word c']],
    ['CRLF', 'a\r\nb\r\n', ['^1:1 word a', '^2:1 word b']],
    ['braces', 'a {\n}', ['^1:1 word a', '1:3 open {', '^2:1 close }']],
    ['braces inside words', '{a} a{', ['^1:1 word {a}', '1:5 word a{']],
    ['quoted braces', '"{" "}"', ['^1:1 word {', '1:5 word }']],
    ['quotes', '"a b" ""', ['^1:1 word a b', '1:7 word ']],
    ['escapes', String.raw`"a\"b\n\\" c`, [String.raw`^1:1 word a"b\n\\`, '1:12 word c']],
    ['quotes over lines', '"a\nb" c\nd', ['^1:1 word a\nb', '2:4 word c', '^3:1 word d']],
    ['a quote in a word', 'a"b c"', ['^1:1 word a"b', '1:5 word c"']],
    ['words that touch a quote', '"a"b', ['^1:1 word a', '1:4 word b']],
    ['backquotes', '`a b`', ['^1:1 word `a', '1:4 word b`']],
    ['comments', '# a\nb#c\n"#d"', ['^2:1 word b', '^3:1 word #d']],
    ['columns in UTF-16', '😀 a', ['^1:1 word 😀', '1:4 word a']],
  ])('%s', (_what, text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it('reports a quotation mark that never closes', () => {
    const problems = new Problems(new Map([['Corefile', 'a\n "b']]));
    lex('a\n "b', 'Corefile', problems);
    expect(() => problems.throwIfAny()).toThrow(
      'Corefile:2:2: this quotation mark is never closed',
    );
  });
});
