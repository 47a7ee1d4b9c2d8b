import type { Kind, KindStatus, Logger, Sink } from '../src/sources/contract.ts';
import type { Shape } from '../src/sources/shape.ts';

/** A sink that keeps what a zone index would, and the order of calls. */
export class RecordingSink implements Sink {
  readonly calls: string[] = [];
  readonly statuses: (KindStatus & { readonly kind: Kind })[] = [];
  readonly objects: Map<string, Shape> = new Map();
  readonly synced: Set<Kind> = new Set();
  readonly #listed = new Map<Kind, Set<string>>();

  beginList(kind: Kind): void {
    this.calls.push(`beginList ${kind}`);
    this.#listed.set(kind, new Set());
  }

  upsert(kind: Kind, key: string, object: Shape): void {
    this.calls.push(`upsert ${kind} ${key}`);
    this.#listed.get(kind)?.add(`${kind} ${key}`);
    this.objects.set(`${kind} ${key}`, object);
  }

  remove(kind: Kind, key: string): void {
    this.calls.push(`remove ${kind} ${key}`);
    this.objects.delete(`${kind} ${key}`);
  }

  endList(kind: Kind): void {
    this.calls.push(`endList ${kind}`);
    this.synced.add(kind);
    for (const known of this.objects.keys()) {
      const isListed = this.#listed.get(kind)?.has(known) === true;
      if (known.startsWith(`${kind} `) && !isListed) this.objects.delete(known);
    }
  }

  status(kind: Kind, status: KindStatus): void {
    this.statuses.push({ kind, ...status });
  }

  flush(): void {
    this.calls.push('flush');
  }

  /** `kind key` of everything there is, sorted. */
  get keys(): string[] {
    return [...this.objects.keys()].sort();
  }
}

/** A logger that keeps `level message` lines. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (_fields: object, message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
