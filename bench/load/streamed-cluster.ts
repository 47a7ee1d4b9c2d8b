// As much of an API server as a list and a watch need, for more objects than a real one takes in minutes.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ingress, type KubeObject } from '../../test/support/kube/objects.ts';
import { nowNs } from './freshness/probe.ts';
import { ingressPath, toObjects } from './manifests.ts';
import type { Dataset } from './names.ts';

/** Octets written at once. */
const CHUNK = 65_536;
/** What servers add to an object and readers pass over: it makes an Ingress of 1.2 KB, as real ones are. */
const MANAGED_FIELDS: readonly object[] = [
  { manager: 'ingress-controller', operation: 'Update', fieldsV1: { note: 'f'.repeat(800) } },
];

interface Change {
  readonly version: number;
  readonly index: number;
  readonly address: string;
}

/**
 * Sends the data set to whoever lists it by a watch (`sendInitialEvents`), and changes it on demand. The list
 * is the data set as it was at first; what has changed since follows on the watch.
 */
export class StreamedCluster implements AsyncDisposable {
  readonly #data: Dataset;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  /** Watches of Ingresses that are past their list. */
  readonly #watches = new Set<ServerResponse>();
  readonly #changes: Change[] = [];
  #version: number;

  private constructor(data: Dataset) {
    this.#data = data;
    this.#version = versionOf(data);
  }

  static async start(data: Dataset): Promise<StreamedCluster> {
    const cluster = new StreamedCluster(data);
    await new Promise<void>((resolve) => cluster.#server.listen(0, '127.0.0.1', resolve));
    return cluster;
  }

  get kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      'current-context': 'bench',
      // Only with `insecure-skip-tls-verify` does Seamark accept a server without TLS.
      clusters: [
        {
          name: 'bench',
          cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'bench', user: { token: 'none' } }],
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    });
  }

  /**
   * Gives the Ingress of host `index` another address.
   *
   * @returns when the event was handed to the sockets (`nowNs`): before that, so that an event which waits here
   *   because its reader does not read is late on the reader's account
   */
  change(index: number, address: string): number {
    this.#version += 1;
    const change = { version: this.#version, index, address };
    this.#changes.push(change);
    const line = modified(this.#data, change);
    const writtenNs = nowNs();
    for (const response of this.#watches) response.write(line);
    return writtenNs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server.example');
    if (request.headers.accept === 'application/vnd.kubernetes.protobuf') {
      response.writeHead(406).end();
      return;
    }
    response.setHeader('Content-Type', 'application/json');
    response.flushHeaders();
    response.on('close', () => this.#watches.delete(response));
    const kind = url.pathname.endsWith('/ingresses') ? 'Ingress' : 'Service';
    const isList = url.searchParams.get('sendInitialEvents') === 'true';
    if (!isList) {
      if (kind === 'Ingress')
        this.#watch(response, Number(url.searchParams.get('resourceVersion')));
      return;
    }
    const list = Readable.from(initialEvents(kind, this.#data));
    // A reader that goes away ends this; the next one begins anew.
    pipeline(list, response, { end: false }).then(
      () => kind === 'Ingress' && this.#watch(response, versionOf(this.#data)),
      () => response.destroy(),
    );
  }

  /** What came after the version, and from now on what comes. */
  #watch(response: ServerResponse, version: number): void {
    for (const change of this.#changes) {
      if (change.version > version) response.write(modified(this.#data, change));
    }
    this.#watches.add(response);
  }
}

/** One for each object of the list. */
function versionOf({ hosts, wildcards, multis }: Dataset): number {
  return 1 + hosts.length + wildcards.length + multis.length;
}

function modified({ hosts }: Dataset, { version, index, address }: Change): string {
  const object = ingress(ingressPath(index), [hosts[index]?.name ?? ''], [address]);
  return `${JSON.stringify({ type: 'MODIFIED', object: asStored(object, version) })}\n`;
}

function* initialEvents(kind: string, data: Dataset): Generator<string> {
  let text = '';
  let version = 0;
  for (const object of toObjects(data)) {
    version++;
    if (object.kind !== kind) continue;
    text += `${JSON.stringify({ type: 'ADDED', object: asStored(object, version) })}\n`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  const metadata = { resourceVersion: String(version), annotations };
  yield `${text}${JSON.stringify({ type: 'BOOKMARK', object: { kind, metadata } })}\n`;
}

function asStored(object: KubeObject, version: number): KubeObject {
  const uid = `00000000-0000-4000-8000-${String(version).padStart(12, '0')}`;
  const added = { uid, resourceVersion: String(version), managedFields: MANAGED_FIELDS };
  return { ...object, metadata: { ...object.metadata, ...added } };
}
