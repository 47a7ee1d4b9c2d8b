// What each setting changes about an answer, and that it changes nothing else.

import { CLASS, EDE, RCODE, TYPE } from '@seamark/protocol';
import { describe, expect, it } from 'vitest';
import { rcodeName } from '../../../../test/support/dns/codes.ts';
import { presentRecord } from '../../../../test/support/dns/format.ts';
import type { Message } from '../../../../test/support/dns/message.ts';
import { type EdnsSpec, query } from '../../../../test/support/dns/query.ts';
import { ask, exchange, responderFor } from '../../test-support/asking.ts';
import { zone } from '../../test-support/zones.ts';
import {
  type AccessRule,
  type AnswerSettings,
  type Client,
  type Responder,
  TRANSPORT,
} from '../index.ts';

const ZONES = [
  zone(
    'example.com.',
    `@ 60 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 86400 60
     @ 60 NS ns
     ns 60 A 192.0.2.53
     www 60 A 192.0.2.1
     alias 60 CNAME www.example.com.
     a.deep 60 A 192.0.2.2`,
  ),
  zone(
    'example.org.',
    `@ 60 SOA ns.example.com. hostmaster.example.com. 1 7200 1800 86400 60
     @ 60 NS ns.example.com.
     www 60 A 192.0.2.3`,
  ),
];

const from = (address: string): Client => {
  const peer = Uint8Array.of(
    4,
    0,
    0,
    53,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    255,
    255,
    ...address.split('.').map(Number),
  );
  return { peer: () => peer };
};
const somebody = from('192.0.2.7');

const withRules = (...access: AccessRule[]): Responder =>
  responderFor(ZONES, { blocks: [{ zones: ['.'], minimalAny: false, access }] });

/** RCODE, EDE, answer; `none` where there is no reply. */
function say(responder: Responder, text: string, client: Client = somebody): string {
  const octets = exchange(responder, query(text, { edns: {} }), TRANSPORT.UDP, client);
  if (octets === undefined) return 'none';
  const [name = '', ...words] = text.split(' ');
  const type = words.at(-1) as keyof typeof TYPE;
  const reply = ask(responder, name, TYPE[type], {
    edns: {},
    client,
    class: words.length > 1 ? CLASS.CH : CLASS.IN,
  });
  return [
    rcodeName(reply.rcode),
    ...(reply.edns?.errors.map(({ code }) => `EDE ${code}`) ?? []),
    ...texts(reply),
  ].join(' | ');
}

const texts = (message: Message): string[] => message.answer.map((record) => presentRecord(record));

describe('access', () => {
  it('goes by the first rule that fits, and is given where none does', () => {
    const responder = withRules(
      { action: 'allow', networks: ['192.0.2.0/29'] },
      { action: 'block', networks: ['192.0.2.0/24'] },
      { action: 'filter', networks: ['198.51.100.0/24'] },
      { action: 'drop', networks: ['203.0.113.0/24'] },
    );
    const given = 'NOERROR | www.example.com. 60 IN A 192.0.2.1';
    expect(say(responder, 'www.example.com. A', from('192.0.2.7'))).toBe(given);
    expect(say(responder, 'www.example.com. A', from('192.0.2.8'))).toBe(
      `REFUSED | EDE ${EDE.PROHIBITED}`,
    );
    expect(say(responder, 'www.example.com. A', from('198.51.100.1'))).toBe(
      `NOERROR | EDE ${EDE.FILTERED}`,
    );
    expect(say(responder, 'www.example.com. A', from('203.0.113.1'))).toBe('none');
    expect(say(responder, 'www.example.com. A', from('10.0.0.1'))).toBe(given);
  });

  it('leaves a refusal and an empty answer without AA and without SOA', () => {
    for (const action of ['block', 'filter'] as const) {
      const reply = ask(withRules({ action }), 'www.example.com.', TYPE.A, { client: somebody });
      expect([reply.flags, reply.answer, reply.authority, reply.additional]).toEqual([
        'qr',
        [],
        [],
        [],
      ]);
    }
  });

  it('goes by type and by zone', () => {
    const responder = withRules(
      { action: 'block', types: [TYPE.TXT, TYPE.ANY] },
      { action: 'drop', zones: ['deep.example.com.', 'example.org.'] },
    );
    expect(say(responder, 'www.example.com. TXT')).toMatch(/^REFUSED/);
    expect(say(responder, 'a.deep.example.com. ANY')).toMatch(/^REFUSED/);
    expect(say(responder, 'A.DEEP.example.com. A')).toBe('none');
    expect(say(responder, 'www.EXAMPLE.org. A')).toBe('none');
    expect(say(responder, 'notdeep.example.com. A')).toBe('NXDOMAIN');
    expect(say(responder, 'www.example.com. A')).toMatch(/^NOERROR \| www/);
  });

  it('is that of the longest zone that the name lies in', () => {
    const responder = responderFor(ZONES, {
      blocks: [
        { zones: ['.'], minimalAny: false, access: [{ action: 'block' }] },
        { zones: ['example.org.', 'deep.example.com.'], minimalAny: false, access: [] },
      ],
    });
    expect(say(responder, 'www.example.com. A')).toMatch(/^REFUSED \| EDE 18/);
    expect(say(responder, 'outside.test. A')).toMatch(/^REFUSED \| EDE 18/);
    expect(say(responder, 'www.example.org. A')).toMatch(/^NOERROR/);
    expect(say(responder, 'a.deep.example.com. A')).toMatch(/^NOERROR/);
  });

  it('has no say in a message that is no question', () => {
    const responder = withRules({ action: 'drop' });
    const version = query('www.example.com. A', { edns: { version: 1 } });
    expect(exchange(responder, version, TRANSPORT.UDP, somebody)).toBeDefined();
    expect(say(responder, 'www.example.com. A')).toBe('none');
  });
});

