// A thin client of the API server: node:https and JSON, and nothing of what is under test.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { collectionPath, type KubeObject } from './objects.ts';

/** The API server said no; `status` is HTTP's. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const MERGE_PATCH = 'application/merge-patch+json';

export class KubeClient {
  readonly #url: string;
  readonly #agent: Agent;
  readonly #token: string;

  /** `ca` is PEM. The client keeps up to 64 connections until `close`. */
  constructor(url: string, ca: string, token: string) {
    this.#url = url;
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 64 });
    this.#token = token;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Creates a namespace, in which the other objects can live. */
  async createNamespace(name: string): Promise<void> {
    await this.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  /** Creates an object, and then its status, as the controller of its kind would. */
  async create(object: KubeObject): Promise<void> {
    await this.request('POST', collectionPath(object), object);
    if (object.status !== undefined) await this.setStatus(object);
  }

  /** Writes `object.status`, in place of the controller. */
  async setStatus(object: KubeObject): Promise<void> {
    await this.request('PATCH', `${pathOf(object)}/status`, { status: object.status });
  }

  /** A merge patch (RFC 7396) of everything but the status. */
  async patch(object: KubeObject, change: object): Promise<void> {
    await this.request('PATCH', pathOf(object), change);
  }

  async delete(object: KubeObject): Promise<void> {
    await this.request('DELETE', pathOf(object));
  }

  /** The items and the resourceVersion of a collection. */
  async list(collection: string): Promise<{
    readonly items: readonly KubeObject[];
    readonly metadata: { readonly resourceVersion: string };
  }> {
    return (await this.request('GET', collection)) as Awaited<ReturnType<KubeClient['list']>>;
  }

  /** Events of a collection after a resourceVersion, until the server or the caller ends it. */
  async *watch(collection: string, resourceVersion: string): AsyncGenerator<WatchEvent> {
    const search = new URLSearchParams({ watch: '1', resourceVersion });
    const response = await this.#send('GET', `${collection}?${search}`);
    try {
      await refuse(response);
      for await (const line of createInterface(response)) yield JSON.parse(line) as WatchEvent;
    } finally {
      response.destroy();
    }
  }

  /** Any request; resolves to parsed JSON or text, throws KubeError for a status of 400 or more. */
  async request(method: Method, path: string, body?: object): Promise<unknown> {
    const response = await this.#send(method, path, body);
    await refuse(response);
    const text = await textOf(response);
    return response.headers['content-type']?.includes('json') === true ? JSON.parse(text) : text;
  }

  async #send(method: Method, path: string, body?: object): Promise<IncomingMessage> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': method === 'PATCH' ? MERGE_PATCH : 'application/json',
    };
    const outgoing = request(new URL(path, this.#url), { method, headers, agent: this.#agent });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  }
}

const pathOf = (object: KubeObject): string =>
  `${collectionPath(object)}/${encodeURIComponent(object.metadata.name)}`;

const refuse = async (response: IncomingMessage): Promise<void> => {
  const status = response.statusCode ?? 0;
  if (status >= 400) throw new KubeError(status, `${status} ${await textOf(response)}`);
};

const textOf = async (response: IncomingMessage): Promise<string> =>
  (await response.setEncoding('utf8').toArray()).join('');
