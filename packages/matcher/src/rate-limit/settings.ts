/**
 * How often answers of one sort go to one network. Plain data, structured-cloneable. Rates are of a second; 0 is
 * no limit.
 */
export interface RateLimits {
  /** Answers with records, of one name and type; those of a wildcard count as one name. */
  readonly responses: number;
  /** NODATA of one name. */
  readonly nodata: number;
  /** NXDOMAIN of one zone. */
  readonly nxdomains: number;
  /** Referrals to the servers of one zone cut. */
  readonly referrals: number;
  /** Whatever has another RCODE, all together. */
  readonly errors: number;
  /** Answers of more than twice their question's octets, all together: beyond it they are cut short, not dropped. */
  readonly amplified: number;
  /** Answers of all sorts together: beyond it there are none. */
  readonly requests: number;
  /** Seconds, 1 to 3600: for how long one goes on paying for what was too much, at the most. */
  readonly window: number;
  /** Every so many-th answer that is too much is cut short in place of being dropped; 0: none is. */
  readonly slip: number;
  /** What counts as one client: bits of an IPv4 address, 1 to 32. */
  readonly ipv4Prefix: number;
  /** The same of an IPv6 address, 1 to 128. */
  readonly ipv6Prefix: number;
  /** Whom no limit is for: `ADDRESS` or `ADDRESS/LENGTH`. */
  readonly exempt: readonly string[];
  /** Count what is too much, and send it all the same. */
  readonly reportOnly: boolean;
}

/** Limits for the names in some zones. A name counts to the longest zone of all rules. */
export interface RateLimitRule {
  /** Absolute, in presentation format. */
  readonly zones: readonly string[];
  /** Absent: there are none here. */
  readonly limits?: RateLimits;
}
