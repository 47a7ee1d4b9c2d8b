import {
  EDE,
  FLAG,
  parseName,
  parseRdata,
  RCODE,
  type Reply,
  type ReplyRecord,
  typeNumber,
} from '@seamark/protocol';
import type { ExplainedObject, NameExplanation } from '@seamark/watcher';
import { describe, expect, test } from 'vitest';
import { type Difference, judge } from './judge.ts';
import { saidIn } from './said.ts';

const ZONE = 'example.com.';

/** Records as in a zone file, one a line; each with its TTL and type. */
const records = (...lines: readonly string[]): ReplyRecord[] =>
  lines.map((line) => {
    const [name = '', ttl = '', mnemonic = '', ...rdata] = line.split(' ');
    const type = typeNumber(mnemonic) ?? 0;
    return {
      ...{ name: parseName(name), type, class: 1, ttl: Number(ttl) },
      rdata: parseRdata(type, rdata.join(' ')).octets,
    };
  });

interface Sections {
  readonly answer?: readonly ReplyRecord[];
  readonly authority?: readonly ReplyRecord[];
  readonly additional?: readonly ReplyRecord[];
  readonly rcode?: number;
}

const reply = ({ rcode = RCODE.NOERROR, ...sections }: Sections): Reply => ({
  ...{ id: 0, flags: FLAG.QR | FLAG.AA, rcode, ede: EDE.NONE },
  ...{ answer: [], authority: [], additional: [] },
  ...sections,
});

const ALIAS: ExplainedObject = {
  ...{ source: 'file', kind: 'file', object: 'line 5', name: 'www.example.com.', answers: [] },
  ...{ addresses: [], targets: ['out.example.net.'], records: [] },
};

/** What the zone of a file is told of a name. */
const known = (name: string): NameExplanation => ({
  ...{ name, zone: ZONE, exists: true, types: ['A'], isNameServer: false, objects: [ALIAS] },
  encloser: name,
});

const judged = (ours: Sections, theirs: Sections, type = 'A'): Difference =>
  judge(
    {
      ...{ ours: saidIn(reply(ours)), theirs: saidIn(reply(theirs)) },
      question: { name: parseName('www.example.com.'), type: typeNumber(type) ?? 0 },
      ...{ settings: { servers: [] }, zone: ZONE, isKnownThere: true },
    },
    known('www.example.com.'),
  );

const codes = ({ reasons }: Difference): string[] => reasons.flatMap((reason) => reason.codes);

const WWW = records('www.example.com. 60 A 192.0.2.1');
const SERVERS = records('example.com. 3600 NS ns1.example.com.', 'example.com. 3600 NS ns2.else.');
const GLUE = records('ns1.example.com. 3600 A 192.0.2.53');
const soa = (ttl: number, minimum = 300): ReplyRecord[] =>
  records(`example.com. ${ttl} SOA ns1.example.com. hostmaster.example.com. 1 2 3 4 ${minimum}`);

describe('the same zone file in another server', () => {
  test('an SOA with its own TTL is D90, wherever it stands', () => {
    const negative = judged({ authority: soa(300) }, { authority: soa(3600) });
    expect(codes(negative)).toEqual(['D90']);
    expect(negative.unexplained).toBeUndefined();
    expect(negative.ours).toMatch(/^NODATA; authority: example\.com\. 300 SOA ns1/);
    expect(negative.theirs).toMatch(/^NODATA; authority: example\.com\. 3600 SOA ns1/);
    expect(codes(judged({ answer: soa(300) }, { answer: soa(3600) }, 'SOA'))).toEqual(['D90']);
  });

  test('an SOA that says something else is not', () => {
    const other = judged({ authority: soa(300) }, { authority: soa(3600, 600) });
    expect(other.unexplained).toBeDefined();
    expect(judged({ authority: soa(300) }, { authority: soa(200) }).unexplained).toBeDefined();
  });

  test('the NS of the zone beside an answer are D140, with their addresses and without', () => {
    const bare = judged({ answer: WWW }, { answer: WWW, authority: SERVERS });
    expect(codes(bare)).toEqual(['D140']);
    expect(bare.ours).toBe('NOERROR: www.example.com. 60 A 192.0.2.1; authority: none');
    expect(bare.theirs).toBe(
      'NOERROR: www.example.com. 60 A 192.0.2.1; ' +
        'authority: example.com. 3600 NS ns1.example.com., ns2.else.',
    );
    const full = judged({ answer: WWW }, { answer: WWW, authority: SERVERS, additional: GLUE });
    expect(codes(full)).toEqual(['D140']);
    expect(full.theirs).toMatch(/; additional: ns1\.example\.com\. 3600 A 192\.0\.2\.53$/);
  });

  test('so they are in place of the SOA, where an alias leads to no data', () => {
    const alias = records('www.example.com. 60 CNAME none.example.com.');
    const found = judged(
      { answer: alias, authority: soa(300) },
      { answer: alias, authority: SERVERS },
      'AAAA',
    );
    expect(codes(found)).toEqual(['D140']);
    expect(found.unexplained).toBeUndefined();
  });

  test('rows of the plugin explain nothing of an alias that a file has', () => {
    const [own, other] = [60, 3600].map((ttl) =>
      records(`www.example.com. ${ttl} CNAME out.example.net.`),
    );
    expect(judged({ answer: own ?? [] }, { answer: other ?? [] }).unexplained).toBeDefined();
  });

  test('what else stands beside an answer has no reason, and is shown', () => {
    const strange = records('strange.example.com. 60 A 192.0.2.99');
    const found = judged({ answer: WWW }, { answer: WWW, additional: strange });
    expect(found.unexplained).toBeDefined();
    expect(found.ours).toMatch(/; additional: none$/);
    expect(found.theirs).toMatch(/; additional: strange\.example\.com\. 60 A 192\.0\.2\.99$/);
  });
});
