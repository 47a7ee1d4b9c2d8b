import { type Claim, type ClaimedBinding, type ClaimedHttps, HTTPS_PORT } from '../contract.ts';
import { DEFAULT_SERVICE, type HttpsService, type HttpsWish } from './annotation.ts';

/**
 * What HTTPS records of names say that are served by TLS at these ports.
 *
 * @param wish undefined: nobody asks, and what is known is to do
 */
export function bindingsOf(
  wish: HttpsService | undefined,
  ports: readonly number[],
): readonly ClaimedBinding[] {
  const { params, hints, port } = wish ?? DEFAULT_SERVICE;
  return (port === undefined ? ports : [port]).map((each) => ({
    ...{ params, hints, port: each },
    ...{ isAsked: wish !== undefined, isAside: false },
  }));
}

/** What is said of the names of an object of which nothing is seen of TLS: the annotation alone. */
export function assertedHttps(wish: HttpsWish | undefined): ClaimedHttps | undefined {
  return wish === undefined || wish === 'off' ? wish : bindingsOf(wish, [HTTPS_PORT]);
}

/**
 * The claim with HTTPS records of its names; and with those that stand beside them, where the port is another than
 * that of URLs without one: `https://a.example.com:8443` is asked about at `_8443._https.a.example.com`.
 */
export function withHttps(claim: Claim, https: ClaimedHttps | undefined): readonly Claim[] {
  if (https === undefined || https.length === 0) return [claim];
  const claims: Claim[] = [{ ...claim, https }];
  if (https === 'off') return claims;
  // No name is made of a wildcard so: `*` means something as the first label alone (RFC 4592 2.1.1).
  const hosts = claim.names.filter(({ name }) => !name.startsWith('*'));
  if (hosts.length === 0) return claims;
  for (const port of new Set(https.map((binding) => binding.port))) {
    if (port === HTTPS_PORT) continue;
    claims.push({
      names: hosts.map(({ name, relative }) => ({ name: `_${port}._https.${name}`, relative })),
      addresses: [],
      https: https
        .filter((binding) => binding.port === port)
        .map((binding) => ({ ...binding, hints: false, isAside: true })),
      ...(claim.ttl !== undefined && { ttl: claim.ttl }),
    });
  }
  return claims;
}
