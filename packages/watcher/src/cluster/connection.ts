import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { shapeOf, textOf } from '../sources/shape.ts';
import { ApiError, ConnectionError, explainConnection, messageOf } from './failure.ts';

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

/**
 * Requests to one API server, authenticated by client-node's KubeConfig.
 *
 * client-node's own Watch (2.0.1) is not used: it hides the Status body and Retry-After, drops lines
 * that are not JSON and exceptions of its callback, has a private idle timeout of 30 s where bookmarks
 * come once a minute, can't be aborted before the response's head, and can't list. KubeConfig
 * gives credentials per request, so rotated tokens, exec plugins and OIDC work as they do there.
 */
export class ApiConnection {
  /** The server's URL, for log lines. */
  readonly server: string;
  readonly #config: KubeConfig;
  readonly #isProxied: boolean;
  readonly #patience: Patience;

  constructor(config: KubeConfig, patience: Patience) {
    const cluster = config.getCurrentCluster();
    this.#config = config;
    this.#patience = patience;
    this.#isProxied = Boolean(cluster?.proxyUrl);
    this.server = cluster?.server ?? '';
  }

  /**
   * GETs `path` and yields the body's octets as they come: whatever has arrived is one chunk. The connection
   * is closed when the generator ends, however it ends.
   *
   * @throws ApiError on a status other than 200, ConnectionError on everything else, and on abort
   */
  async *get(
    path: string,
    query: URLSearchParams,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncGenerator<Buffer, void, undefined> {
    const request = await this.#request(`${this.server}${path}?${query}`, signal);
    const abort = (): unknown => request.destroy(new ConnectionError('stopped'));
    const { headMs, idleMs } = this.#patience;
    const silence = setTimeout(() => request.destroy(this.#silence(headMs)), headMs);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      const response = await head(request).catch((error) => this.#broken(error));
      if (response.statusCode !== 200) throw await refusal(response);
      clearTimeout(silence);
      response.setTimeout(idleMs, () => response.destroy(this.#silence(idleMs)));
      onOpen?.();
      yield* this.#body(response);
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', abort);
      request.destroy();
    }
  }

  async *#body(response: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of response) yield chunk as Buffer;
    } catch (error) {
      this.#broken(error);
    }
  }

  /** For what the connection throws, and nothing else: an exception of a caller's is a bug, and no failure. */
  #broken(error: unknown): never {
    if (error instanceof ConnectionError) throw error;
    throw new ConnectionError(explainConnection(error, this.server), { cause: error });
  }

  #silence(ms: number): ConnectionError {
    const message = `${this.server} said nothing for ${ms / 1000} s; the connection counts as dead`;
    return new ConnectionError(message, { isSilence: true });
  }

  async #request(url: string, signal: AbortSignal): Promise<ClientRequest> {
    const headers: OutgoingHttpHeaders = { Accept: 'application/json' };
    const options: RequestOptions = { headers };
    try {
      // Asked every time: FileAuth reads the token file anew each minute, exec plugins when theirs expires.
      await this.#config.applyToHTTPSOptions(options);
    } catch (cause) {
      throw new ConnectionError(`no credentials for ${this.server}: ${messageOf(cause)}`, {
        cause,
      });
    }
    if (signal.aborted) throw new ConnectionError('stopped');
    // A token file ends in a newline as often as not: client-go trims it, client-node doesn't.
    const { Authorization: token } = headers;
    if (typeof token === 'string') headers['Authorization'] = token.trim();
    // client-node caches its agent with the certificates of the first request; only a proxy needs that agent.
    if (!this.#isProxied) options.agent = false;
    const request = this.#send(url, options);
    request.setSocketKeepAlive(true, keepAliveProbeMs);
    request.end();
    return request;
  }

  /** Throws at once what no server has seen: a token that fits no header, a key that isn't the certificate's. */
  #send(url: string, options: RequestOptions): ClientRequest {
    try {
      return url.startsWith('https:') ? httpsRequest(url, options) : httpRequest(url, options);
    } catch (cause) {
      // Tried again like any other failure: a rotation of certificate and key may be caught halfway.
      const message = `no request to ${this.server} can be made with these credentials`;
      throw new ConnectionError(`${message}: ${messageOf(cause)}`, { cause });
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
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > longestErrorBody) break;
    }
  } catch {
    // The status alone must do.
  }
  const status = shapeOf(parseOrUndefined(text));
  return new ApiError(
    response.statusCode ?? 0,
    textOf(status['reason']) || (response.statusMessage ?? ''),
    textOf(status['message']),
    retryAfterMs(response.headers['retry-after']),
  );
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
