import { type AnswerSettings, composeNsid, ZoneSet } from '@seamark/matcher';
import { LIMIT, type Query } from '@seamark/protocol';

/** What a listener's directives say of replies that are not composed by its responder, made ready. */
export class ReplySettings {
  /** The most octets over UDP, and what replies announce. */
  readonly udpLimit: number;
  /** The option that tells who answers, for those who ask. */
  readonly nsid: Uint8Array | undefined;
  private readonly minimalAny: ZoneSet | undefined;

  constructor({ udpLimit = LIMIT.UDP_EDNS, nsid, blocks = [] }: AnswerSettings = {}) {
    this.udpLimit = udpLimit;
    this.nsid = nsid === undefined ? undefined : composeNsid(nsid);
    // All of them: a name counts to the longest, whatever a shorter one says.
    this.minimalAny = blocks.some(({ minimalAny }) => minimalAny)
      ? new ZoneSet(
          blocks.flatMap(({ zones, minimalAny }) =>
            zones.map((zone) => [zone, minimalAny ? 1 : 0] as const),
          ),
        )
      : undefined;
  }

  /** Whether a question for ANY of this name is answered with one HINFO (RFC 8482 4.2). */
  isMinimalAny(query: Query): boolean {
    return this.minimalAny?.longest(query) === 1;
  }
}

/** Those of a listener without such directives. */
export const PLAIN_REPLIES: ReplySettings = new ReplySettings();
