import { describe, expect, it, test } from 'vitest';
import {
  type LabelRequirement,
  parseLabelSelector,
  SelectorError,
  selects,
} from './label-selector.ts';

const requirement = (
  key: string,
  operator: LabelRequirement['operator'],
  ...values: string[]
): LabelRequirement => ({ key, operator, values });

/** The whole error of a text that is refused. */
function errorOf(text: string): SelectorError {
  try {
    parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) return error;
    throw error;
  }
  throw new Error(`"${text}" is a selector`);
}

/**
 * pkg/labels/selector_test.go of k8s.io/apimachinery (eed236ce): TestSelectorParse, TestSetSelectorParser,
 * TestSelectorMatches, TestRequirementSelectorMatching, and of TestRequirementConstructor what a text can say.
 */
describe("the cases of Kubernetes' own tests", () => {
  it.each<[text: string, ...expected: LabelRequirement[]]>([
    [''],
    ['x=a,y=b,z=c', ...['x a', 'y b', 'z c'].map(equality)],
    ['x!=a,y=b', requirement('x', 'notin', 'a'), equality('y b')],
    ['x=', requirement('x', 'in', '')],
    ['x= ', requirement('x', 'in', '')],
    ['x=,z= ', requirement('x', 'in', ''), requirement('z', 'in', '')],
    ['x= ,z= ', requirement('x', 'in', ''), requirement('z', 'in', '')],
    ['!x', requirement('x', 'absent')],
    ['x>1', requirement('x', 'greater', '1')],
    ['x>1,z<5', requirement('x', 'greater', '1'), requirement('z', 'less', '5')],
    ['\rx', requirement('x', 'exists')],
    [
      'this-is-a-dns.domain.com/key-with-dash',
      requirement('this-is-a-dns.domain.com/key-with-dash', 'exists'),
    ],
    [
      'this-is-another-dns.domain.com/key-with-dash in (so,what)',
      requirement('this-is-another-dns.domain.com/key-with-dash', 'in', 'so', 'what'),
    ],
    [
      '0.1.2.domain/99 notin (10.10.100.1, tick.tack.clock)',
      requirement('0.1.2.domain/99', 'notin', '10.10.100.1', 'tick.tack.clock'),
    ],
    ['foo  in\t (abc)', requirement('foo', 'in', 'abc')],
    ['x notin\n (abc)', requirement('x', 'notin', 'abc')],
    ['x  notin\t\t(abc,def)', requirement('x', 'notin', 'abc', 'def')],
    ['x in (abc,def)', requirement('x', 'in', 'abc', 'def')],
    ['x in (abc,)', requirement('x', 'in', 'abc', '')],
    ['x in (abc,abc)', requirement('x', 'in', 'abc')],
    ['x in ()', requirement('x', 'in', '')],
    ['x in (a,,)', requirement('x', 'in', 'a', '')],
    ['x in (a,,,)', requirement('x', 'in', 'a', '')],
    ['x in (a,,,,,,)', requirement('x', 'in', 'a', '')],
    ['x in (a,,a,,a,,a,,)', requirement('x', 'in', 'a', '')],
    [
      'x notin (abc,,def),bar,z in (),w',
      requirement('x', 'notin', 'abc', '', 'def'),
      requirement('bar', 'exists'),
      requirement('z', 'in', ''),
      requirement('w', 'exists'),
    ],
    ['x,y in (a)', requirement('x', 'exists'), requirement('y', 'in', 'a')],
    ['x<7', requirement('x', 'less', '7')],
    [
      'x=a,y!=b,z in (h,i,j)',
      equality('x a'),
      requirement('y', 'notin', 'b'),
      requirement('z', 'in', 'h', 'i', 'j'),
    ],
    ['x notin ( )', requirement('x', 'notin', '')],
    ['x notin (, a)', requirement('x', 'notin', '', 'a')],
    ['a ', requirement('a', 'exists')],
    ['a in (x,y,notin, z,in)', requirement('a', 'in', 'x', 'y', 'notin', 'z', 'in')],
  ])('%j is a selector', (text, ...expected) => {
    expect(parseLabelSelector(text)).toEqual({ text: text.trim(), requirements: expected });
  });

  it.each([
    'x=a||y=b',
    'x==a==b',
    '!x=a',
    'x<a',
    'x,,y',
    ',x,y',
    'x nott in (y)',
    'a in (xyz),',
    'a in (xyz)b notin ()',
    'a in (xyz abc)',
    'a notin(',
    'a (',
    '(',
    'x14>bar',
    'x15<bar',
    'x13>',
    'a'.repeat(254),
    `x16=${'a'.repeat(254)}`,
    'x17=a b',
  ])('%j is none', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError);
  });

  it.each<[text: string, labels: Record<string, string>, isSelected: boolean]>([
    ['', { x: 'y' }, true],
    ['x=y', { x: 'y' }, true],
    ['x=y,z=w', { x: 'y', z: 'w' }, true],
    ['x!=y,z!=w', { x: 'z', z: 'a' }, true],
    ['notin=in', { notin: 'in' }, true],
    ['x', { x: 'z' }, true],
    ['!x', { y: 'z' }, true],
    ['x>1', { x: '2' }, true],
    ['x<1', { x: '0' }, true],
    ['x=z', {}, false],
    ['x=y', { x: 'z' }, false],
    ['x=y,z=w', { x: 'w', z: 'w' }, false],
    ['x!=y,z!=w', { x: 'z', z: 'w' }, false],
    ['x', { y: 'z' }, false],
    ['!x', { x: 'z' }, false],
    ['x>1', { x: '0' }, false],
    ['x<1', { x: '2' }, false],
    ['foo=bar', { foo: 'bar', baz: 'blah' }, true],
    ['baz=blah', { foo: 'bar', baz: 'blah' }, true],
    ['foo=bar,baz=blah', { foo: 'bar', baz: 'blah' }, true],
    ['foo=blah', { foo: 'bar', baz: 'blah' }, false],
    ['baz=bar', { foo: 'bar', baz: 'blah' }, false],
    ['foo=bar,foobar=bar,baz=blah', { foo: 'bar', baz: 'blah' }, false],
    ['x in (foo),y notin (alpha)', { x: 'foo', y: 'baz' }, true],
    ['x in (foo),y in (alpha)', { x: 'foo', y: 'baz' }, false],
    ['x notin (),y', { y: '' }, true],
    ['!x,y', { y: '' }, true],
    ['x notin (),!y', { y: '' }, false],
    ['x in ()', { y: 'baz' }, false],
    ['z>1', { z: '2' }, true],
    ['z>1', { z: 'v2' }, false],
  ])('%j of %j: %j', (text, labels, isSelected) => {
    expect(selects(parseLabelSelector(text), labels)).toBe(isSelected);
  });
});

