import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { finished } from 'node:stream/promises';
import { type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { Access, AccessSource } from './access.ts';
import {
  ApiError,
  ConnectionError,
  concernsAccess,
  explainConnection,
  isOfTls,
  messageOf,
} from './failure.ts';
import { isProtobuf, readStatus } from './protobuf.ts';
import { type Tunnel, tunnelThrough } from './tunnel.ts';

// An import would read every property of node:http, and WebSocket among them loads undici: 4 MB a thread.
const { request: httpRequest } = process.getBuiltinModule('node:http');

/** Milliseconds of silence after which a connection counts as dead. */
export interface Patience {
  /** From the request to the response's head: the API server gives itself 60 s. */
  readonly headMs: number;
  /** Between two chunks of a body. */
  readonly idleMs: number;
}

/** An error's body is a Status object of some hundred octets; a proxy's may be a web page. */
const longestErrorBody = 64 * 1024;

/** The kernel asks a silent peer whether it is still there after this long (client-go's value). */
const keepAliveProbeMs = 30_000;

/** What of a response's head matters to whoever reads its body. */
export interface ResponseHead {
  readonly contentType: string;
  readonly etag: string | undefined;
}

/** Who is told of a response, amid which nobody waits for anything. */
export interface BodyReader {
  /** The head, before the first octet. */
  readonly onOpen?: (head: ResponseHead) => void;
  /** The body's octets as they come: whatever has arrived. */
  readonly onChunk: (chunk: Buffer) => void;
}

/**
 * Requests to one API server.
 *
 * client-node's own Watch (2.0.1) is not used: it hides the Status body and Retry-After, drops lines
 * that are not JSON and exceptions of its callback, has a private idle timeout of 30 s where bookmarks
 * come once a minute, can't be aborted before the response's head, and can't list.
 */
export class ApiConnection {
  readonly #access: AccessSource;
  readonly #patience: Patience;

  constructor(access: AccessSource, patience: Patience) {
    this.#access = access;
    this.#patience = patience;
  }

  /** The server's URL, for log lines. */
  get server(): string {
    return this.#access.server;
  }

  /**
   * GETs `path`; resolves when the whole body was read. What is refused for credentials that have been renewed
   * meanwhile is asked once more with those: a token that expired is no failure.
   *
   * @throws ApiError on a status other than 200, ConnectionError on everything else, and on abort; and what the
   *   reader throws, after which it is told nothing more. The connection is closed however it ends
   */
  async get(
    path: string,
    query: URLSearchParams,
    signal: AbortSignal,
    reader: BodyReader,
    headers: Readonly<Record<string, string>> = { Accept: 'application/json' },
  ): Promise<void> {
    for (let isLast = false; ; isLast = true) {
      const access = await this.#access.current();
      let isOpen = false;
      const onOpen = (head: ResponseHead): void => {
        isOpen = true;
        reader.onOpen?.(head);
      };
      try {
        const { onChunk } = reader;
        return await this.#exchange(access, `${path}?${query}`, headers, signal, {
          onOpen,
          onChunk,
        });
      } catch (error) {
        if (isOpen || !concernsAccess(error)) throw error;
        if (!this.#access.refused(access) || isLast) throw error;
      }
    }
  }

  async #exchange(
    access: Access,
    target: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
    { onOpen, onChunk }: Required<BodyReader>,
  ): Promise<void> {
    if (signal.aborted) throw new ConnectionError('stopped');
    const tunnel = tunnelThrough(access.options.agent);
    const request = this.#request(access, target, headers, tunnel);
    const givenUp = Promise.withResolvers<never>();
    const giveUp = (error: ConnectionError): void => {
      // A request that waits for its agent's socket tells nobody that it was destroyed.
      givenUp.reject(error);
      if (request.socket === null) tunnel.close();
      request.destroy(error);
    };
    const abort = (): void => giveUp(new ConnectionError('stopped'));
    const { headMs, idleMs } = this.#patience;
    const silence = setTimeout(() => giveUp(this.#silenceBefore(request, tunnel, headMs)), headMs);
    signal.addEventListener('abort', abort);
    try {
      const response = await Promise.race([head(request), givenUp.promise]).catch((error) =>
        this.#broken(error),
      );
      if (response.statusCode !== 401) this.#access.accepted(access);
      if (response.statusCode !== 200) throw await refusal(response);
      clearTimeout(silence);
      response.setTimeout(idleMs, () => response.destroy(this.#silence(idleMs)));
      const { 'content-type': contentType = '', etag } = response.headers;
      onOpen({ contentType, etag });
      await this.#read(response, onChunk);
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', abort);
      request.destroy();
    }
  }

  /** By events: a list of 100,000 Ingresses has 26,000 chunks, and to await each through generators cost 40 ms. */
  async #read(response: IncomingMessage, onChunk: (chunk: Buffer) => void): Promise<void> {
    let thrown: { readonly error: unknown } | undefined;
    response.on('data', (chunk: Buffer) => {
      if (thrown !== undefined) return;
      try {
        onChunk(chunk);
      } catch (error) {
        thrown = { error };
        response.destroy();
      }
    });
    const broken = await finished(response).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (thrown !== undefined) throw thrown.error;
    if (broken !== undefined) this.#broken(broken.error);
  }

  /** For what the connection throws, and nothing else: an exception of a caller's is a bug, and no failure. */
  #broken(error: unknown): never {
    if (error instanceof ConnectionError) throw error;
    const options = { cause: error, isOfTls: isOfTls(error) };
    throw new ConnectionError(explainConnection(error, this.server), options);
  }

  #silence(ms: number): ConnectionError {
    const message = `${this.server} said nothing for ${ms / 1000} s; the connection counts as dead`;
    return new ConnectionError(message, { isSilence: true });
  }

  #silenceBefore(request: ClientRequest, { isNeeded }: Tunnel, ms: number): ConnectionError {
    if (!isNeeded || request.socket !== null) return this.#silence(ms);
    const message = `the kubeconfig's proxy-url opened no way to ${this.server} in ${ms / 1000} s`;
    return new ConnectionError(message, { isSilence: true });
  }

  #request(
    { server, options }: Access,
    target: string,
    ofRequest: Readonly<Record<string, string>>,
    { agent = false }: Tunnel,
  ): ClientRequest {
    const send = server.startsWith('https:') ? httpsRequest : httpRequest;
    const headers = { ...ofRequest, ...options.headers };
    try {
      const request = send(`${server}${target}`, { ...options, agent, headers });
      request.setSocketKeepAlive(true, keepAliveProbeMs);
      return request.end();
    } catch (cause) {
      // What no server has seen: a token that fits no header, a key that isn't the certificate's. Tried again like
      // any other failure: a rotation of certificate and key may be caught halfway.
      const message = `no request to ${server} can be made with these credentials`;
      throw new ConnectionError(`${message}: ${messageOf(cause)}`, { cause, isOfTls: true });
    }
  }
}

function head(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Stays: an error after the response's head comes out of the response, and here is ignored.
    request.on('error', reject);
  });
}

async function refusal(response: IncomingMessage): Promise<ApiError> {
  const chunks: Buffer[] = [];
  try {
    let length = 0;
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > longestErrorBody) break;
    }
  } catch {
    // The status alone must do.
  }
  const body = Buffer.concat(chunks);
  const status = isProtobuf(response.headers['content-type'] ?? '')
    ? statusOrNothing(body)
    : shapeOf(parseOrUndefined(body.toString('utf8')));
  return new ApiError(
    response.statusCode ?? 0,
    textOf(status['reason']) || (response.statusMessage ?? ''),
    textOf(status['message']),
    retryAfterMs(response.headers['retry-after']),
  );
}

function statusOrNothing(body: Buffer): Shape {
  try {
    return readStatus(body);
  } catch {
    return shapeOf(undefined);
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 ? ms : undefined;
}
