/** What `parsePlainYaml` makes of a document. */
export type PlainValue = string | boolean | null | PlainMap | readonly PlainValue[];

export interface PlainMap {
  readonly [key: string]: PlainValue;
}

interface Line {
  readonly indent: number;
  readonly text: string;
}

/**
 * Reads YAML as `kubectl config` writes it: blocks of `key: value` and `- item`, and scalars on one line that are
 * strings, true or false by every version of YAML. `yaml` reads the rest as well, for 32 ms and 8 MB that a
 * thread never gives back, which is worth it for manifests but not for twenty lines at each start.
 *
 * @returns undefined for whatever it isn't sure of: numbers and dates, flow style but for {} and [], anchors, tags,
 * block scalars, keys twice
 */
export function parsePlainYaml(text: string): PlainValue | undefined {
  try {
    return new Blocks(text).document();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const pair = /^([A-Za-z][\w./-]*):(?: +(.*))?$/;
/** Begins with what begins neither a number nor an indicator. A `: ` within is refused apart. */
const plainScalar = /^(?:[A-Za-z]|\.{0,2}\/)[\w./:@+=~%, -]*$/;
const doubleQuoted = /^"(?:[^"\\\p{Cc}]|\\["\\/bfnrt])*"$/u;
const singleQuoted = /^'(?:[^'\p{Cc}]|'')*'$/u;
/** Booleans and nulls of one version of YAML, strings of another. */
const ambiguous = /^(?:y|yes|n|no|on|off|true|false|null)$/i;

class Blocks {
  readonly #lines: Line[] = [];
  #at = 0;

  constructor(text: string) {
    const lines = text.split(/\r\n?|\n/);
    // Of documents, one.
    if (lines[0] === '---') lines.shift();
    for (const line of lines) {
      const [, before = '', written = ''] = /^( *)(.*?)[ \t]*$/.exec(line) ?? [];
      if (written === '' || written.startsWith('#')) continue;
      this.#lines.push({ indent: before.length, text: written });
    }
  }

  document(): PlainValue {
    const value = this.#block(0);
    if (this.#at < this.#lines.length) throw beyondPlain();
    return value;
  }

  #block(indent: number): PlainValue {
    const line = this.#lines[this.#at];
    if (line?.indent !== indent) throw beyondPlain();
    return isItem(line) ? this.#sequence(indent) : this.#map(indent);
  }

  #sequence(indent: number): PlainValue[] {
    const items: PlainValue[] = [];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent) return items;
      if (line.indent > indent) throw beyondPlain();
      // At the same indent as the key it belongs to: the next key ends it.
      if (!isItem(line)) return items;
      const text = line.text.slice(1).trimStart();
      const within = indent + line.text.length - text.length;
      if (pair.test(text) || isItem({ indent: within, text })) {
        this.#lines[this.#at] = { indent: within, text };
        items.push(this.#block(within));
      } else {
        this.#at += 1;
        items.push(scalar(text));
      }
    }
  }

  #map(indent: number): PlainMap {
    const map = new Map<string, PlainValue>();
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || line.indent < indent) return Object.fromEntries(map);
      const [, key, value] = pair.exec(line.text) ?? [];
      if (line.indent > indent || key === undefined || map.has(key)) throw beyondPlain();
      this.#at += 1;
      map.set(key, value === undefined ? this.#valueBelow(indent) : scalar(value));
    }
  }

  #valueBelow(indent: number): PlainValue {
    const next = this.#lines[this.#at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent > indent) return this.#block(next.indent);
    return isItem(next) ? this.#sequence(indent) : null;
  }
}

function isItem({ text }: Line): boolean {
  return text === '-' || text.startsWith('- ');
}

function scalar(text: string): PlainValue {
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (text === 'true' || text === 'false') return text === 'true';
  if (doubleQuoted.test(text)) return JSON.parse(text) as string;
  if (singleQuoted.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  const isString = plainScalar.test(text) && !ambiguous.test(text) && !/:(?: |$)/.test(text);
  if (!isString) throw beyondPlain();
  return text;
}

/** It may well be YAML, but none that is read here. */
function beyondPlain(): SyntaxError {
  return new SyntaxError('beyond plain YAML');
}
