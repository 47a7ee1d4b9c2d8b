// The same zone files, served by NSD, by Knot DNS and by us: every name with every type.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  FIXTURE,
  isInstalled,
  isKnownVersion,
  type Served,
  startRival,
} from '../conformance/harness/rival.ts';
import { type Endpoint, UdpClient } from '../support/dns/index.ts';
import { test } from './harness/fixtures.ts';
import { randomZone } from './harness/random-zone.ts';
import { differencesBetween, questionsOf } from './harness/zone-questions.ts';

const corefileOf = ({ folder, zones }: Served): string => `
.:{$PORT} {
  bind 127.0.0.1
${zones.map((zone) => `  file ${folder}/${zone}.zone ${zone}`).join('\n')}
}
`;

/** Everything that the file's grammar and a zone's tree can do in a screen. */
const RICH = `$TTL 300
@ SOA ns1 hostmaster.example.net. ( 2026112801 2h 30m
   2w 60 ) ; MINIMUM is less than the TTL
  NS ns1
  NS ns.sub
  NS ns.elsewhere.test.
  MX 10 mail
  TXT "apex" ( "of two"
     "lines" )
ns1 A 192.0.2.53
 60 AAAA 2001:db8::53
mail 20 A 192.0.2.25
www A 192.0.2.1
 A 192.0.2.2
 30 AAAA 2001:db8::1
alias CNAME www
chain CNAME alias
CaseD CNAME WwW
out CNAME www.elsewhere.test.
dangling CNAME nobody
loop CNAME loop2
loop2 CNAME loop
into.sub2 A 192.0.2.3
a.b.c.d TXT deep
*.w MX 10 mail
*.w TXT "from the wildcard"
x.w A 192.0.2.9
y.x.w A 192.0.2.10
*.alias.w2 CNAME www
*.*.odd A 192.0.2.11
a\\.b A 192.0.2.12
\\032\\000 A 192.0.2.13
sub NS ns.sub
sub NS ns1
sub NS ns.elsewhere.test.
sub DS 60485 8 2 D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A
ns.sub 5 A 192.0.2.77
ns.sub 6 AAAA 2001:db8::77
hidden.sub A 192.0.2.78
deep.hidden.sub TXT "hidden"
tocut CNAME www.sub
$ORIGIN more.rich.test. ; absolute, as NSD wants it
@ SRV 0 5 5060 www.rich.test.
@ CAA 0 issue "ca.example.net"
@ TYPE65400 \\# 3 010203
naptr NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.org!" .
svc HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
$GENERATE 1-3 host-$ A 192.0.2.$
$INCLUDE rich.inc inc.rich.test.
`;

/** Of another version, what differs for a good reason may differ otherwise. */
const rivals = (['nsd', 'knot'] as const).filter(
  (rival) => isInstalled(rival) && isKnownVersion(rival),
);

describe.runIf(rivals.length > 0)('zone files', () => {
  const compare = async (
    ours: Endpoint,
    served: Served,
    rival: 'nsd' | 'knot',
  ): Promise<readonly string[]> => {
    await using theirs = await startRival(rival, served);
    await using one = await UdpClient.open(ours);
    await using other = await UdpClient.open(theirs.endpoint);
    const questions = await questionsOf(served);
    expect(questions.length).toBeGreaterThan(100);
    return await differencesBetween(one, other, questions, rival);
  };

  test('as rivals serve them: the zones of the conformance tests', async ({ serve }) => {
    const server = await serve(corefileOf(FIXTURE));
    for (const rival of rivals) {
      expect(await compare(await server.endpoint(), FIXTURE, rival)).toEqual([]);
    }
  });

  test('as rivals serve them: a zone with all that there is', async ({ folder, serve }) => {
    const served = { folder: join(folder, 'zones'), zones: ['rich.test'] };
    await mkdir(served.folder);
    // Neither of them has $GENERATE.
    await writeFile(join(served.folder, 'rich.inc'), 'a A 192.0.2.91\n@ TXT "included"\n');
    const plain = RICH.replace(
      /^\$GENERATE.*$/m,
      'host-1 A 192.0.2.1\nhost-2 A 192.0.2.2\nhost-3 A 192.0.2.3',
    );
    await writeFile(join(served.folder, 'rich.test.zone'), plain);
    await writeFile(join(served.folder, 'ours.zone'), RICH);
    const server = await serve(corefileOf(served).replace('rich.test.zone', 'ours.zone'));
    for (const rival of rivals) {
      expect(await compare(await server.endpoint(), served, rival)).toEqual([]);
    }
  });

  test('as rivals serve them: random zones, one below the other', async ({ folder, serve }) => {
    const zones = ['one.test', 'two.test', 'in.one.test', 'three.test'];
    const served = { folder: join(folder, 'zones'), zones };
    await mkdir(served.folder);
    // Another one each day, and the same all day: a failure can be run again.
    const seed = Math.floor(Date.now() / 86_400_000);
    for (const [i, zone] of zones.entries()) {
      await writeFile(join(served.folder, `${zone}.zone`), randomZone(seed + i));
    }
    const server = await serve(corefileOf(served));
    for (const rival of rivals) {
      const found = await compare(await server.endpoint(), served, rival);
      expect(found, `seed ${seed}`).toEqual([]);
    }
  });
});
