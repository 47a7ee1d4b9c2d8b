// RFC 7301 3.2: what is spoken inside TLS is agreed on before. IANA has `dot` for RFC 7858, and `h2` for HTTP/2.

import { query } from '../../support/dns/index.ts';
import type { Case } from '../harness/case.ts';
import { checkReply } from '../harness/reply.ts';

const SECTION = 'RFC 7301 3.2';
const ASKED = 'v4only.example.com. A';
const EXPECTED = { rcode: 'NOERROR', answer: ['192.0.2.4'] } as const;
const NO_ALPN = { nsd: 'takes no notice of ALPN' } as const;

const chosen: Case = {
  section: SECTION,
  title: '`dot` is chosen of what a client offers, and answered',
  needs: 'tls',
  knownDifferences: NO_ALPN,
  run: async (probe) => {
    const connection = await probe.secure({ ALPNProtocols: ['h2', 'dot'] });
    if (connection.protocol !== 'dot') throw new Error(`chosen: ${connection.protocol}`);
    const sent = query(ASKED);
    checkReply(sent, await connection.exchange(sent), EXPECTED);
  },
};

const notOffered: Case = {
  section: SECTION,
  title: 'a client that offers nothing is answered, and nothing is chosen',
  needs: 'tls',
  run: async (probe) => {
    const connection = await probe.secure();
    if (connection.protocol !== undefined) throw new Error(`chosen: ${connection.protocol}`);
    const sent = query(ASKED);
    checkReply(sent, await connection.exchange(sent), EXPECTED);
  },
};

const othersAlone: Case = {
  section: SECTION,
  title: 'a client that offers other protocols alone is turned away with no_application_protocol',
  needs: 'tls',
  knownDifferences: NO_ALPN,
  run: async (probe) => {
    const outcome = await probe.secure({ ALPNProtocols: ['h2', 'http/1.1'] }).then(
      () => 'connected',
      (error: { readonly code?: string }) => error.code,
    );
    if (outcome !== 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL') throw new Error(outcome);
  },
};

export const cases: readonly Case[] = [chosen, notOffered, othersAlone];
