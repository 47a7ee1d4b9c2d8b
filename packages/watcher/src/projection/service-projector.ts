import type { Kind } from '../sources/contract.ts';
import type { Shape } from '../sources/shape.ts';
import type { Claim, Projector, ProjectorParts } from './contract.ts';
import { EndpointTable, serviceOf } from './endpoints.ts';
import { claimsOf, readService, type ServiceDraft } from './service.ts';

/** A Service whose endpoints stand for it. */
interface Joined {
  draft: ServiceDraft;
  /** The number of the list of EndpointSlices that has, or will have, all of its own. */
  readonly from: number;
}

const nothing: readonly Claim[] = [];

/**
 * Services, and the EndpointSlices of those that ask for it in an annotation. Few do, so the slices are read
 * only once one does, and of the others' no more is kept than that they have some: if one of these asks later
 * on, they are read once more. Until all slices of a Service are there it claims what it did before, and the
 * list of Services has not ended.
 */
export class ServiceProjector implements Projector {
  readonly kinds: readonly Kind[] = ['Service', 'EndpointSlice'];
  readonly #parts: ProjectorParts;
  readonly #joined = new Map<string, Joined>();
  readonly #endpoints = new EndpointTable();
  /** Services of which a slice was passed over since the latest list of slices began. */
  readonly #dropped = new Set<string>();
  /** Of those joined, Services that do not claim what they say now: slices are awaited. */
  readonly #waiting = new Set<string>();

  // Lists of slices are counted: one that is complete has the slices of each Service that had joined when it began.
  #listsBegun = 0;
  #complete = 0;
  #isDemanded = false;
  #isMissing = false;

  /** What a list that is under way has; undefined while there is none. */
  #seenSlices: Set<string> | undefined;
  #seenServices: Set<string> | undefined;
  /** The list of Services has ended, and the sink has not been told so. */
  #owesEnd = false;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
  }

  beginList(kind: Kind): void {
    if (kind === 'Service') {
      this.#owesEnd = false;
      this.#seenServices = new Set();
      this.#parts.claims.beginList('Service');
      return;
    }
    this.#listsBegun += 1;
    this.#isDemanded = false;
    this.#isMissing = false;
    this.#dropped.clear();
    this.#seenSlices = new Set();
  }

  upsert(kind: Kind, key: string, object: Shape): void {
    if (kind === 'Service') this.#upsertService(key, object);
    else this.#upsertSlice(key, object);
  }

  remove(kind: Kind, key: string): void {
    if (kind === 'Service') {
      this.#part(key);
      this.#parts.claims.claim('Service', key, nothing);
      this.#endIfSettled();
    } else {
      this.#removeSlice(key);
    }
  }

  endList(kind: Kind): void {
    if (kind === 'Service') {
      const seen = this.#seenServices;
      this.#seenServices = undefined;
      for (const key of this.#joined.keys()) {
        if (seen?.has(key) !== false) continue;
        this.#part(key);
        // A slice may have made it claim amid the list, so that the sink takes it for listed.
        this.#parts.claims.claim('Service', key, nothing);
      }
      this.#owesEnd = true;
      this.#endIfSettled();
    } else {
      const seen = this.#seenSlices;
      this.#seenSlices = undefined;
      this.#complete = this.#listsBegun;
      for (const key of this.#endpoints.keys())
        if (seen?.has(key) === false) this.#removeSlice(key);
      this.#settle();
    }
  }

  /** What is known of slices stays; nobody waits for more. */
  missing(kind: Kind): void {
    if (kind !== 'EndpointSlice') return;
    this.#isMissing = true;
    this.#settle();
  }

  #upsertService(key: string, object: Shape): void {
    const { claims, options } = this.#parts;
    const { passedOver, draft } = readService(object, key, options);
    if (passedOver !== undefined) {
      claims.passedOver?.('Service', key, passedOver.names(), passedOver.reason);
    }
    if (draft !== undefined && draft.reached === undefined) {
      this.#join(key, draft);
      return;
    }
    this.#part(key);
    claims.claim('Service', key, draft === undefined ? nothing : claimsOf(draft, noEndpoints));
    this.#endIfSettled();
  }

  #join(key: string, draft: ServiceDraft): void {
    this.#seenServices?.add(key);
    const known = this.#joined.get(key);
    if (known !== undefined) {
      known.draft = draft;
    } else {
      // The first list has yet to begin, or slices of this one have been passed over.
      const needsList = this.#listsBegun === 0 || this.#dropped.has(key);
      this.#joined.set(key, { draft, from: this.#listsBegun + (needsList ? 1 : 0) });
      if (needsList && !this.#isDemanded) {
        this.#isDemanded = true;
        this.#parts.demand('EndpointSlice');
      }
    }
    this.#claim(key);
  }

  /** The Service's endpoints no longer stand for it. */
  #part(key: string): void {
    if (!this.#joined.delete(key)) return;
    this.#waiting.delete(key);
    if (this.#endpoints.drop(key)) this.#dropped.add(key);
  }

  #upsertSlice(key: string, object: Shape): void {
    const service = serviceOf(object, key);
    if (this.#endpoints.ownerOf(key) !== service) this.#removeSlice(key);
    if (service === undefined) return;
    if (!this.#joined.has(service)) {
      this.#dropped.add(service);
      return;
    }
    this.#seenSlices?.add(key);
    if (this.#endpoints.put(service, key, object)) this.#claim(service);
  }

  #removeSlice(key: string): void {
    const service = this.#endpoints.ownerOf(key);
    if (service === undefined) return;
    this.#endpoints.remove(key);
    this.#claim(service);
  }

  /** Claims for a Service that has joined, if its slices are known or won't be. */
  #claim(key: string): void {
    const { draft, from } = this.#joined.get(key) as Joined;
    if (from > this.#complete && !this.#isMissing) {
      this.#waiting.add(key);
      return;
    }
    this.#waiting.delete(key);
    this.#parts.claims.claim('Service', key, claimsOf(draft, this.#endpoints.of(key)));
  }

  #settle(): void {
    for (const key of this.#waiting) this.#claim(key);
    this.#endIfSettled();
  }

  #endIfSettled(): void {
    if (!this.#owesEnd || this.#waiting.size > 0) return;
    this.#owesEnd = false;
    this.#parts.claims.endList('Service');
  }
}

const noEndpoints = { addresses: [], pods: new Map<string, readonly string[]>() };
