/** Keys of the parameters of a service binding (RFC 9460 14.3.2, RFC 9461, RFC 9540). */
export const SVC_KEYS = {
  mandatory: 0,
  alpn: 1,
  'no-default-alpn': 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
} as const;

/** Reserved, so that it means nothing (RFC 9460 14.3.2). */
export const INVALID_KEY = 65_535;

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(SVC_KEYS));
const NAMES: ReadonlyMap<number, string> = new Map([...NUMBERS].map(([name, key]) => [key, name]));

/** `alpn`, `key667`. */
export function keyName(key: number): string {
  return NAMES.get(key) ?? `key${key}`;
}

/** The number of `alpn`, `key667`; undefined for what is no key. */
export function keyNumber(name: string): number | undefined {
  const known = NUMBERS.get(name);
  if (known !== undefined) return known;
  const [, digits] = /^key(0|[1-9]\d{0,4})$/.exec(name) ?? [];
  return digits !== undefined && Number(digits) < INVALID_KEY ? Number(digits) : undefined;
}
