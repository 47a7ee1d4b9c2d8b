import { type Document, isMap, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import type { ObjectKind } from '../sources/contract.ts';
import { prune } from '../sources/message-fields.ts';
import { apiVersionsOf, keyOf, type Resource } from '../sources/resource.ts';
import { resources } from '../sources/resources.ts';
import type { Shape } from '../sources/shape.ts';
import { nearKind } from './near-kind.ts';

/** An object as a manifest describes it. */
export interface ManifestObject {
  readonly kind: ObjectKind;
  readonly key: string;
  /** Of its members those that are read. */
  readonly object: Shape;
  /** 1-based, where the object begins. */
  readonly line: number;
}

/** Something in a file that can't be read. Line and column are 1-based. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** What a file says. */
export interface Documents {
  readonly objects: readonly ManifestObject[];
  readonly faults: readonly Fault[];
  /** What was passed over and was probably meant to count. */
  readonly doubts: readonly Fault[];
}

/** Aliases are for repeating a value or two; a bomb multiplies them by the million. */
const mostAliases = 100;

/** `kind` and `apiVersion` that the items of a typed list may leave out. */
type ItemDefaults = Readonly<{ kind: string; apiVersion: string }>;

/**
 * Reads a file of manifests: documents apart by `---`, `kind: List`, JSON (which YAML 1.2 includes, so
 * both get lines and columns from one reader). Objects of other kinds are passed over silently, unless the kind looks like a slip.
 * Never throws: a document that can't be read is a fault, and the others count.
 */
export function readDocuments(text: string, kinds: readonly ObjectKind[]): Documents {
  const reader = new Reader(kinds);
  for (const document of parseAllDocuments(text, {
    lineCounter: reader.lines,
    prettyErrors: false,
    logLevel: 'silent',
  })) {
    reader.document(document as Document);
  }
  const { objects, faults, doubts } = reader;
  return { objects, faults, doubts };
}

class Reader {
  readonly lines: LineCounter = new LineCounter();
  readonly objects: ManifestObject[] = [];
  readonly faults: Fault[] = [];
  readonly doubts: Fault[] = [];
  readonly #kinds: readonly ObjectKind[];

  constructor(kinds: readonly ObjectKind[]) {
    this.#kinds = kinds;
  }

  document(document: Document): void {
    const [error] = document.errors;
    if (error !== undefined) {
      this.#fault(error.pos[0], firstLine(error.message));
      return;
    }
    const { contents } = document;
    // A document of comments, or of a lone `null`, is no mistake.
    if (contents === null || isEmptyScalar(contents)) return;
    const offset = contents.range?.[0] ?? 0;
    if (!isMap(contents)) {
      this.#fault(offset, 'a Kubernetes object is a mapping, and this is none');
      return;
    }
    this.#object(document, contents, undefined);
  }

  #object(document: Document, node: YAMLMap, defaults: ItemDefaults | undefined): void {
    const kind = this.#text(node, 'kind') ?? defaults?.kind;
    const apiVersion = this.#text(node, 'apiVersion') ?? defaults?.apiVersion;
    const offset = node.range?.[0] ?? 0;
    if (kind === undefined) {
      this.#fault(offset, "'kind' is missing");
      return;
    }
    if (apiVersion === undefined) {
      this.#fault(offset, "'apiVersion' is missing");
      return;
    }
    const resource = resourceOf(kind.replace(/List$/, ''));
    if (kind === 'List' || (resource !== undefined && kind === `${resource.kind}List`)) {
      const item = resource && { kind: resource.kind, apiVersion };
      this.#list(document, node, item);
      return;
    }
    if (resource === undefined) {
      const meant = nearKind(kind, apiVersion);
      const reason = `kind ${kind} is none; was ${meant} meant?`;
      if (meant !== undefined)
        this.doubts.push(this.#at(valueOffset(node, 'kind') ?? offset, reason));
      return;
    }
    if (!this.#kinds.includes(resource.kind)) return;
    const expected = apiVersionsOf(resource);
    if (!expected.includes(apiVersion)) {
      const place = valueOffset(node, 'apiVersion') ?? offset;
      const known = expected.length === 1 ? `only ${expected[0]} is` : `${expected.join(', ')} are`;
      this.#fault(place, `${kind} has apiVersion ${apiVersion}; ${known} read`);
      return;
    }
    this.#keep(document, node, resource);
  }

  #list(document: Document, node: YAMLMap, defaults: ItemDefaults | undefined): void {
    const items = node.get('items', true);
    if (items === undefined || isEmptyScalar(items)) return;
    if (!isSeq(items)) {
      this.#fault(valueOffset(node, 'items') ?? 0, "'items' of a List is a sequence");
      return;
    }
    for (const item of items.items) {
      if (isMap(item)) this.#object(document, item, defaults);
      else this.#fault(offsetOf(item) ?? offsetOf(items) ?? 0, 'an item of a List is a mapping');
    }
  }

  #keep(document: Document, node: YAMLMap, resource: Resource): void {
    const offset = node.range?.[0] ?? 0;
    let object: Shape;
    try {
      object = prune(node.toJS(document, { maxAliasCount: mostAliases }), resource.fields);
    } catch (error) {
      this.#fault(offset, firstLine(error instanceof Error ? error.message : String(error)));
      return;
    }
    const key = keyOf(resource, object);
    if (key === undefined) {
      const place = valueOffset(node, 'metadata') ?? offset;
      this.#fault(place, `${resource.kind} has no metadata.name`);
      return;
    }
    const { line } = this.lines.linePos(offset);
    this.objects.push({ kind: resource.kind, key, object, line });
  }

  /** The text at `key`, if it is there and not empty. */
  #text(node: YAMLMap, key: string): string | undefined {
    const value = node.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  #fault(offset: number, reason: string): void {
    this.faults.push(this.#at(offset, reason));
  }

  #at(offset: number, reason: string): Fault {
    const { line, col } = this.lines.linePos(offset);
    // An empty file has no lines to count.
    return { line: Math.max(line, 1), column: Math.max(col, 1), reason };
  }
}

function resourceOf(kind: string): Resource | undefined {
  return Object.hasOwn(resources, kind) ? resources[kind as ObjectKind] : undefined;
}

function isEmptyScalar(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'value' in node && node.value === null;
}

function valueOffset(node: YAMLMap, key: string): number | undefined {
  return offsetOf(node.get(key, true));
}

function offsetOf(node: unknown): number | undefined {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
  const [start] = Array.isArray(range) ? range : [];
  return typeof start === 'number' ? start : undefined;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
