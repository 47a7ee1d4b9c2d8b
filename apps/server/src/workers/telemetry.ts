// Query path: nothing here allocates, throws or waits. Bench: bench/micro/answer.ts.
import { type Responder, TRANSPORT, type Transport } from '@seamark/matcher';
import { HEADER } from '@seamark/protocol';
import { Counters, PATH } from '../telemetry/counters.ts';
import { QueryLogWriter } from '../telemetry/query-log.ts';
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
    log: boolean,
  ): void {
    if (replyLength === 0) {
      this.counters.countDrop();
      return;
    }
    const { query, rcode } = responder;
    const isStream = transport === TRANSPORT.STREAM;
    const isIpv6 = source.peerFamily() === 6;
    const path = isStream ? (isIpv6 ? PATH.TCP6 : PATH.TCP4) : isIpv6 ? PATH.UDP6 : PATH.UDP4;
    this.counters.countReply(
      path,
      query.type,
      rcode,
      replyLength,
      responder.truncated,
      query.dnssecOk,
    );
    if (!log) return;
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
}
