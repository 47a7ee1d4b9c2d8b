// RFC 4592: what a wildcard answers for, and above all what it does not.

import type { Case } from '../harness/case.ts';
import { answered, nodata, nxdomain } from '../harness/tables.ts';

const SYNTHESIS = 'RFC 4592 3.3.1';
const EXISTENCE = 'RFC 4592 2.2.2';

const synthesised: Case[] = [
  ...answered(SYNTHESIS, [
    { asked: 'x.wild.example.com. A', answer: ['192.0.2.30'] },
    { asked: 'x.wild.example.com. AAAA', answer: ['2001:db8::30'] },
    { asked: 'x.y.wild.example.com. A', answer: ['192.0.2.30'], why: 'two labels' },
    { asked: 'a.b.c.d.e.f.g.wild.example.com. A', answer: ['192.0.2.30'], why: 'seven labels' },
    { asked: 'x.b.wild.example.com. A', answer: ['192.0.2.33'], why: 'the deeper wildcard' },
    { asked: 'x.y.b.wild.example.com. A', answer: ['192.0.2.33'], why: 'the deeper wildcard' },
    { asked: 'x.six.example.com. AAAA', answer: ['2001:db8::36'] },
    { asked: 'anything.example.net. A', answer: ['192.0.2.37'], why: 'right below an apex' },
    { asked: 'any.thing.example.net. A', answer: ['192.0.2.37'], why: 'right below an apex' },
    { asked: '\\000\\255.wild.example.com. A', answer: ['192.0.2.30'], why: 'any octets' },
    { asked: '_service._tcp.wild.example.com. A', answer: ['192.0.2.30'], why: 'any labels' },
    { asked: 'wild.wild.example.com. A', answer: ['192.0.2.30'] },
  ]),
  ...nodata(SYNTHESIS, 'example.com.', [
    { asked: 'x.wild.example.com. TXT', why: 'the wildcard has no such type' },
    { asked: 'x.six.example.com. A', why: 'the wildcard has no such type' },
    { asked: 'x.none.example.com. A', why: 'a wildcard whose object has no address yet' },
    { asked: 'x.y.none.example.com. AAAA', why: 'a wildcard whose object has no address yet' },
  ]),
];

const asteriskAsked: Case[] = [
  ...answered('RFC 4592 2.1.1', [
    { asked: '*.wild.example.com. A', answer: ['192.0.2.30'], why: 'the wildcard itself' },
    { asked: '*.example.net. A', answer: ['192.0.2.37'], why: 'the wildcard itself' },
    { asked: '*.x.wild.example.com. A', answer: ['192.0.2.30'], why: 'an asterisk as any label' },
    { asked: '**.wild.example.com. A', answer: ['192.0.2.30'], why: 'not a wildcard' },
  ]),
  ...nxdomain('RFC 4592 2.2.1', 'example.com.', [
    { asked: '*.example.com. A', why: 'no wildcard there' },
    { asked: 'x.*.wild.example.com. A', why: 'the asterisk label is the closest encloser' },
    { asked: '*.here.wild.example.com. A', why: 'no wildcard below an existing name' },
  ]),
];

const blocked: Case[] = [
  ...answered(EXISTENCE, [
    { asked: 'here.wild.example.com. A', answer: ['192.0.2.31'], why: 'an existing name' },
    { asked: 'deep.ent.wild.example.com. A', answer: ['192.0.2.32'], why: 'an existing name' },
  ]),
  ...nodata(EXISTENCE, 'example.com.', [
    { asked: 'here.wild.example.com. AAAA', why: 'an existing name lacks what the wildcard has' },
    { asked: 'pending.wild.example.com. A', why: 'an object without an address yet exists' },
    { asked: 'ent.wild.example.com. A', why: 'an empty non-terminal exists' },
    { asked: 'b.wild.example.com. A', why: 'the parent of a wildcard exists' },
    { asked: 'wild.example.com. A', why: 'the parent of a wildcard is not below it' },
    { asked: 'six.example.com. AAAA', why: 'the parent of a wildcard is not below it' },
  ]),
  ...nodata(EXISTENCE, 'example.net.', [
    { asked: 'example.net. A', why: 'the apex exists' },
    { asked: 'example.net. AAAA', why: 'the apex exists' },
    { asked: 'kube-system.example.net. A', why: 'an empty non-terminal exists' },
  ]),
  ...nxdomain(SYNTHESIS, 'example.com.', [
    { asked: 'x.here.wild.example.com. A', why: 'the closest encloser is an existing name' },
    { asked: 'x.ent.wild.example.com. A', why: 'the closest encloser is an empty non-terminal' },
    { asked: 'x.deep.ent.wild.example.com. A', why: 'the closest encloser is an existing name' },
    { asked: 'x.y.ent.wild.example.com. A', why: 'the closest encloser is an empty non-terminal' },
    { asked: 'x.pending.wild.example.com. A', why: 'the closest encloser has no address' },
    { asked: 'xwild.example.com. A', why: 'a wildcard begins at a label boundary' },
  ]),
  ...nxdomain(SYNTHESIS, 'example.net.', [
    { asked: 'x.kube-system.example.net. A', why: 'the closest encloser is an empty non-terminal' },
    { asked: 'x.dns1.kube-system.example.net. A', why: 'the closest encloser is an existing name' },
  ]),
];

export const cases: readonly Case[] = [...synthesised, ...asteriskAsked, ...blocked];
