// RFC 9325 3.1.1: versions of TLS that are known to be weak are not spoken. We go further, as later
// versions of NSD do: 1.3 alone.

import type { Case } from '../harness/case.ts';
import type { Encrypted } from '../harness/probe.ts';

const SECTION = 'RFC 9325 3.1.1';

const speaks = (needs: Encrypted): Case => ({
  section: SECTION,
  title: `${needs} speaks TLS 1.3`,
  needs,
  run: async (probe) => {
    const { version } = await probe.secure({}, needs);
    if (version !== 'TLSv1.3') throw new Error(`${version}`);
  },
});

/** OpenSSL, which is Node's, has no weak cipher for these at its default level: they are asked for below it. */
const ANY_CIPHER = 'DEFAULT@SECLEVEL=0';

const refuses = (needs: Encrypted, version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2'): Case => ({
  section: SECTION,
  title: `${needs} does not speak ${version}`,
  needs,
  ...(version === 'TLSv1.2'
    ? { knownDifferences: { nsd: 'speaks it, too, which RFC 9325 allows', coredns: 'likewise' } }
    : {}),
  run: async (probe) => {
    const options = { minVersion: version, maxVersion: version, ciphers: ANY_CIPHER } as const;
    const outcome = await probe.secure(options, needs).then(
      () => 'connected',
      (error: { readonly code?: string }) => error.code,
    );
    if (outcome !== 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION') throw new Error(outcome);
  },
});

export const cases: readonly Case[] = (['tls', 'https'] as const).flatMap((needs) => [
  speaks(needs),
  refuses(needs, 'TLSv1.2'),
  refuses(needs, 'TLSv1.1'),
  refuses(needs, 'TLSv1'),
]);
