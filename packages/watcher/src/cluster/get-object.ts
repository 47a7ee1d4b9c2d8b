import { type Shape, shapeOf } from '../sources/shape.ts';
import type { ApiConnection, ResponseHead } from './connection.ts';
import { ProtocolError } from './failure.ts';

/**
 * GETs an object as JSON.
 *
 * @throws ApiError, ConnectionError, ProtocolError
 */
export async function getObject(
  connection: ApiConnection,
  path: string,
  query: URLSearchParams,
  signal: AbortSignal,
  onOpen?: (head: ResponseHead) => void,
  headers?: Readonly<Record<string, string>>,
): Promise<Shape> {
  const chunks: Buffer[] = [];
  const reader = {
    onOpen: (head: ResponseHead) => onOpen?.(head),
    onChunk: (chunk: Buffer) => void chunks.push(chunk),
  };
  await connection.get(path, query, signal, reader, headers);
  try {
    return shapeOf(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    const message = `${connection.server} answered ${path} with something that is no JSON`;
    throw new ProtocolError(message, { cause });
  }
}