/** `"RFC8482" ""`, which the tests' decoder has no own form for. */
const RFC8482 = String.raw`\# 9 075246433834383200`;

describe('a minimal ANY', () => {
  const responder = responderFor(ZONES, {
    blocks: [
      { zones: ['example.com.'], minimalAny: true, access: [] },
      { zones: ['example.org.'], minimalAny: false, access: [] },
    ],
  });

  it('is one HINFO where there is data, with AA', () => {
    const reply = ask(responder, 'www.example.com.', TYPE.ANY, { client: somebody });
    expect(reply.flags).toBe('qr aa');
    expect(texts(reply)).toEqual([`www.example.com. 8482 IN HINFO ${RFC8482}`]);
    expect(say(responder, 'example.com. ANY')).toBe(
      `NOERROR | example.com. 8482 IN HINFO ${RFC8482}`,
    );
  });

  it('changes nothing else', () => {
    expect(say(responder, 'nothere.example.com. ANY')).toBe('NXDOMAIN');
    expect(say(responder, 'deep.example.com. ANY')).toBe('NOERROR');
    expect(say(responder, 'alias.example.com. ANY')).toMatch(
      /^NOERROR \| alias.example.com. 60 IN CNAME/,
    );
    expect(say(responder, 'www.example.com. A')).toBe(
      'NOERROR | www.example.com. 60 IN A 192.0.2.1',
    );
    expect(say(responder, 'www.example.org. ANY')).toBe(
      'NOERROR | www.example.org. 60 IN A 192.0.2.3',
    );
  });
});

describe('NSID', () => {
  const asked = (data: readonly number[] = []): EdnsSpec => ({
    options: [{ code: 3, data: Uint8Array.from(data) }],
  });
  const nsidOf = (
    settings: AnswerSettings,
    edns: EdnsSpec | undefined,
    name = 'www.example.com.',
  ): string | undefined => {
    const reply = ask(
      responderFor(ZONES, settings),
      name,
      TYPE.A,
      edns === undefined ? {} : { edns },
    );
    const option = reply.edns?.options.find(({ code }) => code === 3);
    return option && Buffer.from(option.data).toString();
  };

  it('is said when it is asked for, whatever the answer, and what is asked with is ignored', () => {
    expect(nsidOf({ nsid: 'edge 1' }, asked())).toBe('edge 1');
    expect(nsidOf({ nsid: 'edge 1' }, asked([1, 2, 3]))).toBe('edge 1');
    expect(nsidOf({ nsid: 'edge 1' }, asked(), 'outside.test.')).toBe('edge 1');
    expect(nsidOf({ nsid: 'edge 1' }, {})).toBeUndefined();
    expect(nsidOf({ nsid: 'edge 1' }, undefined)).toBeUndefined();
    expect(nsidOf({}, asked())).toBeUndefined();
  });

  it('never takes the room of an answer', () => {
    const settings = { nsid: 'x'.repeat(255), udpLimit: 512 };
    expect(nsidOf(settings, asked())).toHaveLength(255);
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.com.`;
    const reply = ask(responderFor(ZONES, settings), long, TYPE.A, { edns: asked() });
    expect([rcodeName(reply.rcode), reply.authority.length, reply.edns?.options]).toEqual([
      'NXDOMAIN',
      1,
      [],
    ]);
  });
});

describe('class CH', () => {
  const chaos = { version: 'Seamark 1', hostname: 'edge-1', authors: ['Ada', 'Grace'] };

  it('is refused unless it is asked to be spoken', () => {
    expect(say(responderFor(ZONES), 'version.bind. CH TXT')).toBe(
      `REFUSED | EDE ${EDE.NOT_SUPPORTED}`,
    );
  });

  it.each([
    ['version.bind.', ['Seamark 1']],
    ['VERSION.server.', ['Seamark 1']],
    ['hostname.bind.', ['edge-1']],
    ['id.server.', ['edge-1']],
    ['authors.bind.', ['Ada', 'Grace']],
  ])('says of %s %j', (name, said) => {
    const reply = ask(responderFor(ZONES, { chaos }), name, TYPE.TXT, { class: CLASS.CH });
    expect(reply.flags).toBe('qr aa');
    expect(texts(reply)).toEqual(said.map((text) => `${name} 0 CH TXT "${text}"`));
  });

  it('knows no other names, types and classes', () => {
    const responder = responderFor(ZONES, { chaos: { ...chaos, authors: [] } });
    for (const [name, type, klass] of [
      ['authors.bind.', TYPE.TXT, CLASS.CH],
      ['bind.', TYPE.TXT, CLASS.CH],
      ['version.bind.', TYPE.A, CLASS.CH],
      ['version.bind.', TYPE.TXT, CLASS.HS],
      ['version.bind.', TYPE.TXT, CLASS.IN],
    ] as const) {
      const reply = ask(responder, name, type, { class: klass });
      expect([reply.rcode, reply.answer]).toEqual([RCODE.REFUSED, []]);
    }
  });

  it('cuts off what no string can hold', () => {
    const long = responderFor(ZONES, { chaos: { ...chaos, version: 'v'.repeat(300) } });
    const [text] = texts(ask(long, 'version.bind.', TYPE.TXT, { class: CLASS.CH }));
    expect(text).toBe(`version.bind. 0 CH TXT "${'v'.repeat(255)}"`);
  });
});