function equality(pair: string): LabelRequirement {
  const [key = '', value = ''] = pair.split(' ');
  return requirement(key, 'in', value);
}

test.each<[text: string, index: number, reason: string]>([
  ['app=a,,b', 6, 'expected a key, found ","'],
  ['app=a,', 6, 'expected a key, found the end'],
  ['!!!invalid', 1, 'expected a key, found "!"'],
  ['a (', 2, 'expected =, ==, !=, >, <, in or notin, found "("'],
  ['a nott in (y)', 2, 'expected =, ==, !=, >, <, in or notin, found "nott"'],
  ['a in x', 5, 'expected "(", found "x"'],
  ['a in (x y)', 8, 'expected a comma or ")", found "y"'],
  ['a in (x', 7, 'expected a comma or ")", found the end'],
  ['a in (=)', 6, 'expected a value, found "="'],
  ['!a=b', 2, 'expected a comma or the end, found "="'],
  ['a=b c', 4, 'expected a comma or the end, found "c"'],
  ['a=b,c>1.5', 6, '"1.5" is no 64-bit integer'],
  ['a<9223372036854775808', 2, '"9223372036854775808" is no 64-bit integer'],
  [`a=${'b'.repeat(64)}`, 2, 'a value of more than 63 characters'],
  [`a.test/${'b'.repeat(64)}`, 0, 'a key of more than 63 characters'],
  [
    'A.test/b',
    0,
    '"A.test" is no prefix of a key (a domain in lower case of at most 253 characters)',
  ],
  ['/b', 0, '"" is no prefix of a key (a domain in lower case of at most 253 characters)'],
  [
    'a,-b',
    2,
    '"-b" is no key (letters, digits, "-", "_" and ".", the first and last of them a letter or a digit)',
  ],
  [
    'a=b_',
    2,
    '"b_" is no value (letters, digits, "-", "_" and ".", the first and last of them a letter or a digit)',
  ],
])('%j is refused at %j: %s', (text, index, reason) => {
  const error = errorOf(text);
  expect([error.index, error.reason]).toEqual([index, reason]);
  expect(error.message).toBe(`"${text}" is no label selector: ${reason} at character ${index + 1}`);
});

test('labels are of any shape, and called anything', () => {
  const labels = { a: 1, b: null, n: '9223372036854775807', m: '-5', long: '1'.repeat(100) };
  const selected = (text: string) => selects(parseLabelSelector(text), labels);
  expect(['a', 'b', 'constructor', 'toString=x'].map(selected)).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(['!a', '!constructor', 'a!=1'].map(selected)).toEqual([true, true, true]);
  // Where a Number would round.
  expect(['n>9223372036854775806', 'n>9223372036854775807'].map(selected)).toEqual([true, false]);
  expect(['m<0', 'm>0', 'long>0', 'long<0'].map(selected)).toEqual([true, false, false, false]);
});

test('a selector passes from thread to thread', () => {
  const selector = parseLabelSelector(' app in (a, b), tier>1 ');
  expect(structuredClone(selector)).toEqual(selector);
  expect(selector.text).toBe('app in (a, b), tier>1');
});
