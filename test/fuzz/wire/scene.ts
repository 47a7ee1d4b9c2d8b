// A server with something of everything that a question can lead to, and its Corefile.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metrics } from '../../server/harness/metrics.ts';
import { freePort } from '../../support/ports.ts';
import { isComplaint, type LogLine, SeamarkServer } from '../../support/server.ts';

const EXAMPLE = `$TTL 60
@ SOA ns1 hostmaster 7 7200 1800 86400 30
  NS ns1
  NS ns.example.org.
  A 192.0.2.10
ns1 A 192.0.2.53
    AAAA 2001:db8::53
control A 192.0.2.99
www 30 A 192.0.2.1
    30 A 192.0.2.2
    30 AAAA 2001:db8::1
a.b.c A 192.0.2.3
*.w A 192.0.2.4
x.y.w A 192.0.2.5
*.deep.w AAAA 2001:db8::4
alias CNAME www
alias2 CNAME alias
*.alias CNAME www
dangling CNAME nope
one CNAME two
two CNAME one
*.circle CNAME x.circle
cut NS ns.cut
    NS ns.example.net.
    DS 1 8 2 ${'00'.repeat(32)}
ns.cut A 192.0.2.62
bare NS ns.example.net.
$GENERATE 0-8 c$ CNAME c\${1}
c9 A 192.0.2.9
mx MX 10 mail
srv SRV 0 5 5060 ns1
text TXT ( "${'a'.repeat(250)}" "b" )
https HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
`;

const LARGE = `$TTL 60
@ SOA ns1 h 1 2 3 4 5
$GENERATE 1-13 @ NS ns$
$GENERATE 1-13 ns$ A 192.0.2.$
$GENERATE 1-13 ns$ AAAA 2001:db8::$
$GENERATE 1-40 *.forty A 192.0.2.$
$GENERATE 1-100 hundred AAAA 2001:db8::$
$GENERATE 1-5 cut NS ns$.cut
$GENERATE 1-5 ns$.cut AAAA 2001:db8::$
to-hundred CNAME hundred
to-forty CNAME x.forty
`;

/** A question that has an answer. */
export const CONTROL = 'control.example.com. A';

/** Questions that take other ways than those which are fuzzed in one process. */
export const ALSO: readonly string[] = [
  ...['a.tmpl.example. A', '-.tmpl.example. A', 'tmpl.example. AAAA', 'legacy.hosts.example. A'],
  ...[
    'mx.example.com. MX',
    'srv.example.com. SRV',
    'https.example.com. HTTPS',
    'c0.example.com. A',
  ],
  ...['www.example.com. TYPE65534', 'www.example.com. TYPE65533', 'www.example.com. TYPE65532'],
  ...['version.bind. CH TXT', 'id.server. CH TXT'],
];

/** A built server under observation. */
export class Scene implements AsyncDisposable {
  readonly server: SeamarkServer;
  readonly port: number;
  readonly #prometheus: number;
  readonly #folder: string;

  private constructor(server: SeamarkServer, port: number, prometheus: number, folder: string) {
    this.server = server;
    this.port = port;
    this.#prometheus = prometheus;
    this.#folder = folder;
  }

  static async open(udp: string): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-wire-'));
    const prometheus = await freePort();
    await writeFile(join(folder, 'example'), EXAMPLE);
    await writeFile(join(folder, 'large'), LARGE);
    const corefile = `.:{$PORT} {
    bind 127.0.0.1
    file ${join(folder, 'example')} example.com
    file ${join(folder, 'large')} large.example
    hosts {
        192.0.2.66 legacy.hosts.example
        fallthrough
    }
    template IN A tmpl.example {
        match "^(?P<a>[a-z0-9]*)[.]tmpl[.]example[.]$"
        answer "{{ .Name }} 60 IN A 192.0.2.77"
        fallthrough
    }
    acl example.com {
        drop type TYPE65534
        block type TYPE65533
        filter type TYPE65532
    }
    chaos fuzz
    nsid fuzz
    prometheus 127.0.0.1:${prometheus}
    errors
}
`;
    const server = await SeamarkServer.launch(corefile, { options: ['--udp', udp] });
    try {
      await server.event('serving');
      await server.event('synced');
      const { port } = await server.endpoint();
      return new Scene(server, port, prometheus, folder);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Of /metrics. */
  async metric(name: string): Promise<number> {
    return (await metrics(this.#prometheus)).get(name) ?? 0;
  }

  /** What a person should look at. */
  complaints(): LogLine[] {
    return this.server.log.filter(isComplaint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
