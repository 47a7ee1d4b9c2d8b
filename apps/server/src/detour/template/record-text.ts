import { typeMnemonic } from '@seamark/protocol';
import type { Found } from './pattern.ts';

/** What a template text may speak of. */
export interface Subject {
  /** In presentation format, lower case. */
  readonly name: string;
  readonly zone: string;
  readonly type: number;
  /** The client's IP address. */
  readonly remote: string;
  readonly found: Found;
}

type Part = string | ((subject: Subject) => string);

/** A text can't be read as a template, or speaks of what there is not here; the message says of what. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/**
 * A resource record with gaps, as a Go template has them: `{{ .Name }}`, `{{ index .Match 1 }}`, `{{ .Group.host }}`. No
 * more of that language is here than records have a use for.
 */
export class RecordText {
  private readonly parts: readonly Part[];

  /**
   * @param groups how many groups every pattern has at least, and the names that any has.
   * @throws TemplateError
   */
  constructor(
    text: string,
    groups: { readonly count: number; readonly names: ReadonlySet<string> },
  ) {
    this.parts = text.split(/(\{\{.*?\}\})/s).map((part, index): Part => {
      if (index % 2 === 1) return actionOf(part.slice(2, -2).trim(), groups);
      if (part.includes('{{')) throw new TemplateError('"{{" without "}}"');
      return part;
    });
  }

  /** What it is whatever is asked, with `gap` for all else. */
  skeleton(gap: string): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : gap)).join('');
  }

  render(subject: Subject): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : part(subject))).join('');
  }
}

const FIELDS: Readonly<Record<string, (subject: Subject) => string>> = {
  '.Name': ({ name }) => name,
  '.Question.Name': ({ name }) => name,
  '.Zone': ({ zone }) => zone,
  '.Class': () => 'IN',
  '.Type': ({ type }) => typeMnemonic(type),
  '.Remote': ({ remote }) => remote,
};

function actionOf(
  action: string,
  { count, names }: { readonly count: number; readonly names: ReadonlySet<string> },
): (subject: Subject) => string {
  const field = FIELDS[action];
  if (field !== undefined) return field;
  const [, digits] = /^index\s+\.Match\s+(\d{1,3})$/.exec(action) ?? [];
  if (digits !== undefined) {
    const group = Number(digits);
    if (group > count) throw new TemplateError(`{{ ${action} }}: "match" has ${count} groups`);
    return ({ found }) => found.groups[group] ?? '';
  }
  const [, name] = /^\.Group\.(\w+)$/.exec(action) ?? [];
  if (name !== undefined) {
    if (!names.has(name))
      throw new TemplateError(`{{ ${action} }}: "match" has no group "${name}"`);
    return ({ found }) => found.named.get(name) ?? '';
  }
  const known = [...Object.keys(FIELDS), 'index .Match N', '.Group.NAME'];
  throw new TemplateError(`{{ ${action} }} is not known here; there are ${known.join(', ')}`);
}
