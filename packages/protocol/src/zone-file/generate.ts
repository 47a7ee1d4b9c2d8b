import type { Token } from './lexer.ts';

/** Records that one $GENERATE makes at the most: what a /16 has addresses. */
const MOST = 65_536;

/** `START-STOP[/STEP]`. */
export interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** @returns undefined for what is no range, or one of more than 65,536 numbers */
export function parseRange(text: string): Range | undefined {
  const [, first, last, by = '1'] = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const range = { start: Number(first), stop: Number(last), step: Number(by) };
  if (range.step === 0 || range.stop < range.start || range.stop > 2 ** 31 - 1) return undefined;
  return (range.stop - range.start) / range.step < MOST ? range : undefined;
}

/** `$`, `${OFFSET[,WIDTH[,BASE]]}`; `\$` and `$$` stand for themselves, one dollar each. */
const MARK = /\\\$|\$\$|\$(?:\{([^}]*)\})?/g;
const MODIFIER = /^([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?$/;

/** Whether each `${…}` in a word can be understood. */
export function isTemplate({ text }: Token): boolean {
  return [...text.matchAll(MARK)].every(
    ([, modifier]) => modifier === undefined || MODIFIER.test(modifier),
  );
}

/** The word with a number in the place of its marks, which are understood (BIND 9, `$GENERATE`). */
export function fillIn(token: Token, number: number): Token {
  const text = token.text.replace(MARK, (mark, modifier?: string) => {
    if (mark === '$$') return '$';
    if (mark.startsWith('\\')) return mark;
    if (modifier === undefined) return String(number);
    const [, offset = '0', width = '0', base = 'd'] = MODIFIER.exec(modifier) ?? [];
    return written(number + Number(offset), Number(width), base);
  });
  return { ...token, text };
}

function written(value: number, width: number, base: string): string {
  const sign = value < 0 ? '-' : '';
  const absolute = Math.abs(value);
  switch (base) {
    case 'o':
      return sign + absolute.toString(8).padStart(width, '0');
    case 'x':
      return sign + absolute.toString(16).padStart(width, '0');
    case 'X':
      return sign + absolute.toString(16).toUpperCase().padStart(width, '0');
    case 'n':
    case 'N': {
      // Nibbles in reverse, as names below ip6.arpa have them; the width counts the dots.
      const digits = absolute.toString(16).padStart(Math.ceil(width / 2), '0');
      const nibbles = [...digits].toReversed().join('.');
      return base === 'N' ? nibbles.toUpperCase() : nibbles;
    }
    default:
      return sign + absolute.toString().padStart(width, '0');
  }
}
