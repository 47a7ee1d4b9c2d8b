/**
 * Reading what came from an API server or a file: untrusted, so that a member that is missing or of another
 * type reads as an empty one instead of throwing.
 */

/** An object of unknown members. */
export type Shape = Readonly<Record<string, unknown>>;

const nothing: Shape = Object.freeze({});

/** The value if it is an object, else one without members. */
export function shapeOf(value: unknown): Shape {
  return typeof value === 'object' && value !== null ? (value as Shape) : nothing;
}

/** The value if it is an array, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value if it is a string, else the empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
