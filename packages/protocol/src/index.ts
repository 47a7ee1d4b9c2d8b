/**
 * DNS wire format: octets to questions, and the parts of answers to octets. *Parse* is from wire,
 * *compose* is to wire. Knows no zones, no sockets.
 */

export { formatAddress, isAddress, parseAddress } from './address.ts';
export { composeQuestion, parseReply, type Reply, type ReplyRecord } from './client.ts';
export { ClientSubnet, composeSubnet } from './client-subnet.ts';
export { CLASS, EDE, EDNS_OPTION, LIMIT, OPCODE, RCODE, TYPE } from './constants.ts';
export {
  appendKeepalive,
  appendOption,
  appendPadding,
  composeOpt,
  KEEPALIVE_LENGTH,
  OPT_LENGTH,
  PADDING_BLOCK,
  paddingLength,
  RDLENGTH_AT,
} from './edns.ts';
export { composeError, type ExtendedError } from './extended-error.ts';
export { FLAG, HEADER, OPCODE_SHIFT } from './header.ts';
export { toALabels } from './idn.ts';
export { lifetimeOf } from './lifetime.ts';
export { rcodeMnemonic, rcodeNumber, typeMnemonic, typeNumber } from './mnemonics.ts';
export {
  countLabels,
  FOLD,
  type FoldedName,
  foldName,
  formatName,
  NameError,
  parseName,
  parseRelativeName,
} from './name.ts';
export { parseTtl } from './period.ts';
export { parseQuery, Query, VERDICT, type Verdict } from './query.ts';
export { compressibleNames, formatRdata, parseRdata, type Rdata } from './rdata/rdata.ts';
export { RdataError } from './rdata/rdata-error.ts';
export { SVC_KEYS } from './rdata/svc-keys.ts';
export { composeSvcParams, readSvcParams } from './rdata/svc-params.ts';
export {
  type EdnsOption,
  readOptions,
  readSections,
  type Sections,
  withoutOpt,
} from './sections.ts';
export { COOKIE_LENGTH, COOKIE_SECRET_LENGTH, ServerCookies } from './server-cookies.ts';
export { SipHash24 } from './siphash.ts';
export { readZoneFile, type ZoneFile, type ZoneFileOptions } from './zone-file/read.ts';
export {
  formatPlace,
  type Place,
  type ZoneFault,
  type ZoneRecord,
} from './zone-file/record.ts';
