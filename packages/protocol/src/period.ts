/** RFC 2181 8. */
const LONGEST_TTL = 2 ** 31 - 1;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Seconds, as zone files have them: `3600`, or with the units that BIND brought in and everybody reads, `1h30m`.
 *
 * @returns undefined for anything else
 */
export function parsePeriod(text: string): number | undefined {
  if (!/^(?:\d{1,10}[smhdw]?)+$/i.test(text)) return undefined;
  let sum = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    sum += Number(amount) * (SECONDS[unit.toLowerCase()] ?? 1);
  }
  return sum;
}

/** The same, and no longer than a TTL may be. */
export function parseTtl(text: string): number | undefined {
  const ttl = parsePeriod(text);
  return ttl !== undefined && ttl <= LONGEST_TTL ? ttl : undefined;
}
