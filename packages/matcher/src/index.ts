/**
 * A question and a snapshot in, an answer out (RFC 1034 4.3.2, RFC 2308, RFC 4592, RFC 6891, RFC 7873). Knows
 * no sockets.
 */

export type { Client } from './client.ts';
export {
  type AddressRange,
  type DetourBlock,
  type DetourPlan,
  Detours,
  type Fallthrough,
  type ForwardReach,
  NEAR_RANGES,
  OWN_LABELS,
  type TemplateReach,
} from './detours.ts';
export { Lookup, MATCH, type Match } from './lookup.ts';
export { ANSWER_CLASS, type AnswerClass, type JudgedReply } from './rate-limit/answer-class.ts';
export { LimitedBoard, type LimitedNetwork, QUIET_AFTER } from './rate-limit/board.ts';
export {
  allocateRateLimits,
  holdsAccounts,
  MOST_ACCOUNTS,
  type RateLimitMemory,
  viewRateLimits,
} from './rate-limit/memory.ts';
export { JUDGEMENT, type Judgement, RateLimiter } from './rate-limit/rate-limiter.ts';
export type { RateLimitRule, RateLimits } from './rate-limit/settings.ts';
export {
  DETOURED,
  isEncrypted,
  Responder,
  type ResponderOptions,
  TRANSPORT,
  type Transport,
} from './responder.ts';
export type {
  AccessAction,
  AccessRule,
  AnswerSettings,
  BlockSettings,
  ChaosSettings,
} from './settings/answer-settings.ts';
export { ACCESS, type Access } from './settings/block-table.ts';
export { Networks, parseNetwork, readPeer } from './settings/networks.ts';
export { composeNsid, MINIMAL_ANY } from './settings/own-records.ts';
export { ZoneSet } from './settings/zone-set.ts';
