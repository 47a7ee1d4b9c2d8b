// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer-kinds.ts.
import { FOLD, LIMIT, Query } from '@seamark/protocol';

/**
 * CNAMEs that one reply follows at the most; the target of the last is still answered, unless it is one more.
 * Knot DNS follows 5, NSD any number until 4.15 and 18 from then on. Each costs a lookup and room, a resolver
 * goes on by itself from where we stop, and chains that are meant have two or three.
 */
export const MAX_ALIASES = 8;

/** From a composed record's start to its RDATA: a pointer for an owner, type, class, TTL, RDLENGTH. */
const RDATA_AT = 12;
const POINTER = 0xc000;

/**
 * The CNAMEs that a reply has followed so far (RFC 1034 4.3.2 3a), and the name that the last one leads to: in
 * a form that can be looked up, and with the places where its labels stand in the reply, which is where
 * owners and other pointers of what comes next have to lead.
 */
export class Chain {
  /** The name that the last CNAME leads to, folded, with the type that was asked for. */
  readonly target: Query = new Query();
  /** Offset in the message of each label of `target`, and of its root. */
  private readonly places = new Uint16Array(LIMIT.LABELS + 1);
  /** The nodes whose CNAMEs were followed. */
  private readonly nodes = new Int32Array(MAX_ALIASES);
  private length = 0;
  private message = 0;

  /** Begins anew. @param message where the reply begins in the memory it lies in. */
  begin(query: Query, message: number): void {
    this.target.type = query.type;
    this.message = message;
    this.length = 0;
  }

  /**
   * Whether the CNAME of a node may be followed. Not if it was before, for from there on all would come
   * again: nodes are compared, so a wildcard whose target it matches itself is caught as well.
   */
  admits(node: number): boolean {
    if (this.isFull) return false;
    for (let i = 0; i < this.length; i++) if (this.nodes[i] === node) return false;
    return true;
  }

  /**
   * Takes the CNAME record that was copied to `start` to `end` of the reply, its pointers filled in: its
   * target is `target` now.
   *
   * @param node the node it comes from.
   * @returns false if it holds no name: then there is none to go on with.
   */
  follow(view: DataView, start: number, end: number, node: number): boolean {
    this.nodes[this.length] = node;
    this.length += 1;
    return this.readTarget(view, start + RDATA_AT, end);
  }

  /** It has followed as many CNAMEs as it ever does. */
  get isFull(): boolean {
    return this.length === MAX_ALIASES;
  }

  /** Where in the reply label `index` of the target stands; the count of labels stands for the root. */
  placeOf(index: number): number {
    return this.places[index] as number;
  }

  /**
   * Pointers are followed, strictly backwards, so that whatever a snapshot may hold is read to an end. The
   * places are those behind all pointers: a pointer to one leads to a label at once.
   */
  private readTarget(view: DataView, start: number, end: number): boolean {
    const { target, places, message } = this;
    let at = start;
    let length = 0;
    let count = 0;
    while (at < end) {
      const octet = view.getUint8(at);
      if (octet >= POINTER >> 8) {
        const to = at + 2 > end ? at : message + (view.getUint16(at) & ~POINTER);
        if (to >= at) return false;
        at = to;
        continue;
      }
      places[count] = at - message;
      target.name[length] = octet;
      if (octet === 0) {
        target.nameLength = length + 1;
        target.labelCount = count;
        return true;
      }
      // The root has to find room behind it.
      if (at + octet >= end || length + octet + 1 >= LIMIT.NAME) return false;
      target.labels[count] = length;
      count += 1;
      for (let i = 1; i <= octet; i++) {
        target.name[length + i] = FOLD[view.getUint8(at + i)] as number;
      }
      length += octet + 1;
      at += octet + 1;
    }
    return false;
  }
}
