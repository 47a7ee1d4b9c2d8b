import { type Shape, shapeOf, textOf } from '../sources/shape.ts';
import type { ApiConnection } from './connection.ts';
import { ApiError, ProtocolError } from './failure.ts';
import { LineCutter } from './lines.ts';

/** One line of a watch. The object is untrusted, and belongs to whoever receives the event. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: Shape;
}

/**
 * Opens a watch and hands over its events, then says that those which arrived together are through.
 * Resolves when the server ends the stream, as it does after timeoutSeconds.
 *
 * @throws ApiError when the server refuses, or on an ERROR event; ConnectionError; ProtocolError on
 *   a line that is no event: an event may be lost in it, so the caller must resume or relist
 */
export async function watch(
  connection: ApiConnection,
  path: string,
  query: URLSearchParams,
  signal: AbortSignal,
  handler: { onOpen(): void; onEvent(event: WatchEvent): void; onChunk(): void },
): Promise<void> {
  const lines = new LineCutter();
  for await (const chunk of connection.get(path, query, signal, handler.onOpen)) {
    for (const line of lines.cut(chunk)) handler.onEvent(parseEvent(line, connection.server));
    handler.onChunk();
  }
}

function parseEvent(line: string, server: string): WatchEvent {
  let event: Shape;
  try {
    event = shapeOf(JSON.parse(line));
  } catch (cause) {
    const start = JSON.stringify(line.slice(0, 60));
    throw new ProtocolError(`${server} sent a line that is no JSON: ${start}`, { cause });
  }
  const type = event['type'];
  const object = shapeOf(event['object']);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object };
    case 'ERROR': {
      const code = object['code'];
      const status = typeof code === 'number' ? code : 0;
      throw new ApiError(status, textOf(object['reason']), textOf(object['message']));
    }
    default:
      throw new ProtocolError(`${server} sent an event of unknown type ${JSON.stringify(type)}`);
  }
}
