import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';

/** A request and the way back, whatever the version of HTTP. */
export interface Wire {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readable;
  /** @param told once, when nothing more can be sent or received. */
  onClose(told: () => void): void;
  /** @param isRead whether the body has been read to its end: what is left of one is not waited for. */
  respond(
    status: number,
    headers: Readonly<Record<string, string | number>>,
    body: Uint8Array,
    isRead: boolean,
  ): void;
  /** Ends it without a response. */
  drop(): void;
}

/** Over HTTP/2. Node's objects that look like those of HTTP/1.1 would take as long again. */
export class Http2Wire implements Wire {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.body = stream;
    this.headers = headers;
    this.method = headers[':method'];
    this.target = headers[':path'];
    stream.on('error', () => {});
  }

  onClose(told: () => void): void {
    this.body.on('close', told);
  }

  respond(
    status: number,
    headers: Readonly<Record<string, string | number>>,
    body: Uint8Array,
  ): void {
    const { body: stream } = this;
    // Reset by the client.
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ':status': status, ...headers });
    stream.end(body);
  }

  drop(): void {
    this.body.close(constants.NGHTTP2_CANCEL);
  }
}

export class Http1Wire implements Wire {
  readonly body: IncomingMessage;
  private readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.body = request;
    this.response = response;
    request.on('error', () => {});
    response.on('error', () => {});
  }

  get method(): string | undefined {
    return this.body.method;
  }

  get target(): string | undefined {
    return this.body.url;
  }

  get headers(): Readonly<Record<string, unknown>> {
    return this.body.headers;
  }

  onClose(told: () => void): void {
    this.response.on('close', told);
  }

  respond(
    status: number,
    headers: Readonly<Record<string, string | number>>,
    body: Uint8Array,
    isRead: boolean,
  ): void {
    // The next request would stand behind what is left of this one.
    const all = isRead ? headers : { ...headers, connection: 'close' };
    this.response.writeHead(status, all).end(body);
  }

  drop(): void {
    this.body.socket.destroy();
  }
}
