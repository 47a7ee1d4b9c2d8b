// Memory that tells of every read and write outside of a message.

/** A message in the midst of other octets, none of which may be touched. */
export function guarded(message: Uint8Array): Guarded {
  const offset = 16;
  const end = offset + message.length;
  const octets = new Uint8Array(end + 16).fill(0xee);
  octets.set(message, offset);
  const check = (at: number, length: number): void => {
    if (at < offset || at + length > end) {
      throw new OutsideRead(`${length} octets at ${at - offset} of ${message.length}`);
    }
  };
  const memory = new Proxy(octets, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) check(Number(key), 1);
      const value = Reflect.get(target, key, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set() {
      throw new OutsideRead('written');
    },
  });
  return { memory, view: new GuardedView(octets, check), offset };
}

export interface Guarded {
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly offset: number;
}

/** Something read what is none of its business, or wrote at all. */
export class OutsideRead extends Error {
  override readonly name = 'OutsideRead';
}

class GuardedView extends DataView<ArrayBuffer> {
  readonly #check: (at: number, length: number) => void;

  constructor(octets: Uint8Array<ArrayBuffer>, check: (at: number, length: number) => void) {
    super(octets.buffer);
    this.#check = check;
  }

  override getUint8(at: number): number {
    this.#check(at, 1);
    return super.getUint8(at);
  }

  override getUint16(at: number, isLittle?: boolean): number {
    this.#check(at, 2);
    return super.getUint16(at, isLittle);
  }

  override getInt32(at: number, isLittle?: boolean): number {
    this.#check(at, 4);
    return super.getInt32(at, isLittle);
  }

  override getUint32(at: number, isLittle?: boolean): number {
    this.#check(at, 4);
    return super.getUint32(at, isLittle);
  }
}
