// Every directive of CoreDNS is one here, or is refused with what to use instead.

import { describe, expect, it } from 'vitest';
import { errorsOf } from '../../../test-support/compiling.ts';
import { DIRECTIVES } from './index.ts';
import { LACKING_DIRECTIVES, PLANNED_DIRECTIVES } from './lacking.ts';

/** Those of CoreDNS 1.14.4: its plugin.cfg, as of August 2026. */
const COREDNS =
  `root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts multisocket reload
  nsid bufsize bind debug trace ready health pprof shed prometheus errors log dnstap local dns64 any chaos loadbalance
  tsig rewrite autopath acl cache header dnssec tls minimal template transfer hosts route53 azure clouddns k8s_external
  kubernetes file auto secondary etcd loop forward grpc erratic whoami on sign view nomad`.split(
    /\s+/,
  );

const known = DIRECTIVES.words.map(({ name }) => name);

it.each(COREDNS.filter((name) => !known.includes(name)))(
  '%s is refused, with what to do instead',
  (name) => {
    const yet = PLANNED_DIRECTIVES.has(name) ? ' yet' : '';
    const [error, ...others] = errorsOf(`. {\n ${name} x\n}\n`);
    expect(others).toEqual([]);
    expect(error).toContain(`2:2: the directive "${name}" is not supported${yet}: `);
    expect(LACKING_DIRECTIVES[name]).toMatch(/^(remove it|write|keep|serve)[ ,;]/);
  },
);

describe('the list of what is lacking', () => {
  it('has nothing that is there, and nothing that CoreDNS has not', () => {
    const lacking = Object.keys(LACKING_DIRECTIVES);
    expect(lacking.filter((name) => known.includes(name))).toEqual([]);
    expect(lacking.filter((name) => !COREDNS.includes(name))).toEqual([]);
  });

  it('promises nothing that CoreDNS has not', () => {
    expect([...PLANNED_DIRECTIVES].filter((name) => !COREDNS.includes(name))).toEqual([]);
    expect(PLANNED_DIRECTIVES.has('erratic')).toBe(false);
  });

  it('sends nobody to a directive that there is not', () => {
    const named = Object.values(LACKING_DIRECTIVES).flatMap((text) =>
      [...text.matchAll(/"(\w+)"/g)].map(([, word]) => word),
    );
    expect(named.length).toBeGreaterThan(5);
    const words = [...known, 'import'];
    for (const word of named) expect(words).toContain(word);
  });
});

it.each(['grpc', 'quic', 'https3'])(
  '%s:// is not supported, and nobody has to wait for it',
  (scheme) => {
    const [error] = errorsOf(`${scheme}://a.test {\n}\n`);
    expect(error).toMatch(
      new RegExp(`^Corefile:1:1: "${scheme}://" is not supported: .* write "(tls|https)://"`),
    );
  },
);
