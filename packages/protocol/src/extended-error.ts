import { EDNS_OPTION } from './constants.ts';

/** An Extended DNS Error (RFC 8914), as the option of a reply: composed once, for there is no time when it is sent. */
export interface ExtendedError {
  /** INFO-CODE. */
  readonly code: number;
  /** The option, its code and length among its octets. */
  readonly option: Uint8Array;
  /** Over the same octets. */
  readonly view: DataView;
  /** The same without text, for replies that have no room for it (RFC 8914 3). */
  readonly bare: Uint8Array;
}

/** @param text EXTRA-TEXT, for people. Each octet counts: whoever asks from a forged address is sent them, too. */
export function composeError(code: number, text: string): ExtendedError {
  const extra = new TextEncoder().encode(text);
  const option = composeOption(code, extra);
  const bare = composeOption(code, new Uint8Array(0));
  return { code, option, view: new DataView(option.buffer), bare };
}

function composeOption(code: number, extra: Uint8Array): Uint8Array<ArrayBuffer> {
  const option = new Uint8Array(6 + extra.length);
  const view = new DataView(option.buffer);
  view.setUint16(0, EDNS_OPTION.EDE);
  view.setUint16(2, 2 + extra.length);
  view.setUint16(4, code);
  option.set(extra, 6);
  return option;
}
