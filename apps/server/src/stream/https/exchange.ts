import { LIMIT, lifetimeOf } from '@seamark/protocol';
import type { StreamLimits } from '../tcp-options.ts';
import type { HttpVisit } from './http-visit.ts';
import { type Asked, MEDIA_TYPE, type Refused, readHead, readMessage, tooLong } from './request.ts';
import type { Wire } from './wire.ts';

/**
 * One request and its response.
 *
 * ```
 *  receiving --(whole)--> answering --(reply)--> sending --> over
 *      |                                            |
 *      `-- a head or body that won't do ------------'
 * ```
 */
export class Exchange {
  private readonly wire: Wire;
  private readonly visit: HttpVisit;
  private readonly statuses: Map<number, number>;
  private state: 'receiving' | 'answering' | 'sending' | 'over' = 'receiving';
  private since = performance.now();
  private readonly chunks: Buffer[] = [];
  private length = 0;
  private isRead = false;

  /** @param statuses responses by their status; counted into. */
  constructor(wire: Wire, visit: HttpVisit, statuses: Map<number, number>) {
    this.wire = wire;
    this.visit = visit;
    this.statuses = statuses;
  }

  begin(): void {
    const { wire } = this;
    this.visit.begun(this);
    wire.onClose(() => {
      this.enter('over');
      this.visit.ended(this);
    });
    const asked = readHead(wire.method, wire.target, wire.headers);
    if (asked.kind === 'body') {
      this.receive();
      return;
    }
    // What GET may have in its body means nothing.
    this.isRead = asked.kind === 'message' || wire.method === 'GET';
    this.take(asked);
    wire.body.resume();
  }

  /** Whether it has been waiting too long for its client; a question that others answer waits for them. */
  isOverdue(
    now: number,
    { messageTimeoutMs, writeTimeoutMs }: Pick<StreamLimits, 'messageTimeoutMs' | 'writeTimeoutMs'>,
  ): boolean {
    const waited = now - this.since;
    if (this.state === 'receiving') return waited >= messageTimeoutMs;
    return this.state === 'sending' && waited >= writeTimeoutMs;
  }

  private receive(): void {
    const { body } = this.wire;
    body.on('data', (chunk: Buffer) => {
      if (this.state !== 'receiving') return;
      this.length += chunk.length;
      if (this.length > LIMIT.STREAM) this.take(tooLong());
      else this.chunks.push(chunk);
    });
    body.on('end', () => {
      this.isRead = true;
      if (this.state !== 'receiving') return;
      const [only] = this.chunks;
      const isWhole = only !== undefined && this.chunks.length === 1;
      this.take(readMessage(isWhole ? only : Buffer.concat(this.chunks)));
    });
  }

  private take(asked: Asked): void {
    if (asked.kind === 'message') {
      this.enter('answering');
      this.visit.visit.answer(asked.octets, (reply) => this.settle(reply));
    } else if (asked.kind === 'refused') this.refuse(asked);
  }

  private settle(reply: Uint8Array | undefined): void {
    if (this.state !== 'answering') return;
    if (reply === undefined) {
      // None is the answer: as little of one as HTTP has.
      this.enter('sending');
      this.wire.drop();
      return;
    }
    const headers = {
      'content-type': MEDIA_TYPE,
      'content-length': reply.length,
      'cache-control': `max-age=${lifetimeOf(reply)}`,
    };
    this.send(200, headers, reply);
  }

  private refuse({ status, reason }: Refused): void {
    const body = Buffer.from(`${reason}\n`);
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': body.length,
      ...(status === 405 ? { allow: 'GET, POST' } : {}),
    };
    this.send(status, headers, body);
  }

  private send(
    status: number,
    headers: Readonly<Record<string, string | number>>,
    body: Uint8Array,
  ): void {
    this.enter('sending');
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.wire.respond(status, headers, body, this.isRead);
  }

  private enter(state: Exchange['state']): void {
    this.state = state;
    this.since = performance.now();
  }
}
