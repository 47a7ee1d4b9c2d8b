// dns-packet brings no types; these are the two of its tables that are used.
declare module 'dns-packet/types.js' {
  const table: { toString(type: number): string; toType(mnemonic: string): number };
  export default table;
}
declare module 'dns-packet/rcodes.js' {
  const table: { toString(rcode: number): string };
  export default table;
}
