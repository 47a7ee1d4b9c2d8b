import type { MissingRule, Wanted } from '../sources/contract.ts';
import { type Resource, rbacName } from '../sources/resource.ts';

/** What one list and watch reads of a kind: all of it, a namespace's, one object. */
export interface Scope {
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * The scopes in which everything that is wanted of a kind can be read, none of them within another.
 *
 * @param namespaces where what is wanted whole is read; undefined: everywhere. A kind without namespaces is
 *   read as ever, and needs a ClusterRole.
 */
export function scopesOf(
  { isNamespaced }: Resource,
  wanted: readonly Wanted[],
  namespaces: readonly string[] | undefined,
): readonly Scope[] {
  const isWhole = wanted.some(({ only }) => only === undefined);
  if (isWhole && (namespaces === undefined || !isNamespaced)) return [{}];
  const whole = isWhole ? new Set(namespaces) : new Set<string>();
  const scopes = new Map<string, Scope>();
  for (const namespace of whole) scopes.set(namespace, { namespace });
  for (const { namespace, name } of wanted.flatMap(({ only = [] }) => only)) {
    if (!whole.has(namespace)) scopes.set(`${namespace}/${name}`, { namespace, name });
  }
  return [...scopes.values()];
}

/** What a list's query says of its scope, beside the namespace, which is part of the path. */
export function selectionOf({ name }: Scope): Readonly<Record<string, string>> {
  if (name === undefined) return {};
  // As apimachinery's fields.EscapeValue.
  const escaped = name.replaceAll(/[\\,=]/g, '\\$&');
  return { fieldSelector: `metadata.name=${escaped}` };
}

/** A kind, or its RBAC name, in a scope, for people. */
export function inScope(what: string, { namespace, name }: Scope): string {
  if (namespace === undefined) return what;
  return name === undefined ? `${what} in namespace ${namespace}` : `${what} ${namespace}/${name}`;
}

const VERBS = ['list', 'watch'] as const;

/** The rule without which the scope can't be read. */
export function missingRule({ group, plural }: Resource, scope: Scope): MissingRule {
  return { group, resource: plural, verbs: VERBS, ...scope };
}

/** What an administrator has to do so that the scope can be read. */
export function explainMissingRule(resource: Resource, { namespace, name }: Scope): string {
  const rule = [
    `apiGroups: ["${resource.group}"]`,
    `resources: ["${resource.plural}"]`,
    ...(name === undefined ? [] : [`resourceNames: ["${name}"]`]),
    `verbs: [${VERBS.map((verb) => JSON.stringify(verb)).join(', ')}]`,
  ].join(', ');
  const what = rbacName(resource);
  return namespace === undefined
    ? `grant list and watch on ${what} cluster-wide, by a ClusterRole with the rule {${rule}}`
    : `grant list and watch on ${what} in namespace ${namespace}, by a Role there with the rule {${rule}}`;
}
