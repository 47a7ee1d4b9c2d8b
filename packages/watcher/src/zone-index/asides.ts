import { TYPE } from '@seamark/protocol';
import { ENTRY, type NameTree } from './name-tree.ts';
import type { Answer } from './precedence.ts';

/** What they work on. */
export interface AsidesParts {
  readonly tree: NameTree;
  readonly answerOf: (entry: number) => Answer;
  readonly markDirty: (entry: number) => void;
}

/**
 * Names `_PORT._https.HOST` for which HTTPS records are composed. Such a record says that HOST is reached by TLS, which
 * is so only while HOST's addresses are those of objects with TLS: so a change of the host is one of it. Where no
 * listener has another port than 443 there are none, and nothing here costs anything.
 */
export class Asides {
  private readonly parts: AsidesParts;
  private readonly entries = new Set<number>();

  constructor(parts: AsidesParts) {
    this.parts = parts;
  }

  /** Whether what such a name's claims say holds; asked whenever its node is composed. */
  holds(entry: number): boolean {
    const { answerOf } = this.parts;
    this.entries.add(entry);
    const host = this.hostOf(entry);
    if (host === 0) return false;
    const { bindings, rrsets } = answerOf(host);
    // Who writes the host's record says nothing of TLS at another port, for or against.
    return (
      bindings.some(({ isAside }) => !isAside) || rrsets.some(({ type }) => type === TYPE.HTTPS)
    );
  }

  /** Names beside a host that is dirty are so too. */
  markDependents(): void {
    const { tree, markDirty } = this.parts;
    for (const entry of this.entries) {
      const host = this.hostOf(entry);
      if (host !== 0 && tree.hasFlags(host, ENTRY.DIRTY)) markDirty(entry);
    }
  }

  /** The entry is about to be taken out of the tree. */
  gone(entry: number): void {
    this.entries.delete(entry);
  }

  private hostOf(entry: number): number {
    const { tree } = this.parts;
    const service = tree.parentOf(entry);
    return service === 0 ? 0 : tree.parentOf(service);
  }
}
