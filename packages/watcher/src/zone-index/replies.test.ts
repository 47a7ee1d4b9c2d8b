// What holds for every reply, whatever objects say and whoever asks: properties of random DNSEndpoints and questions,
// looked at by a strict parser and by one that is not ours.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { typeName } from '../../../../test/support/dns/codes.ts';

import {
  type Message,
  parseMessage,
  type ResourceRecord,
} from '../../../../test/support/dns/message.ts';
import { composeQuery, type EdnsSpec } from '../../../../test/support/dns/query.ts';
import { presentRdata } from '../../../../test/support/dns/rdata.ts';
import { dnsPacket, type PacketRecord } from '../../../protocol/test-support/dns-packet.ts';
import { Scene } from '../../test-support/scene.ts';

const APEXES = ['example.com', 'b.example.com'];
const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
} as const;

/** Few and short, so that names meet; in both cases, for they are one name. */
const label = fc.constantFrom('a', 'A', 'b', 'w', 'ns1', 'x-1');
const name = fc
  .tuple(fc.array(label, { maxLength: 4 }), fc.constantFrom(...APEXES))
  .map(([labels, apex]) => [...labels, apex].join('.'));
const target = fc
  .oneof(name, fc.constantFrom('a.example.net', 'w.a.example.net'))
  .map((to) => `${to}.`);
const owner = fc.oneof(
  { weight: 4, arbitrary: name },
  { weight: 1, arbitrary: name.map((at) => `*.${at}`) },
);

const rdata = fc.oneof(
  fc.record({ type: fc.constant('A'), value: fc.constantFrom('192.0.2.1', '192.0.2.2') }),
  fc.record({ type: fc.constant('AAAA'), value: fc.constantFrom('2001:db8::1', '2001:DB8:0::1') }),
  fc.record({ type: fc.constantFrom('CNAME', 'NS', 'PTR'), value: target }),
  fc.record({ type: fc.constant('MX'), value: target.map((to) => `10 ${to}`) }),
  fc.record({ type: fc.constant('SRV'), value: target.map((to) => `0 0 53 ${to}`) }),
  fc.record({ type: fc.constant('TXT'), value: fc.constantFrom('"a"', '"b"', '"a" "b"') }),
);
/** An object of its own for each record: TTLs of one RRset differ, and records are there twice. */
const record = fc.record({ owner, rdata, ttl: fc.integer({ min: 1, max: 300 }) });

const edns = fc.constantFrom<(EdnsSpec | undefined)[]>(
  undefined,
  {},
  { udpSize: 4096, dnssecOk: true },
  { options: [{ code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) }] },
);
const question = fc.record({
  name: fc.oneof(
    name,
    fc.tuple(label, name).map((labels) => labels.join('.')),
  ),
  type: fc.constantFrom(...Object.values(TYPES), 255, 65_280),
  edns,
  transport: fc.constantFrom('udp', 'stream'),
  id: fc.nat(0xffff),
});

const sections = ({ answer, authority, additional }: Message): ResourceRecord[][] =>
  [answer, authority, additional].map((section) => [...section]);

/** RFC 2181 5 and 5.2. */
const checkRRsets = (section: readonly ResourceRecord[]): void => {
  const keyOf = (one: ResourceRecord): string => `${one.name.toLowerCase()} ${one.type}`;
  for (const rrset of Map.groupBy(section, keyOf).values()) {
    expect(new Set(rrset.map(({ ttl }) => ttl)).size).toBe(1);
    const texts = rrset.map((one) => presentRdata(one.rdata).toLowerCase());
    expect(texts).toEqual([...new Set(texts)]);
  }
};

const inShort = ({ name, type, ttl }: PacketRecord): string => `${name} ${ttl} ${type}`;

/** Another parser reads the same. */
const checkElsewhere = (octets: Uint8Array, message: Message): void => {
  const other = dnsPacket.decode(Buffer.from(octets));
  expect([other.id, other.type]).toEqual([message.id, 'response']);
  const theirs = [other.answers, other.authorities, other.additionals].map((section) =>
    section.filter(({ type }) => type !== 'OPT').map(inShort),
  );
  const ours = sections(message).map((section) =>
    section.map(({ name, ttl, type }) => {
      return inShort({ name: name.slice(0, -1), ttl, type: typeName(type) });
    }),
  );
  expect(theirs).toEqual(ours);
  expect(other.additionals.some(({ type }) => type === 'OPT')).toBe(message.edns !== undefined);
};

it('is well-formed, no larger than asked for, and of whole RRsets', async () => {
  const zones = fc.array(record, { maxLength: 40 });
  const questions = fc.array(question, { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(zones, questions, async (records, asked) => {
      await using scene = new Scene([{ zones: APEXES, resources: ['DNSEndpoint'] }]);
      scene.list(
        'DNSEndpoint',
        records.map(({ owner, rdata: { type, value }, ttl }, i) => {
          const endpoint = { dnsName: owner, recordType: type, recordTTL: ttl, targets: [value] };
          const metadata = { name: `e${i}` };
          return { key: `ns/e${i}`, object: { metadata, spec: { endpoints: [endpoint] } } };
        }),
      );
      for (const { name, type, edns, transport, id } of asked) {
        const query = composeQuery({
          ...{ id, questions: [{ name: `${name}.`, type, class: 1 }] },
          ...(edns !== undefined && { edns }),
        });
        const octets = scene.exchange(query, transport) ?? Buffer.alloc(0);
        // Strict: pointers lead to labels of earlier names, counts and lengths are true.
        const message = parseMessage(octets);
        expect([message.id, message.question]).toEqual([
          id,
          [{ name: `${name}.`, type, class: 1 }],
        ]);
        if (transport === 'udp') {
          expect(octets.length).toBeLessThanOrEqual(
            Math.min(edns?.udpSize ?? (edns ? 1232 : 512), 1232),
          );
        }
        for (const section of sections(message)) checkRRsets(section);
        checkElsewhere(octets, message);
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
