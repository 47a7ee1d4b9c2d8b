import type { Field } from './field.ts';
import { OctetReader } from './octet-reader.ts';
import { INVALID_KEY, keyName, keyNumber, SVC_KEYS } from './svc-keys.ts';
import { OPAQUE_VALUE, SVC_VALUES } from './svc-values.ts';
import type { Pair, TextReader } from './text-reader.ts';

/** The parameters of a service binding, up to the end: in any order as text, by key on the wire (RFC 9460 2). */
export const svcParams: Field = {
  parse(text) {
    const params = new Map<number, Uint8Array>();
    while (!text.isAtEnd) {
      const pair = text.pair('a parameter');
      const key = keyNumber(pair.key.text);
      if (key === undefined) return text.fail(pair.key.index, 'no parameter of a service binding');
      if (params.has(key)) text.fail(pair.key.index, `${keyName(key)} for the second time`);
      params.set(key, parseValue(text, pair, key));
    }
    return composeSvcParams(params);
  },

  format(octets) {
    const texts: string[] = [];
    const keys = new Set<number>();
    let mandatory = new Uint8Array(0);
    let last = -1;
    while (!octets.isAtEnd) {
      const key = octets.u16();
      const value = octets.take(octets.u16());
      if (key <= last) octets.fail('parameters that are not in the order of their keys');
      if (key === INVALID_KEY) octets.fail('the invalid key 65535');
      if (key === SVC_KEYS.mandatory) mandatory = Uint8Array.from(value);
      last = key;
      keys.add(key);
      texts.push(formatParam(octets, key, value));
    }
    for (const wanted = new OctetReader(mandatory); !wanted.isAtEnd; ) {
      const key = wanted.u16();
      if (!keys.has(key)) octets.fail(`${keyName(key)} is mandatory and missing`);
    }
    // RFC 9460 7.1.1: whoever is not to assume the default has to be told what else there is.
    if (keys.has(SVC_KEYS['no-default-alpn']) && !keys.has(SVC_KEYS.alpn)) {
      octets.fail('no-default-alpn without alpn');
    }
    return texts.join(' ');
  },
};

/** Parameters by key as the wire has them: in ascending order of their keys (RFC 9460 2.2). */
export function composeSvcParams(params: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const sorted = [...params].sort(([one], [other]) => one - other);
  return Buffer.concat(
    sorted.flatMap(([key, value]) => [bigEndian(key), bigEndian(value.length), value]),
  );
}

/** The other way round. @param octets well-formed: what {@link composeSvcParams} makes */
export function readSvcParams(octets: Uint8Array): Map<number, Uint8Array> {
  const reader = new OctetReader(octets);
  const params = new Map<number, Uint8Array>();
  while (!reader.isAtEnd) params.set(reader.u16(), reader.take(reader.u16()));
  return params;
}

/** The value's octets. A key that is written `keyNNN` has them as they are, also where it has a name. */
function parseValue(text: TextReader, { key: { text: name, index }, value }: Pair, key: number) {
  const octets = value === undefined ? new Uint8Array(0) : text.resolve(value);
  const kind = name === keyName(key) ? (SVC_VALUES[key] ?? OPAQUE_VALUE) : OPAQUE_VALUE;
  const parsed = kind.parse(octets);
  if (typeof parsed === 'string') return text.fail(value?.index ?? index, `${name} ${parsed}`);
  if (parsed.length > 0xffff) return text.fail(index, `${name} has more than 65535 octets`);
  return parsed;
}

function formatParam(octets: OctetReader, key: number, value: Uint8Array): string {
  const reader = new OctetReader(value);
  const text = (SVC_VALUES[key] ?? OPAQUE_VALUE).format(reader);
  if (!reader.isAtEnd) reader.fail('has a value of the wrong length');
  if (reader.fault !== undefined) octets.fail(`${keyName(key)}: ${reader.fault}`);
  return text === '' ? keyName(key) : `${keyName(key)}=${text}`;
}

const bigEndian = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);
