import { isIP, SocketAddress } from 'node:net';
import type { Problems } from '../corefile/errors.ts';
import { nearest } from '../corefile/nearest.ts';
import { formatPosition, type Token } from '../corefile/token.ts';

/** One of a few words in their own case; undefined, and reported, is anything else. */
export function readChoice<T extends string>(
  token: Token,
  option: string,
  choices: readonly T[],
  problems: Problems,
): T | undefined {
  const choice = choices.find((candidate) => candidate === token.text);
  if (choice === undefined) {
    const sentence = `unknown value "${token.text}" of "${option}"`;
    problems.report(token, sentence, {
      allowed: choices,
      suggestion: nearest(token.text, choices),
    });
  }
  return choice;
}

/** Keeps a value and where it stands; reports one that is kept already. */
export function addOnce<T>(kept: Map<T, Token>, value: T, token: Token, problems: Problems): void {
  const first = kept.get(value);
  if (first === undefined) kept.set(value, token);
  else
    problems.report(token, `"${token.text}" stands at ${formatPosition(first.position)} already`);
}

/** One text for one IP literal: `0:0::1` becomes `::1`. A scope stays. */
export function canonicalAddress(literal: string): string {
  const [bare = literal, scope] = literal.split('%');
  if (isIP(bare) === 4) return bare;
  const text = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  return scope === undefined ? text : `${text}%${scope}`;
}
