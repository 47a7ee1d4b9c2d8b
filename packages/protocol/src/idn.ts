import { domainToASCII } from 'node:url';

/**
 * Writes the labels of a name that are not ASCII as A-labels (RFC 5890 2.3.2.1), mapped as browsers do
 * (UTS 46, non-transitional): `*.Bücher.example.` is `*.xn--bcher-kva.example.`. Other labels stay as they
 * are, so does a name in which one has no A-label: it is no domain name, and `parseName` says so.
 *
 * @param text presentation format, or anything
 */
export function toALabels(text: string): string {
  if (isAscii(text)) return text;
  const labels = text.split('.').map((label) => (isAscii(label) ? label : aLabel(label)));
  return labels.includes(undefined) ? text : labels.join('.');
}

// What a URL could not hold for a host (`é/`, `é%41`) would end the host there, or be read as an escape.
const noLabel = /[\0-,./:-@[-^`{-\x7f]/;
const onlyLabels = /^[a-z0-9_.-]+$/;
// Without another label behind it `１２` would be read as an IPv4 address.
const behind = '.x';

/** Several labels, where a full stop of another script divides them. */
function aLabel(label: string): string | undefined {
  if (noLabel.test(label)) return undefined;
  const name = domainToASCII(label + behind).slice(0, -behind.length);
  return onlyLabels.test(name) ? name : undefined;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
