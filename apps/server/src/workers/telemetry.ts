// Query path: nothing here allocates, throws or waits, but for `observeLater`. Bench: bench/micro/answer.ts.
import {
  ACCESS,
  type Judgement,
  type Responder,
  TRANSPORT,
  type Transport,
} from '@seamark/matcher';
import { HEADER } from '@seamark/protocol';
import type { ComposedReply, PendingQuery } from '../detour/pending-query.ts';
import { Counters, PATH, type Path } from '../telemetry/counters.ts';
import { QueryLogWriter } from '../telemetry/query-log.ts';
import type { QueryFilter } from './query-filter.ts';
import type { Observer, PeerSource } from './query-path.ts';
import type { AnswerTask } from './tasks.ts';

/** Not measured (telemetry/counters.ts says why). */
const NO_DURATION = -1;

/** Counts every message and notes those whose listener has `log`. */
export class Telemetry implements Observer {
  private readonly counters: Counters;
  private readonly queryLog: QueryLogWriter;

  constructor(task: Pick<AnswerTask, 'counters' | 'queryLog'>) {
    this.counters = new Counters(task.counters);
    this.queryLog = new QueryLogWriter(task.queryLog);
  }

  observe(
    responder: Responder,
    view: DataView,
    offset: number,
    queryLength: number,
    replyLength: number,
    transport: Transport,
    source: PeerSource,
    log: QueryFilter | undefined,
  ): void {
    if (responder.access !== ACCESS.ALLOW) this.counters.countRuled(responder.access);
    if (replyLength === 0) {
      this.counters.countDrop();
      return;
    }
    const { query, rcode } = responder;
    const isStream = transport !== TRANSPORT.UDP;
    this.counters.countReply(
      pathOf(isStream, source.peerFamily() === 6),
      query.type,
      rcode,
      replyLength,
      responder.truncated,
      query.dnssecOk,
    );
    if (log === undefined || !log.admits(query, rcode, view, offset)) return;
    this.queryLog.write(
      source.peer(),
      isStream,
      view.getUint16(offset + HEADER.ID),
      query.type,
      query.class,
      query.name,
      query.nameLength,
      query.dnssecOk,
      query.udpSize,
      queryLength,
      replyLength,
      view.getUint16(offset + HEADER.FLAGS),
      rcode,
      NO_DURATION,
    );
  }

  observeDetour(wasTaken: boolean): void {
    if (wasTaken) this.counters.countDetour();
    else this.counters.countLostDetour();
  }

  observeLimited(judgement: Judgement): void {
    this.counters.countLimited(judgement);
  }

  /**
   * Counts and notes a reply that was made elsewhere, of a query that was left there.
   *
   * @param reply undefined if there was none.
   * @param seconds that the client waited.
   */
  observeLater(
    pending: PendingQuery,
    reply: ComposedReply | undefined,
    seconds: number,
    log: QueryFilter | undefined,
  ): void {
    if (reply === undefined) {
      this.counters.countDrop();
      return;
    }
    const { query, peer, isStream } = pending;
    const { octets, rcode, truncated } = reply;
    const path = pathOf(isStream, peer[0] === 6);
    this.counters.countReply(path, query.type, rcode, octets.length, truncated, query.dnssecOk);
    const view = new DataView(octets.buffer, octets.byteOffset);
    if (log === undefined || !log.admits(query, rcode, view, 0)) return;
    const { type, class: klass, name, nameLength, dnssecOk, udpSize } = query;
    const flags = view.getUint16(HEADER.FLAGS);
    this.queryLog.write(
      ...([peer, isStream, pending.id, type, klass, name, nameLength, dnssecOk, udpSize] as const),
      ...([pending.octets.length, octets.length, flags, rcode, seconds] as const),
    );
  }
}

function pathOf(isStream: boolean, isIpv6: boolean): Path {
  if (isStream) return isIpv6 ? PATH.TCP6 : PATH.TCP4;
  return isIpv6 ? PATH.UDP6 : PATH.UDP4;
}
