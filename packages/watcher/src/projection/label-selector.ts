/**
 * Label selectors as Kubernetes writes them: requirements with commas between them, all of which must
 * hold. A port of k8s.io/apimachinery/pkg/labels/selector.go; its cases are in label-selector.test.ts.
 *
 *   selector     requirement { "," requirement }, or nothing: that selects everything
 *   requirement  KEY | "!" KEY | KEY ("=" | "==" | "!=" | ">" | "<") VALUE
 *                | KEY ("in" | "notin") "(" VALUE { "," VALUE } ")"
 *
 * A VALUE may be empty. `in` and `notin` are words like any other where no operator can stand.
 */

/** Structured-cloneable. */
export interface LabelSelector {
  /** As written, without the blanks around it. */
  readonly text: string;
  /** In the order of the text. */
  readonly requirements: readonly LabelRequirement[];
}

/** What one label must be. `=` and `==` are `in` with one value, `!=` is `notin` with one. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'greater' | 'less';
  /** No value twice. None for `exists` and `absent`, one for `greater` and `less`: a 64-bit integer. */
  readonly values: readonly string[];
}

/** Why a text is no label selector: `reason` is a phrase for people, `index` the place in `text`. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
  readonly code = 'SELECTOR_MALFORMED';
  readonly text: string;
  readonly index: number;
  readonly reason: string;

  constructor(text: string, index: number, reason: string) {
    super(`"${text}" is no label selector: ${reason} at character ${index + 1}`);
    this.text = text;
    this.index = index;
    this.reason = reason;
  }
}

/** @throws SelectorError */
export function parseLabelSelector(text: string): LabelSelector {
  return { text: text.trim(), requirements: new Parser(text).run() };
}

/**
 * Whether all requirements hold.
 *
 * @param labels somebody else's `metadata.labels`: what is no string counts as not there.
 */
export function selects(
  { requirements }: LabelSelector,
  labels: Readonly<Record<string, unknown>>,
): boolean {
  return requirements.every((requirement) => holds(requirement, labels));
}

function holds(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, unknown>>,
): boolean {
  // A key may be called `constructor`.
  const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const value = typeof found === 'string' ? found : undefined;
  switch (operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'greater':
    case 'less': {
      const [mine, bound] = [parseInt64(value), parseInt64(values[0])];
      if (mine === undefined || bound === undefined) return false;
      return operator === 'greater' ? mine > bound : mine < bound;
    }
    default:
      return operator satisfies never;
  }
}

const SYMBOL_OPERATORS: Readonly<Record<string, LabelRequirement['operator']>> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  '>': 'greater',
  '<': 'less',
};
const OPERATORS = '=, ==, !=, >, <, in or notin';

/** A symbol, or a run of anything but symbols and blanks; '' at the end of the text. */
interface Token {
  readonly text: string;
  readonly index: number;
  readonly isWord: boolean;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    const tokens = [...text.matchAll(/==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g)].map(
      ({ 0: token, index }) => ({ text: token, index, isWord: !/^[=!(),<>]/.test(token) }),
    );
    this.#tokens = [...tokens, { text: '', index: text.length, isWord: false }];
  }

  run(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#next.text === '') return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      if (this.#next.text === '') return requirements;
      this.#expect(',', 'a comma or the end');
    }
  }

  #requirement(): LabelRequirement {
    const isNegated = this.#next.text === '!';
    if (isNegated) this.#at += 1;
    const token = this.#next;
    if (!token.isWord) this.#refuse('a key');
    this.#at += 1;
    this.#check(token, faultOfKey(token.text));
    const key = token.text;
    if (isNegated) return { key, operator: 'absent', values: [] };
    if (this.#next.text === ',' || this.#next.text === '') {
      return { key, operator: 'exists', values: [] };
    }
    const operator = this.#operator();
    if (operator.isSet) return { key, operator: operator.name, values: this.#values() };
    const value = this.#value(['', ',']);
    if (operator.name === 'greater' || operator.name === 'less') {
      const isInteger = parseInt64(value.text) !== undefined;
      this.#check(value, isInteger ? undefined : `"${value.text}" is no 64-bit integer`);
    }
    return { key, operator: operator.name, values: [value.text] };
  }

  #operator(): { readonly name: LabelRequirement['operator']; readonly isSet: boolean } {
    const { text } = this.#next;
    const isSet = text === 'in' || text === 'notin';
    const name = isSet ? text : SYMBOL_OPERATORS[text];
    if (name === undefined) return this.#refuse(OPERATORS);
    this.#at += 1;
    return { name, isSet };
  }

  #values(): string[] {
    this.#expect('(', '"("');
    const values = new Set([this.#value([',', ')']).text]);
    while (this.#next.text === ',') {
      this.#at += 1;
      values.add(this.#value([',', ')']).text);
    }
    this.#expect(')', 'a comma or ")"');
    return [...values];
  }

  /** A value, the empty one where one of `ends` follows at once. */
  #value(ends: readonly string[]): Token {
    const token = this.#next;
    if (!token.isWord && ends.includes(token.text)) return { ...token, text: '' };
    if (!token.isWord) this.#refuse('a value');
    this.#at += 1;
    this.#check(token, faultOfValue(token.text));
    return token;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #expect(symbol: string, wanted: string): void {
    if (this.#next.text !== symbol) this.#refuse(wanted);
    this.#at += 1;
  }

  #refuse(wanted: string): never {
    const { text, index } = this.#next;
    const found = text === '' ? 'the end' : `"${text}"`;
    throw new SelectorError(this.#text, index, `expected ${wanted}, found ${found}`);
  }

  #check({ index }: Token, fault: string | undefined): void {
    if (fault !== undefined) throw new SelectorError(this.#text, index, fault);
  }
}

const NAME = /^(?:[A-Za-z0-9][A-Za-z0-9_.-]*)?[A-Za-z0-9]$/;
const NAME_IS = 'letters, digits, "-", "_" and ".", the first and last of them a letter or a digit';
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** IsLabelKey of k8s.io/apimachinery: `[SUBDOMAIN/]NAME`. */
function faultOfKey(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !SUBDOMAIN.test(prefix))) {
    return `"${prefix}" is no prefix of a key (a domain in lower case of at most 253 characters)`;
  }
  if (name.length > 63) return 'a key of more than 63 characters';
  return NAME.test(name) ? undefined : `"${name}" is no key (${NAME_IS})`;
}

/** IsLabelValue of k8s.io/apimachinery. */
function faultOfValue(value: string): string | undefined {
  if (value.length > 63) return 'a value of more than 63 characters';
  return NAME.test(value) ? undefined : `"${value}" is no value (${NAME_IS})`;
}

/** strconv.ParseInt(text, 10, 64), of what can be a label's value: 63 characters. */
function parseInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d{1,63}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
