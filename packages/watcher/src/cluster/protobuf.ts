import type { Field, Fields } from '../sources/message-fields.ts';
import type { Shape } from '../sources/shape.ts';
import { ProtocolError } from './failure.ts';

/** The API server asked for objects in either form sends the first that it has: JSON alone of custom resources. */
export const acceptProtobuf = 'application/vnd.kubernetes.protobuf, application/json;q=0.9';

/** Whether a body of this Content-Type is protobuf. */
export function isProtobuf(contentType: string): boolean {
  return contentType.startsWith('application/vnd.kubernetes.protobuf');
}

/** Before every object: `k8s` and a NUL, then a runtime.Unknown whose `raw` is the object. */
const magic = Buffer.from('k8s\0');
const rawField = 2;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/**
 * Reads messages of protobuf into the shapes that JSON would have, as far as `fields` go. What is passed over
 * is neither copied nor decoded: of an Ingress of 700 octets some 100 are looked at.
 *
 * A general decoder was not taken: it makes the whole object first, which is what costs.
 */
export class ProtobufReader {
  #octets: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @throws ProtocolError for octets that are no such message */
  read(octets: Buffer, fields: Fields, start = 0, end: number = octets.length): Shape {
    this.#octets = octets;
    this.#at = start;
    return this.#message(end, fields);
  }

  /** The same for octets in the API server's envelope. */
  readEnveloped(octets: Buffer, fields: Fields, start = 0, end: number = octets.length): Shape {
    this.#octets = octets;
    this.#at = start;
    return this.#enveloped(end, fields);
  }

  /**
   * Looks for a member with a length that is a message's last of its number: where it lies is then said by
   * `start` and `end`.
   */
  find(octets: Buffer, wanted: number, from: number, until: number): boolean {
    this.#octets = octets;
    this.#at = from;
    let found = false;
    while (this.#at < until) {
      const tag = this.#varint(until);
      if (tag >>> 3 === wanted && (tag & 7) === LENGTH) {
        const end = this.#lengthEnd(until);
        this.start = this.#at;
        this.end = end;
        this.#at = end;
        found = true;
      } else {
        this.#skip(tag & 7, until);
      }
    }
    return found;
  }

  start = 0;
  end = 0;

