/** The text with its references replaced, and which of the variables named are not set. */
export interface Replaced {
  readonly text: string;
  readonly unset: readonly string[];
}

/** `{$NAME}` or `{%NAME%}`; an empty name is no reference. */
const REFERENCE = /\{%(?<percent>.+?)%\}|\{\$(?<dollar>[^}]+)\}/gs;

/**
 * Replaces references to environment variables. A variable that is not set reads as nothing, as in
 * CoreDNS. A value is taken as it is: references, blanks and braces in it mean nothing, so one
 * reference stays one word. (CoreDNS expands a value's own references, for ever if they are cyclic.)
 */
export function replaceEnvironment(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): Replaced {
  const unset: string[] = [];
  const replaced = text.replace(REFERENCE, (_match, percent?: string, dollar?: string) => {
    const name = percent ?? dollar ?? '';
    const value = environment[name];
    if (value === undefined) unset.push(name);
    return value ?? '';
  });
  return { text: replaced, unset };
}
