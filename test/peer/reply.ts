// Replies in a normal form, in which two that say the same are the same text: from what a server sent,
// and from what the model expects.

import {
  type Message,
  presentRdata,
  RCODE,
  type ResourceRecord,
  rcodeName,
  TYPE,
  typeName,
} from '../support/dns/index.ts';
import type { Data, RRset } from './data.ts';
import type { Does } from './habits.ts';
import type { Question } from './questions.ts';
import type { Settings } from './settings.ts';

interface Parts {
  readonly rcode: number;
  /** Of the header, without `qr`. */
  readonly flags: string;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

/** RRsets are sets: the order says nothing, and a record that is there twice is there. */
const compose = ({ rcode, flags, answer, authority, additional }: Parts): string =>
  [
    `${rcodeName(rcode)} ${flags}`.trimEnd(),
    ...section('answer', answer),
    ...section('authority', authority),
    ...section('additional', additional),
  ].join('\n');

const section = (name: string, records: readonly string[] = []): string[] =>
  [...new Set(records)].sort().map((record) => `  ${name} ${record}`);

export const NO_REPLY = 'no reply';
export const SERVFAIL: string = compose({ rcode: RCODE.SERVFAIL, flags: '' });
export const REFUSED: string = compose({ rcode: RCODE.REFUSED, flags: '' });

/** The serial is the one thing that differs from run to run. */
const SERIAL = { fixed: '12345', growing: '(serial)' } as const;

/** A reply that a server sent. `since` is Unix time before the server started: no serial is lower. */
export const normalize = (message: Message, since: number): string => {
  const { rcode } = message;
  const present = (records: readonly ResourceRecord[]): string[] =>
    records.map((record) => presentRecord(record, since));
  const parts = {
    answer: present(message.answer),
    authority: present(message.authority),
    additional: present(message.additional),
  };
  const flags = message.flags.split(' ').filter((flag) => flag !== 'qr');
  // Each question has an OPT, and so each reply.
  if (message.edns === undefined) flags.push('(no OPT)');
  return compose({ rcode, flags: flags.join(' '), ...parts });
};

const presentRecord = ({ name, ttl, type, rdata }: ResourceRecord, since: number): string => {
  const isGrowing = rdata.kind === 'SOA' && rdata.serial >= since;
  const shown = isGrowing ? { ...rdata, serial: SERIAL.growing as unknown as number } : rdata;
  return `${name} ${ttl} ${typeName(type)} ${presentRdata(shown)}`;
};

/** The replies to one question, in each way that the model can want them. */
export class Reply {
  private readonly asked: string;
  private readonly zone: string;
  private readonly settings: Settings;
  private readonly does: Does;

  constructor(settings: Settings, { asked }: Question, zone: string, does: Does) {
    this.settings = settings;
    this.asked = asked;
    // As the question writes it: what is sent is a pointer to there, or a copy of it.
    this.zone = asked.slice(asked.length - zone.length - 1);
    this.does = does;
  }

  /** NODATA or NXDOMAIN. */
  negative(exists: boolean): string {
    return compose({
      rcode: exists ? RCODE.NOERROR : RCODE.NXDOMAIN,
      flags: 'aa',
      authority: [this.soaRecord()],
    });
  }

  positive(type: number, rrset: RRset): string {
    const isLower = this.does('write owners in lower case');
    return this.records(isLower ? this.asked.toLowerCase() : this.asked, type, rrset);
  }

  /** Of the name server, whose owner name the plugin leaves as it was asked. */
  positiveAsAsked(type: number, rrset: RRset): string {
    return this.records(this.asked, type, rrset);
  }

  soa(): string {
    return compose({ rcode: RCODE.NOERROR, flags: 'aa', answer: [this.soaRecord()] });
  }

  /** @param glue name servers and what they have. */
  ns(glue: readonly (readonly [string, Data])[]): string {
    const { apex, secondary } = this.settings;
    return compose({
      rcode: RCODE.NOERROR,
      flags: 'aa',
      answer: [apex, ...(secondary === undefined ? [] : [secondary])].map(
        (server) => `${this.zone} 60 NS ${server}.${this.zone}`,
      ),
      additional: glue.flatMap(([server, data]) =>
        [...data].flatMap(([type, rrset]) => present(`${server}.${this.zone}`, type, rrset)),
      ),
    });
  }

  private records(owner: string, type: number, rrset: RRset): string {
    return compose({ rcode: RCODE.NOERROR, flags: 'aa', answer: present(owner, type, rrset) });
  }

  private soaRecord(): string {
    const { does, zone, settings } = this;
    const server = `${settings.apex}.${zone}`;
    const serial = does('keep one serial') ? SERIAL.fixed : SERIAL.growing;
    const ttl = does('keep one negative TTL') ? 60 : Math.min(settings.ttl, 60);
    const rdata = `${server} hostmaster.${server} ${serial} 7200 1800 86400 ${ttl}`;
    return `${zone} ${ttl} ${typeName(TYPE.SOA)} ${rdata}`;
  }
}

const present = (owner: string, type: number, { ttl, rdata }: RRset): string[] =>
  [...rdata].map((data) => `${owner} ${ttl} ${typeName(type)} ${data}`);