  #message(end: number, fields: Fields): Shape {
    const message: Record<string, unknown> = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      const field = fields[tag >>> 3];
      if (field === undefined) this.#skip(tag & 7, end);
      else this.#member(message, field, tag & 7, end);
    }
    return message;
  }

  #member(message: Record<string, unknown>, field: Field, type: number, end: number): void {
    const { name } = field;
    if (field.kind === 'number' || field.kind === 'flag') {
      if (type !== VARINT) throw malformed();
      const value = this.#varint(end);
      message[name] = field.kind === 'flag' ? value !== 0 : value;
      return;
    }
    if (type !== LENGTH) throw malformed();
    const until = this.#lengthEnd(end);
    if (field.kind === 'text') message[name] = this.#text(until);
    else if (field.kind === 'texts') message[name] = this.#append(message[name], this.#text(until));
    else if (field.kind === 'map') message[name] = this.#entry(message[name], until);
    else if (field.kind === 'message') message[name] = this.#message(until, field.fields);
    else if (field.kind === 'enveloped') message[name] = this.#enveloped(until, field.fields);
    else if (field.kind === 'messages') {
      message[name] = this.#append(message[name], this.#message(until, field.fields));
    } else throw new TypeError(`${name} is of JSON alone`);
  }

  #enveloped(end: number, fields: Fields): Shape {
    for (const octet of magic) {
      if (this.#at >= end || this.#octets[this.#at++] !== octet) throw malformed();
    }
    let object: Shape = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      if (tag >>> 3 === rawField && (tag & 7) === LENGTH) {
        object = this.#message(this.#lengthEnd(end), fields);
      } else {
        this.#skip(tag & 7, end);
      }
    }
    return object;
  }

  /** In place: an object may have 30,000 rules. */
  #append<Item>(items: unknown, item: Item): Item[] {
    if (items === undefined) return [item];
    (items as Item[]).push(item);
    return items as Item[];
  }

  /** The map with one more entry: key and value are members 1 and 2 of a message. */
  #entry(entries: unknown, end: number): Shape {
    let key = '';
    let value = '';
    while (this.#at < end) {
      const tag = this.#varint(end);
      const isText = (tag & 7) === LENGTH;
      if (isText && tag >>> 3 === 1) key = this.#text(this.#lengthEnd(end));
      else if (isText && tag >>> 3 === 2) value = this.#text(this.#lengthEnd(end));
      else this.#skip(tag & 7, end);
    }
    const map = (entries ?? {}) as Record<string, string>;
    // Of `__proto__`, which the API server lets nobody have, a text becomes nothing.
    map[key] = value;
    return map;
  }

  #text(end: number): string {
    const at = this.#at;
    this.#at = end;
    return this.#octets.toString('utf8', at, end);
  }

  #skip(type: number, end: number): void {
    switch (type) {
      case VARINT:
        this.#varint(end);
        return;
      case FIXED64:
        this.#at += 8;
        break;
      case LENGTH:
        this.#at = this.#lengthEnd(end);
        break;
      case FIXED32:
        this.#at += 4;
        break;
      default:
        throw malformed();
    }
    if (this.#at > end) throw malformed();
  }

  /** Where a member that begins with its length ends. */
  #lengthEnd(end: number): number {
    const length = this.#varint(end);
    // Unsigned, and compared so: a length near 2^32 must not wrap to a place before this one.
    if (length > end - this.#at) throw malformed();
    return this.#at + length;
  }

  /** The lowest 32 bits, unsigned: tags, lengths and codes have no more. */
  #varint(end: number): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= end) throw malformed();
      const octet = this.#octets[this.#at++] as number;
      if (shift < 32) value |= (octet & 0x7f) << shift;
      if (octet < 0x80) return value >>> 0;
    }
    throw malformed();
  }
}

/** Of a WatchEvent (meta/v1): its type, a RawExtension with the object, and where in that the object is. */
const TYPE = 1;
const OBJECT = 2;
const RAW = 1;

/** Reads events of a watch. */
export class EventReader {
  /** Of the event that was read last. */
  type = '';
  readonly #reader = new ProtobufReader();
  readonly #fields: Fields;

  /** @param fields what is read of the objects */
  constructor(fields: Fields) {
    this.#fields = fields;
  }

  /**
   * The event's object: a Status with ERROR. What the type says of it need not come before it.
   *
   * @throws ProtocolError for octets that are no event
   */
  read(octets: Buffer, start: number, end: number): Shape {
    const reader = this.#reader;
    this.type = reader.find(octets, TYPE, start, end) ? typeOf(octets, reader) : '';
    if (!reader.find(octets, OBJECT, start, end)) return {};
    if (!reader.find(octets, RAW, reader.start, reader.end)) return {};
    const fields = this.type === 'ERROR' ? statusFields : this.#fields;
    return reader.readEnveloped(octets, fields, reader.start, reader.end);
  }
}

/** A hundred thousand times the same text. */
function typeOf(octets: Buffer, { start, end }: ProtobufReader): string {
  const isAdded =
    end - start === ADDED.length && ADDED.every((octet, i) => octets[start + i] === octet);
  return isAdded ? 'ADDED' : octets.toString('utf8', start, end);
}

const ADDED: Buffer = Buffer.from('ADDED');

/** An API server's Status, as which it says no. */
export const statusFields: Fields = {
  3: { name: 'message', kind: 'text' },
  4: { name: 'reason', kind: 'text' },
  6: { name: 'code', kind: 'number' },
};

/**
 * The body of a refusal.
 *
 * @throws ProtocolError when it is none
 */
export function readStatus(octets: Buffer): Shape {
  return new ProtobufReader().readEnveloped(octets, statusFields);
}

function malformed(): ProtocolError {
  return new ProtocolError('a message of protobuf that is malformed or cut short');
}
