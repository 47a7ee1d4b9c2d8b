import type { Token } from './token.ts';

/** How tokens came to be read: the import that brought them, and the one that brought that. */
export interface Origin {
  /** The absolute path of a file, or a snippet's name in parentheses. */
  readonly name: string;
  readonly importedBy?: Origin;
}

interface Frame {
  readonly tokens: readonly Token[];
  readonly origin: Origin;
  at: number;
}

/**
 * Tokens of a file with those of its imports in their place. An import takes effect between two
 * tokens: what it brings may close a block that the importing file opened.
 */
export class TokenStream {
  #frames: Frame[];
  #origin: Origin;
  #delivered = 0;

  constructor(tokens: readonly Token[], origin: Origin) {
    this.#frames = [{ tokens, origin, at: 0 }];
    this.#origin = origin;
  }

  /** Of the token that `next` returned last. */
  get origin(): Origin {
    return this.#origin;
  }

  /** How many tokens `next` has returned. */
  get delivered(): number {
    return this.#delivered;
  }

  peek(): Token | undefined {
    const frame = this.#top();
    return frame?.tokens[frame.at];
  }

  next(): Token | undefined {
    const frame = this.#top();
    if (frame === undefined) return undefined;
    const token = frame.tokens[frame.at];
    frame.at += 1;
    this.#delivered += 1;
    this.#origin = frame.origin;
    return token;
  }

  /** Puts tokens in front of what is still to come. */
  insert(tokens: readonly Token[], origin: Origin): void {
    const [first, ...rest] = tokens;
    if (first === undefined) return;
    this.#frames.push({ tokens: [{ ...first, startsLine: true }, ...rest], origin, at: 0 });
  }

  #top(): Frame | undefined {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined || frame.at < frame.tokens.length) return frame;
      this.#frames.pop();
    }
  }
}

/** True when what `origin` brought is itself being imported by `name`, directly or through others. */
export function isImportedBy(origin: Origin, name: string): boolean {
  for (let link: Origin | undefined = origin; link !== undefined; link = link.importedBy) {
    if (link.name === name) return true;
  }
  return false;
}
