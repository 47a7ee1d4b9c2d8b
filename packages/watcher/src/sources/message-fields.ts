// What of an object is read, by the numbers under which protobuf sends it (k8s.io/api, generated.proto). The
// names are those of JSON, so that what an object says is read from one shape, however it came. Custom resources
// come as JSON alone: their numbers are ours, and mean nothing.

/** How a member of a message is read; a map is one of texts to texts. */
export type Field =
  | { readonly name: string; readonly kind: 'text' }
  /** A repeated one. */
  | { readonly name: string; readonly kind: 'texts' }
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'flag' }
  /** Whatever it is, of JSON alone: a value of another type is told of, not passed over. */
  | { readonly name: string; readonly kind: 'any' }
  /** A repeated one. */
  | { readonly name: string; readonly kind: 'anys' }
  | { readonly name: string; readonly kind: 'map' }
  | { readonly name: string; readonly kind: 'message'; readonly fields: Fields }
  /** A repeated one. */
  | { readonly name: string; readonly kind: 'messages'; readonly fields: Fields }
  /** Octets that hold a message in the API server's envelope. */
  | { readonly name: string; readonly kind: 'enveloped'; readonly fields: Fields };

/** The members of a message that are read, by number; the others are passed over. */
export type Fields = Readonly<Record<number, Field>>;

export const text = (name: string): Field => ({ name, kind: 'text' });
export const texts = (name: string): Field => ({ name, kind: 'texts' });
export const number = (name: string): Field => ({ name, kind: 'number' });
export const flag = (name: string): Field => ({ name, kind: 'flag' });
export const any = (name: string): Field => ({ name, kind: 'any' });
export const anys = (name: string): Field => ({ name, kind: 'anys' });
export const message = (name: string, fields: Fields): Field => ({ name, kind: 'message', fields });
export const messages = (name: string, fields: Fields): Field => ({
  name,
  kind: 'messages',
  fields,
});

/** Of each object's metadata, as member 1 of it. */
export const metadata: Field = message('metadata', {
  1: text('name'),
  3: text('namespace'),
  6: text('resourceVersion'),
  11: { name: 'labels', kind: 'map' },
  12: { name: 'annotations', kind: 'map' },
});

/** The status of an object with a load balancer. */
export const loadBalancerStatus: Field = message('status', {
  1: message('loadBalancer', { 1: messages('ingress', { 1: text('ip'), 2: text('hostname') }) }),
});

/** Members of a custom resource, which has no numbers. */
export function unnumbered(...members: readonly Field[]): Fields {
  return { ...members };
}

/**
 * The same members of an object that did not come as protobuf, and no others; new, and sharing nothing with
 * the object but texts. A member of another type than it should have is left out.
 */
export function prune(object: unknown, fields: Fields): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  if (typeof object !== 'object' || object === null) return kept;
  for (const field of Object.values(fields)) {
    const value = pruneMember((object as Record<string, unknown>)[field.name], field);
    if (value !== undefined) kept[field.name] = value;
  }
  return kept;
}

function pruneMember(value: unknown, field: Field): unknown {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'any':
      return scalarOf(value);
    case 'anys':
      return Array.isArray(value) ? value.map(scalarOf) : scalarOf(value);
    case 'texts':
      return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
    case 'map':
      return typeof value === 'object' && value !== null ? pruneMap(value) : undefined;
    case 'message':
    case 'enveloped':
      return typeof value === 'object' && value !== null ? prune(value, field.fields) : undefined;
    case 'messages':
      return Array.isArray(value) ? value.map((item) => prune(item, field.fields)) : undefined;
    default:
      return field satisfies never;
  }
}

/** That it is an object or a list is all that is said of one. */
function scalarOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

function pruneMap(map: object): Record<string, string> {
  const entries = Object.entries(map).filter(
    ([key, value]) => typeof value === 'string' && key !== '__proto__',
  );
  return Object.fromEntries(entries);
}
