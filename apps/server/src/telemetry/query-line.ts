import { CLASS, FLAG, formatName, rcodeMnemonic, typeMnemonic } from '@seamark/protocol';
import { formatPeer } from '@seamark/udp';
import type { QueryRecord } from './query-record.ts';

/** The same query for machines: what becomes the fields of a log line. */
export interface QueryFields {
  readonly remote: string;
  readonly proto: 'udp' | 'tcp';
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly class: string;
  readonly rcode: string;
  readonly flags: string;
  readonly size: number;
  readonly rsize: number;
  readonly bufsize: number;
  readonly do: boolean;
  /** Seconds; absent where nobody measured. */
  readonly duration?: number;
}

const NONE = '-';

const FLAG_NAMES: readonly (readonly [mask: number, name: string])[] = [
  [FLAG.QR, 'qr'],
  [FLAG.AA, 'aa'],
  [FLAG.TC, 'tc'],
  [FLAG.RD, 'rd'],
  [FLAG.RA, 'ra'],
  [0x0040, 'z'],
  [FLAG.AD, 'ad'],
  [FLAG.CD, 'cd'],
];

const CLASS_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(CLASS).map(([name, value]) => [value, name]),
);

export function queryFields(record: QueryRecord): QueryFields {
  const replied = record.replySize > 0;
  return {
    remote: formatPeer(record.peer),
    proto: record.isStream ? 'tcp' : 'udp',
    id: record.id,
    name: record.name.length === 0 ? '.' : formatName(record.name),
    type: typeMnemonic(record.type),
    class: CLASS_NAMES.get(record.class) ?? `CLASS${record.class}`,
    rcode: replied ? rcodeMnemonic(record.rcode) : NONE,
    flags: replied ? formatFlags(record.flags) : NONE,
    size: record.requestSize,
    rsize: record.replySize,
    // CoreDNS shows what a stream has room for there, whatever OPT says.
    bufsize: record.isStream ? 65_535 : record.udpSize,
    do: record.dnssecOk,
    ...(record.duration === undefined ? {} : { duration: record.duration }),
  };
}

/**
 * The line that CoreDNS's `log` writes in its common format, so that what reads those goes on reading. A
 * duration that nobody measured is `-`, as CoreDNS has it for what it doesn't know.
 */
export function queryLine(fields: QueryFields): string {
  const {
    remote,
    id,
    type,
    class: klass,
    name,
    proto,
    size,
    bufsize,
    rcode,
    flags,
    rsize,
  } = fields;
  const duration = fields.duration === undefined ? NONE : `${fields.duration.toFixed(9)}s`;
  return `${remote} - ${id} "${type} ${klass} ${name} ${proto} ${size} ${fields.do} ${bufsize}" ${rcode} ${flags} ${rsize} ${duration}`;
}

function formatFlags(flags: number): string {
  const set = FLAG_NAMES.filter(([mask]) => (flags & mask) !== 0).map(([, name]) => name);
  return set.length === 0 ? '' : set.join(',');
}
