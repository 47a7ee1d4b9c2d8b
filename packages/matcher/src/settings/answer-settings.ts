import type { RateLimitRule } from '../rate-limit/settings.ts';

/**
 * What directives beside `k8s_gateway` change about the answers of a listener. Plain data, for a responder
 * to make its tables of; structured-cloneable. What is absent is as it is without the directive.
 */
export interface AnswerSettings {
  /** See `ResponderOptions.udpLimit`. */
  readonly udpLimit?: number;
  /** What a query with an NSID option is told (RFC 5001). */
  readonly nsid?: string;
  readonly chaos?: ChaosSettings;
  /** Where some names are answered otherwise than others; none twice. A name counts to the longest of its zones. */
  readonly blocks?: readonly BlockSettings[];
  /**
   * Over UDP, a question with a COOKIE option is answered BADCOOKIE unless the client has a good cookie (RFC 7873
   * 5.2.3, choice 2); who has no such option is answered.
   */
  readonly requireCookie?: boolean;
  /** COOKIE options are ignored, as by a server that does not know them. For whoever makes the responder. */
  readonly ignoreCookies?: boolean;
  /** How often replies over UDP are alike. Not for the responder: see `RateLimiter`. */
  readonly rateLimits?: readonly RateLimitRule[];
}

/** What is said of the server itself in class CH. Each text is cut off at 255 octets. */
export interface ChaosSettings {
  /** `version.bind` and `version.server`. */
  readonly version: string;
  /** `hostname.bind` and `id.server` (RFC 4892). */
  readonly hostname: string;
  /** `authors.bind`; none: it is refused. */
  readonly authors: readonly string[];
}

/** How names in some zones are answered. */
export interface BlockSettings {
  /** Absolute, in presentation format. Several blocks may have none of them in common. */
  readonly zones: readonly string[];
  /** ANY is answered with one HINFO (RFC 8482 4.2). */
  readonly minimalAny: boolean;
  /** The first rule that fits counts; where none does the question is answered. */
  readonly access: readonly AccessRule[];
}

export type AccessAction = 'allow' | 'block' | 'filter' | 'drop';

export interface AccessRule {
  readonly action: AccessAction;
  /** QNAME lies in one of these; absent: anywhere in the block. */
  readonly zones?: readonly string[];
  /** QTYPE is one of these; absent: any. */
  readonly types?: readonly number[];
  /** The client's address lies in one of these, `ADDRESS` or `ADDRESS/LENGTH`; absent: any. */
  readonly networks?: readonly string[];
}
