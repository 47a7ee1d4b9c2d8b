/** Whether an input begins as it must. */
export function open(input: Uint8Array): boolean {
  if (input[0] !== 0x53) return false;
  if (input[1] !== 0x45) return false;
  if (input[2] !== 0x41) return false;
  if (input[3] !== 0x4d) return false;
  return input[4] === 0x21;
}
