// As much of an API server as a list and a watch need, for more objects than a real one takes in minutes.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../../test/support/kube/objects.ts';
import { toObjects } from './manifests.ts';
import type { Dataset } from './names.ts';

/** Octets written at once. */
const CHUNK = 65_536;
/** What servers add to an object and readers pass over: it makes an Ingress of 1.2 KB, as real ones are. */
const MANAGED_FIELDS: readonly object[] = [
  { manager: 'ingress-controller', operation: 'Update', fieldsV1: { note: 'f'.repeat(800) } },
];

/** Sends the data set to whoever lists it by a watch (`sendInitialEvents`), and never changes it. */
export class StreamedCluster implements AsyncDisposable {
  readonly #data: Dataset;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(data: Dataset) {
    this.#data = data;
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server.example');
    response.setHeader('Content-Type', 'application/json');
    response.flushHeaders();
    // A later watch hears nothing, for nothing happens.
    if (url.searchParams.get('sendInitialEvents') !== 'true') return;
    const kind = url.pathname.endsWith('/ingresses') ? 'Ingress' : 'Service';
    const list = Readable.from(initialEvents(kind, this.#data));
    // A reader that goes away ends this; the next one begins anew.
    pipeline(list, response, { end: false }).catch(() => response.destroy());
  }
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
