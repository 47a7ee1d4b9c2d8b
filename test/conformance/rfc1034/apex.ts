// RFC 1034 4.2.1 and 4.3.2: what every zone has at its apex, and the addresses of its servers.

import { presentRecord, query, sameName, TYPE } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply, fail, parseReply } from '../harness/reply.ts';
import { nodata } from '../harness/tables.ts';

const ZONES = ['example.com.', 'example.net.', 'sub.example.com.'];

const soaIsAnswered = (zone: string): Case => ({
  section: 'RFC 1034 4.2.1',
  title: `${zone} SOA is answered at the apex`,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = query(`${zone} SOA`);
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      const soa = reply.answer[0];
      if (reply.answer.length !== 1 || soa?.rdata.kind !== 'SOA' || soa.name !== zone) {
        fail('the answer is not one SOA of the apex', sent, got);
      }
      if (!reply.flags.includes('aa')) fail('no AA', sent, got);
    }
  },
});

const nsIsAnswered = (zone: string): Case => ({
  section: 'RFC 1034 4.2.1',
  title: `${zone} NS is answered with the addresses of the name server`,
  run: async (probe) => {
    const server = `dns1.kube-system.${zone}`;
    for (const edns of [{}, { edns: {} }]) {
      const sent = query(`${zone} NS`, edns);
      const got = await probe.ask('udp', sent);
      const reply = checkReply(sent, got, { rcode: 'NOERROR', answer: [server] });
      const glue = reply.additional.filter(({ name }) => sameName(name, server));
      const shown = glue.map(presentRecord).sort().join('\n');
      const wanted = [`${server} 30 IN A 192.0.2.53`, `${server} 30 IN AAAA 2001:db8::53`];
      if (shown !== wanted.join('\n')) fail('not the addresses of the server', sent, got);
      if (glue.length !== reply.additional.length) fail('more than that', sent, got);
    }
  },
});

const mnameIsServed: Case = {
  section: 'RFC 1035 3.3.13',
  title: 'MNAME of the SOA is a name server of the zone with an address',
  run: async (probe) => {
    const sent = query('example.com. SOA');
    const got = await probe.ask('udp', sent);
    const rdata = parseReply(sent, got).answer[0]?.rdata;
    const mname = rdata?.kind === 'SOA' ? rdata.mname : fail('no SOA', sent, got);
    const next = query(`${mname} A`);
    const reply = parseReply(next, await probe.ask('udp', next));
    if (reply.answer[0]?.type !== TYPE.A) fail('MNAME has no address', sent, got);
  },
};

export const cases: readonly Case[] = [
  ...ZONES.map(soaIsAnswered),
  ...ZONES.map(nsIsAnswered),
  mnameIsServed,
  ...nodata('RFC 1034 4.3.2', 'example.com.', [
    { asked: 'www.example.com. SOA', why: 'a SOA is at the apex only' },
    { asked: 'www.example.com. NS', why: 'NS are at the apex only' },
  ]),
];
