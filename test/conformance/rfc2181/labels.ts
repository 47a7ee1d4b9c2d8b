// RFC 2181 11: a label is any octets whatever. Nothing is trimmed, decoded or taken for a dot.

import type { Case } from '../harness/case.ts';
import { nxdomain } from '../harness/tables.ts';

export const cases: readonly Case[] = nxdomain('RFC 2181 11', 'example.com.', [
  { asked: 'a\\.b.c.ent.example.com. A', why: 'a dot inside a label, beside a.b.c.ent' },
  { asked: 'default\\.api.example.com. A', why: 'a dot inside a label' },
  { asked: 'www\\000.example.com. A', why: 'a NUL octet' },
  { asked: '\\000www.example.com. A', why: 'a NUL octet' },
  { asked: 'www\\032.example.com. A', why: 'a space' },
  { asked: '\\255\\254\\253.example.com. A', why: 'not UTF-8' },
  { asked: '\\195\\188.example.com. A', why: 'UTF-8' },
  { asked: '\\239\\187\\191www.example.com. A', why: 'a byte order mark' },
  { asked: '\\\\.example.com. A', why: 'a backslash' },
  { asked: '\\010\\013.example.com. A', why: 'a line end' },
  { asked: '_dns._tcp.example.com. A', why: 'underscores' },
  { asked: '-.example.com. A', why: 'a hyphen alone' },
]);
