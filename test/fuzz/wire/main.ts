export async function fuzzWire(
  _args: readonly string[],
  _say: (line: string) => void,
): Promise<number> {
  return 2;
}
