import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CLASS, FLAG, parseName, RCODE, TYPE } from '@seamark/protocol';
import { expect, test, vi } from 'vitest';
import { composePeer } from '../stream/peer-record.ts';
import { queryFields, queryLine } from './query-line.ts';
import { allocateQueryLog, QueryLogReader, QueryLogWriter } from './query-log.ts';
import { pumpQueryLog } from './query-log-pump.ts';
import type { QueryRecord } from './query-record.ts';

const peer = composePeer('2001:db8::1', 50_759) ?? new Uint8Array();

function write(writer: QueryLogWriter, id: number, name = parseName('www.example.com')): boolean {
  const flags = FLAG.QR | FLAG.AA | FLAG.RD;
  const [size, reply] = [41, 68];
  return writer.write(
    ...([peer, false, id, TYPE.A, CLASS.IN, name, name.length, true, 1232] as const),
    ...([size, reply, flags, RCODE.BADVERS, -1] as const),
  );
}

function read(reader: QueryLogReader, limit?: number): QueryRecord[] {
  const records: QueryRecord[] = [];
  reader.drain((record) => records.push(record), limit);
  return records;
}

test('a record comes out as it went in', () => {
  const memory = allocateQueryLog(8);
  expect(write(new QueryLogWriter(memory), 29_008)).toBe(true);
  expect(read(new QueryLogReader(memory))).toEqual([
    {
      peer,
      isStream: false,
      id: 29_008,
      type: TYPE.A,
      class: CLASS.IN,
      name: parseName('www.example.com'),
      dnssecOk: true,
      udpSize: 1232,
      requestSize: 41,
      replySize: 68,
      flags: FLAG.QR | FLAG.AA | FLAG.RD,
      rcode: RCODE.BADVERS,
      duration: undefined,
    },
  ]);
});

test('the longest name fits', () => {
  const memory = allocateQueryLog(2);
  const label = 'x'.repeat(63);
  const name = parseName(`${label}.${label}.${label}.${'y'.repeat(61)}`);
  expect(name).toHaveLength(255);
  const writer = new QueryLogWriter(memory);
  write(writer, 1, name);
  write(writer, 2, name);
  expect(read(new QueryLogReader(memory)).map((record) => record.name)).toEqual([name, name]);
});

test('a full ring loses the new record and counts it', () => {
  const memory = allocateQueryLog(4);
  const writer = new QueryLogWriter(memory);
  const reader = new QueryLogReader(memory);
  expect([1, 2, 3, 4, 5, 6].map((id) => write(writer, id))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(reader.dropped).toBe(2);
  expect(read(reader, 1).map((record) => record.id)).toEqual([1]);
  expect(write(writer, 7)).toBe(true);
  expect(read(reader).map((record) => record.id)).toEqual([2, 3, 4, 7]);
  expect(read(reader)).toEqual([]);
});

test('goes round many times, and over the edge of 32 bits', () => {
  const memory = allocateQueryLog(4);
  const counts = new Int32Array(memory);
  counts[0] = 0x7ffffffe;
  counts[16] = 0x7ffffffe;
  const writer = new QueryLogWriter(memory);
  const reader = new QueryLogReader(memory);
  for (let id = 0; id < 30; id += 3) {
    for (const next of [id, id + 1, id + 2]) expect(write(writer, next)).toBe(true);
    expect(read(reader).map((record) => record.id)).toEqual([id, id + 1, id + 2]);
  }
});

test('a new writer goes on where the one before it stopped', () => {
  const memory = allocateQueryLog(4);
  write(new QueryLogWriter(memory), 1);
  write(new QueryLogWriter(memory), 2);
  expect(read(new QueryLogReader(memory)).map((record) => record.id)).toEqual([1, 2]);
});

test('sizes other than powers of two are refused', () => {
  expect(() => allocateQueryLog(12)).toThrow('12 is no power of two');
});

/** Writes records whose every field follows from their number. Inline: a file would be published. */
const WRITER = `
  import { workerData } from 'node:worker_threads';
  import { QueryLogWriter } from ${JSON.stringify(new URL('./query-log.ts', import.meta.url).href)};
  const { memory, total } = workerData;
  const writer = new QueryLogWriter(memory);
  const name = new Uint8Array(255);
  const peer = new Uint8Array(20);
  for (let number = 0; number < total; number++) {
    const octet = number & 0xff;
    name.fill(octet);
    peer.fill(octet);
    writer.write(peer, false, number & 0xffff, 1, 1, name, octet, false, 512, 12, 12, 0, 0, number);
  }
`;

test('two threads at once: every record whole, in order, and none unaccounted for', async () => {
  const memory = allocateQueryLog(64);
  const total = 100_000;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(WRITER)}`), {
    workerData: { memory, total },
    execArgv: ['--conditions=seamark-source'],
  });
  const exited = once(worker, 'exit');
  let running = true;
  void exited.then(() => {
    running = false;
  });
  const reader = new QueryLogReader(memory);
  let seen = 0;
  let last = -1;
  const visit = (record: QueryRecord): void => {
    seen += 1;
    const number = record.duration ?? -1;
    if (number <= last) throw new Error(`${number} after ${last}`);
    last = number;
    const octet = number & 0xff;
    const isWhole =
      record.id === (number & 0xffff) &&
      record.name.length === octet &&
      record.name.every((value) => value === octet) &&
      record.peer.every((value) => value === octet);
    if (!isWhole) throw new Error(`record ${number} is torn`);
  };
  while (running) {
    for (let i = 0; i < 100; i++) reader.drain(visit);
    await new Promise(setImmediate);
  }
  reader.drain(visit);
  expect(await exited).toEqual([0]);
  expect(seen).toBeGreaterThan(0);
  expect(seen + reader.dropped).toBe(total);
});

test("lines are those of CoreDNS's common format", () => {
  const memory = allocateQueryLog(4);
  write(new QueryLogWriter(memory), 29_008, parseName('a\\.b\\000\\"\\200.example.com'));
  const [record] = read(new QueryLogReader(memory));
  if (record === undefined) throw new Error('no record');
  expect(queryLine(queryFields(record))).toBe(
    '[2001:db8::1]:50759 - 29008 "A IN a\\.b\\000\\"\\200.example.com. udp 41 true 1232" BADVERS qr,aa,rd 68 -',
  );
  const overTcp = { ...record, isStream: true, type: 65_280, class: 7, duration: 0.000123 };
  expect(queryLine(queryFields({ ...overTcp, name: new Uint8Array(), replySize: 0 }))).toBe(
    '[2001:db8::1]:50759 - 29008 "TYPE65280 CLASS7 . tcp 41 true 65535" - - 0 0.000123000s',
  );
});

test('the pump reads all rings, and what is left when it stops', async () => {
  const lines: string[] = [];
  const pump = pumpQueryLog((_fields, line) => lines.push(line), 5);
  const rings = [allocateQueryLog(2), allocateQueryLog(2)];
  const writers = rings.map((memory) => new QueryLogWriter(memory));
  for (const memory of rings) pump.add(new QueryLogReader(memory));
  for (const [id, writer] of writers.entries()) write(writer, id);
  await vi.waitFor(() => expect(lines).toHaveLength(2));
  for (const writer of writers) for (const id of [1, 2, 3]) write(writer, id);
  pump.stop();
  expect(lines.length + pump.dropped).toBe(8);
});
