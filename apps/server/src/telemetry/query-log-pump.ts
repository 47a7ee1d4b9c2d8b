import { type QueryFields, queryFields, queryLine } from './query-line.ts';
import type { QueryLogReader } from './query-log.ts';

export interface QueryLogPump {
  /** Takes another worker's ring. Those of dead workers stay: what they had written is still read. */
  add(reader: QueryLogReader): void;
  /** Records lost in all rings. */
  readonly dropped: number;
  /** Reads what is there, and no more after that. */
  stop(): void;
}

/**
 * Empties the rings into a log, on the main thread.
 *
 * @param emit writes one line. If it blocks, as a pipe does that nobody reads, the rings fill up and lose
 *   records; no answer waits for it.
 * @param intervalMs how long a query may wait for its line. Default 100 ms: at 40,000 queries a second a
 *   ring of the default size is then just full.
 */
export function pumpQueryLog(
  emit: (fields: QueryFields, line: string) => void,
  intervalMs = 100,
): QueryLogPump {
  const readers: QueryLogReader[] = [];
  const drain = (): void => {
    for (const reader of readers) {
      reader.drain((record) => {
        const fields = queryFields(record);
        emit(fields, queryLine(fields));
      });
    }
  };
  const timer = setInterval(drain, intervalMs);
  timer.unref();
  return {
    add: (reader) => {
      readers.push(reader);
    },
    get dropped() {
      return readers.reduce((sum, reader) => sum + reader.dropped, 0);
    },
    stop: () => {
      clearInterval(timer);
      drain();
    },
  };
}
