import { typeMnemonic } from '../mnemonics.ts';

/**
 * Why a text is no RDATA of a type: `reason` is a phrase for people, `index` the place in `text` where the
 * part begins that it is said of.
 */
export class RdataError extends Error {
  override readonly name = 'RdataError';
  readonly code = 'RDATA_MALFORMED';
  readonly type: number;
  readonly text: string;
  readonly index: number;
  readonly reason: string;

  constructor(type: number, text: string, index: number, reason: string) {
    super(
      `"${text}" is no RDATA of ${typeMnemonic(type)}: ${reason}, at character ${Math.min(index, text.length) + 1}`,
    );
    this.type = type;
    this.text = text;
    this.index = index;
    this.reason = reason;
  }
}
