import type { ClaimingKind, Kind } from '../sources/kinds.ts';
import type { Shape } from '../sources/shape.ts';
import type { LabelSelector } from './label-selector.ts';

export {
  CLAIMING_KINDS,
  type ClaimingKind,
  type ResourceKind,
  STATIC_KINDS,
  type StaticKind,
} from '../sources/kinds.ts';

/**
 * The contract between whoever makes DNS of objects (the projectors of this folder) and whoever keeps what
 * they claim (the zone index). Nothing here knows zones; of wire format only RDATA.
 *
 *   source ──objects──▶ projector ──claims──▶ zone index
 *
 * A projector that needs one kind only keeps nothing: objects come in, claims go out. One that joins kinds
 * (a route and its Gateways) keeps of each what it needs, and claims when all of them have been read.
 */

/** What an object says of some names. */
export interface Claim {
  /** Without repetitions, in the object's order. None: there are faults to tell, and nothing else. */
  readonly names: readonly ClaimedName[];
  /** IPv4 and IPv6 literals, without repetitions. None, as of a load balancer that is pending: the names exist. */
  readonly addresses: readonly string[];
  /** Why there are none, where more can be said than that there are none yet: a clause, for whoever asks. */
  readonly noAddress?: string;
  /** Host names, as written, that stand where addresses would: a CNAME, or what they resolve to. */
  readonly targets?: readonly string[];
  /** RRsets of other types than A, AAAA and CNAME, no type twice. */
  readonly rrsets?: readonly ClaimedRRset[];
  /** HTTPS records that are to be composed beside the addresses (RFC 9460). */
  readonly https?: ClaimedHttps;
  /** Seconds, 0 to 2^31 - 1. Absent: as configured. */
  readonly ttl?: number;
  /** What of the object can't be used, a line each, for people; told when the object is new or has changed. */
  readonly faults?: readonly string[];
}

/** A name that an object asks for. Untrusted: it may be no valid domain name at all. */
export interface ClaimedName {
  /** Presentation form as written: case kept, with or without a final dot, wildcards included. */
  readonly name: string;
  /**
   * True: meant below each zone (a Service's `name.namespace`). False: a full name, or, if it lies in no zone,
   * one below each of them, as the plugin has it.
   */
  readonly relative: boolean;
}

export interface ClaimedRRset {
  readonly type: number;
  /** Octets of each record's RDATA, names in it whole (no compression); at least one. */
  readonly rdata: readonly Uint8Array[];
}

/** What of HTTPS records; `off`: the names are to have none, whatever other objects know of TLS at the same place. */
export type ClaimedHttps = 'off' | readonly ClaimedBinding[];

/** The port of a URL that names none; the others' records stand at names of their own (RFC 9460 9.1). */
export const HTTPS_PORT: number = 443;

/** An HTTPS record but for what the name's owner and its addresses say. */
export interface ClaimedBinding {
  /** In wire format, in the order of their keys, without port and hints. */
  readonly params: Uint8Array;
  readonly port: number;
  /** Whether the record names the name's addresses. */
  readonly hints: boolean;
  /** Whether somebody asks for it: such a one counts before what is composed unasked. */
  readonly isAsked: boolean;
  /** Whether the name is `_PORT._https.HOST`, and the record about HOST; it needs no address. */
  readonly isAside: boolean;
}

/** Where claims go. */
export interface ClaimSink {
  /** As `Sink.beginList`, of what objects of the kind claim. */
  beginList(kind: ClaimingKind): void;
  /**
   * All that the object claims now, in place of what it did. Several claims: it says other things of other
   * names. None: it claims nothing (any more).
   */
  claim(kind: ClaimingKind, key: string, claims: readonly Claim[]): void;
  /** The kind has been read whole: what was not claimed since beginList is claimed no more. */
  endList(kind: ClaimingKind): void;
  /**
   * What can't be used of an object that others have names or addresses of, and that claims nothing itself; in place
   * of what was said of it before. None: nothing is wrong with it (any more), or it has gone.
   */
  fault(kind: Kind, key: string, faults: readonly string[]): void;
  /**
   * For whoever asks why a name is not answered: an object that would claim these names but for `reason`, a
   * clause ("its class internal is not among ingressClasses"). Absent while nobody asks: then it is not to
   * be worked out either.
   */
  passedOver?(kind: ClaimingKind, key: string, names: readonly ClaimedName[], reason: string): void;
  /**
   * For whoever asks where a name comes from: by which other objects the object has what it claims next. Absent while
   * nobody asks, and worked out only for an object that is asked about.
   */
  ways?(kind: ClaimingKind, key: string, ways: () => readonly ClaimedWay[]): void;
}

/** How an object comes to a name by another one: a route by a listener of a Gateway or a ListenerSet. */
export interface ClaimedWay {
  /** As in the claim. */
  readonly name: string;
  /** What the object is attached to: `Gateway namespace/name`, or `ListenerSet namespace/name`. */
  readonly parent: string;
  /** The Gateway of a ListenerSet. */
  readonly gateway?: string;
  /** Names of the parent's listeners that take the name; none where it has none, and takes every name. */
  readonly listeners: readonly string[];
  /** Where the name leads by it: IP addresses and host names. */
  readonly reached: readonly string[];
  /** Whose word that is: `status` of the Gateway, or the object that has a target annotation. */
  readonly by: 'status' | 'route' | 'ListenerSet' | 'Gateway';
}

/** Which objects count, and what of them; of one `k8s_gateway`. */
export interface ProjectionOptions {
  /** Ingresses of these classes alone; absent: of every class, and of none. */
  readonly ingressClasses?: readonly string[];
  /** Gateways of these classes alone. */
  readonly gatewayClasses?: readonly string[];
  /** Services that one of these selects; absent: all. */
  readonly serviceSelectors?: readonly LabelSelector[];
  readonly nodeAddressType: 'InternalIP' | 'ExternalIP';
  /** Prefixes of the annotations hostname, target and ttl, without the slash; the first that is there counts. */
  readonly annotationPrefixes: readonly string[];
  /** Whether Services claim names for themselves. If not, those below are read all the same. */
  readonly services: boolean;
  /** `namespace/name` of Services that are name servers: they claim `name.namespace` whatever else they say. */
  readonly nameServers: readonly string[];
  /**
   * Names that have an HTTPS record: `all` for which TLS is seen to end, or those whose objects ask for it by an
   * annotation. Default: the latter. `none`: that is not read either.
   */
  readonly httpsRecords?: 'all' | 'annotated' | 'none';
}

/** What a projector is made with. */
export interface ProjectorParts {
  readonly options: ProjectionOptions;
  readonly claims: ClaimSink;
  /**
   * Asks for a kind that is read only where somebody needs it (EndpointSlice): its list follows. Asked again,
   * the whole of it is delivered again.
   */
  readonly demand: (kind: Kind) => void;
}

/** Makes claims of the objects of one source for one `k8s_gateway`. */
export interface Projector {
  /** What is to be delivered to it. */
  readonly kinds: readonly Kind[];
  /** As of `Sink`. */
  beginList(kind: Kind): void;
  upsert(kind: Kind, key: string, object: Shape): void;
  remove(kind: Kind, key: string): void;
  endList(kind: Kind): void;
  /** The kind can't be read as things stand, or there is no such kind in the cluster: go on without, for now. */
  missing(kind: Kind): void;
}
