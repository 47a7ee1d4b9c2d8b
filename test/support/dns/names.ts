// Domain names between presentation format (RFC 1035 5.1, RFC 4343 2.1) and octets.
// A label is octets: nothing here passes through UTF-8, and a dot inside a label stays inside it.

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/**
 * Splits an absolute name in presentation format into its labels; `.` has none.
 * `\DDD` is the octet with that decimal value, `\X` the octet of any other X. A final dot is
 * required, so that no test depends on a search list. Lengths are not checked: a test may want a
 * label or a name that is too long.
 */
export const labelsOf = (name: string): Uint8Array[] => {
  if (name === '.') return [];
  const octets = Buffer.from(name, 'latin1');
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0;
    if (octet === DOT) {
      if (label.length === 0) throw new RangeError(`empty label in ${name}`);
      labels.push(Uint8Array.from(label));
      label = [];
    } else if (octet === BACKSLASH) {
      const decimal = /^\d{3}/.exec(name.slice(at + 1))?.[0];
      label.push(decimal === undefined ? (octets[at + 1] ?? BACKSLASH) : Number(decimal));
      at += decimal === undefined ? 1 : 3;
    } else {
      label.push(octet);
    }
  }
  if (label.length > 0 || labels.length === 0)
    throw new RangeError(`not an absolute name: ${name}`);
  return labels;
};

/** Writes labels as an absolute name; what is not a printable ASCII octet becomes `\DDD`. */
export const presentName = (labels: readonly Uint8Array[]): string =>
  labels.length === 0 ? '.' : labels.map((label) => `${presentLabel(label)}.`).join('');

const presentLabel = (label: Uint8Array): string => {
  let text = '';
  for (const octet of label) {
    if (octet <= 0x20 || octet >= 0x7f) text += `\\${String(octet).padStart(3, '0')}`;
    else if ('."\\();@$'.includes(String.fromCharCode(octet)))
      text += `\\${String.fromCharCode(octet)}`;
    else text += String.fromCharCode(octet);
  }
  return text;
};

/**
 * Composes labels into wire format, uncompressed, with the root label at the end. The length octet
 * is the label's length modulo 256, so a label of 64 octets or more comes out malformed on purpose.
 */
export const composeLabels = (labels: readonly Uint8Array[]): Uint8Array =>
  Buffer.concat([...labels.flatMap((label) => [Uint8Array.of(label.length), label]), Buffer.of(0)]);

/** A name in presentation format as octets of the wire format. */
export const composeName = (name: string): Uint8Array => composeLabels(labelsOf(name));

/** The name with its ASCII letters in lower case (RFC 4343 3); every other octet is kept. */
export const foldName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether the two names are the same name of the DNS, whatever their case. */
export const sameName = (one: string, other: string): boolean => foldName(one) === foldName(other);
