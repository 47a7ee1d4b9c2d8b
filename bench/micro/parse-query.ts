// A query's octets to a question. `node --conditions=seamark-source bench/micro/parse-query.ts`

import { FOLD, parseQuery, Query } from '@seamark/protocol';
import { hostName, type Messages, messagesFor, QUERIES } from './fixture.ts';
import { type Contender, compare } from './runner.ts';

function parsing(name: string, { octets, starts, lengths }: Messages): Contender {
  const query = new Query();
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        const at = i & (QUERIES - 1);
        parseQuery(query, octets, view, starts[at] as number, lengths[at] as number);
        total += query.labelCount + (query.name[1] as number);
      }
      return total;
    },
  };
}

/** The names alone, folded by a table, octet by octet. */
function foldingByTable({ octets, starts, lengths }: Messages): Contender {
  const name = new Uint8Array(260);
  return {
    name: 'loser: QNAME alone, folded octet by octet through a table',
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        const start = (starts[i & (QUERIES - 1)] as number) + 12;
        const length = (lengths[i & (QUERIES - 1)] as number) - 16;
        for (let j = 0; j < length; j++) name[j] = FOLD[octets[start + j] as number] as number;
        total += name[1] as number;
      }
      return total;
    },
  };
}

const messages = messagesFor(1000, hostName);
compare('parse a query of about 45 octets', [
  parsing('parseQuery', messages),
  parsing(
    'parseQuery, 127 labels',
    messagesFor(1, () => 'a.'.repeat(127)),
  ),
  foldingByTable(messages),
]);
