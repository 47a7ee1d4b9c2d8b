import { ProtocolError } from './failure.ts';

const newline = 0x0a;

/**
 * An object is at most 1.5 MB in etcd (its default request limit) and a few times that as JSON.
 * Without a limit, a server that sends no newline would fill the memory.
 */
const longestLine = 32 * 1024 * 1024;

/**
 * Cuts a stream of octets into lines. node:readline would do, but it also ends lines at U+2028 and
 * U+2029, which JSON allows inside strings, and at the end of a broken stream passes half a line off as one.
 */
export class LineCutter {
  #pending: Buffer[] = [];
  #pendingLength = 0;

  /**
   * The lines that `chunk` completes, without empty ones. Of what follows the last newline a copy is kept
   * until the next chunk, so that the chunk may be used again.
   *
   * @throws ProtocolError when a line exceeds 32 MiB
   */
  *cut(chunk: Buffer): Generator<string, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = this.#complete(chunk, start, end);
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start === chunk.length) return;
    this.#pending.push(Buffer.from(chunk.subarray(start)));
    this.#pendingLength += chunk.length - start;
    if (this.#pendingLength > longestLine) throw new ProtocolError('a line exceeds 32 MiB');
  }

  #complete(chunk: Buffer, start: number, end: number): string {
    if (this.#pendingLength === 0) return chunk.toString('utf8', start, end);
    this.#pending.push(chunk.subarray(start, end));
    const line = Buffer.concat(this.#pending).toString('utf8');
    this.#pending = [];
    this.#pendingLength = 0;
    return line;
  }
}
