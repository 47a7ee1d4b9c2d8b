// DNS over HTTPS as the tools of others see it: kdig and curl.

import { execFile } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect } from 'vitest';
import { CertificateMaker, hasOpenssl } from '../support/certificates.ts';
import { parseMessage, presentRecord, query, UdpClient } from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const run = promisify(execFile);
const hasKdig = existsSync('/usr/bin/kdig');
const hasCurl = existsSync('/usr/bin/curl');

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());

describe.skipIf(!hasOpenssl)('over HTTPS', () => {
  const files = maker.make('own');

  const corefile = (
    manifests: Manifests,
    [plain, https, prometheus]: readonly number[],
  ): string => `
example.com:${plain} https://example.com:${https} {
  bind 127.0.0.1
  prometheus 127.0.0.1:${prometheus}
  tls tls.crt tls.key
  acl {
    drop net 127.0.0.7
  }
  k8s_gateway {
    manifests ${manifests.path}
  }
}
`;

  const install = (folder: string): void => {
    copyFileSync(files.certificate, join(folder, 'tls.crt'));
    copyFileSync(files.key, join(folder, 'tls.key'));
  };

  const ports = (): Promise<number[]> => Promise.all([freePort(), freePort(), freePort()]);

  test.skipIf(!hasKdig)(
    'kdig has its answers, padded, by GET and by POST',
    async ({ folder, manifests, serve }) => {
      install(folder);
      const at = await ports();
      await serve(corefile(manifests, at));
      for (const method of ['+https', '+https-get']) {
        const { stdout } = await run('kdig', [
          ...['@127.0.0.1', '-p', String(at[1]), method, `+tls-ca=${files.certificate}`],
          ...['+tls-hostname=ns1.example.com', '+padding', 'www.example.com', 'AAAA'],
        ]);
        expect(stdout).toMatch(/HTTP session \(HTTP\/2-(POST|GET)\).*status: 200/);
        expect(stdout).toMatch(/www\.example\.com\.\s+60\s+IN\s+AAAA\s+2001:db8::1/);
        expect(stdout).toMatch(/Received 468 B/);
      }
    },
  );

  test.skipIf(!hasCurl)(
    'curl has the answers of UDP, over both versions of HTTP',
    async ({ folder, manifests, serve }) => {
      install(folder);
      const at = await ports();
      const server = await serve(corefile(manifests, at));
      const [plain = 0, https = 0, prometheus = 0] = at;
      const url = `https://ns1.example.com:${https}/dns-query`;
      const resolved = ['--resolve', `ns1.example.com:${https}:127.0.0.1`];
      const curl = async (...args: string[]): Promise<{ head: string; body: Buffer }> => {
        const [head, body] = [join(folder, 'head'), join(folder, 'body')];
        await writeFile(body, '');
        await run('curl', [
          ...['-sS', '--cacert', files.certificate, ...resolved],
          ...['-D', head, '-o', body, ...args],
        ]);
        return { head: await readFile(head, 'latin1'), body: await readFile(body) };
      };
      await using udp = await UdpClient.open({ host: '127.0.0.1', port: plain });
      const asked = [
        ['www.example.com. A', 60],
        // MINIMUM of the SOA, of which it is the TTL as well.
        ['nope.example.com. A', 60],
        ['outside.test. A', 0],
      ] as const;
      for (const version of ['--http2', '--http1.1']) {
        for (const [text, seconds] of asked) {
          const sent = query(text, { edns: {} });
          const expected = await udp.exchange(sent);
          const message = join(folder, 'message');
          await writeFile(message, sent);
          const got = [
            await curl(version, `${url}?dns=${sent.toString('base64url')}`),
            await curl(
              ...[version, url, '--data-binary', `@${message}`],
              ...['-H', 'content-type: application/dns-message'],
            ),
          ];
          for (const { head, body } of got) {
            expect(head).toMatch(version === '--http2' ? /^HTTP\/2 200/ : /^HTTP\/1\.1 200/);
            expect(head).toMatch(/^content-type: application\/dns-message\r$/im);
            expect(head).toMatch(new RegExp(`^cache-control: max-age=${seconds}\r$`, 'im'));
            expect(body.equals(expected)).toBe(true);
          }
        }
        const { head } = await curl(version, `${url}?dns=!`);
        expect(head).toMatch(/^HTTP\/\S+ 400/);
        const dns = query('www.example.com. A').toString('base64url');
        const dropped = [version, `${url}?dns=${dns}`, '--interface', '127.0.0.7'];
        await expect(curl(...dropped)).rejects.toThrow();
      }
      const counted = async (): Promise<boolean> => {
        const found = await metrics(prometheus);
        return (
          found.get('coredns_dns_https_responses_total{server="",status="200"}') === 12 &&
          found.get('coredns_dns_https_responses_total{server="",status="400"}') === 2
        );
      };
      await waitFor(counted, { what: 'the metrics', evidence: () => server.transcript() });
    },
  );

  test.skipIf(!hasCurl)('curl resolves names with it', async ({ folder, manifests, serve }) => {
    install(folder);
    const at = await ports();
    await serve(corefile(manifests, at));
    const { stderr } = await run('curl', [
      ...['-sv', '--doh-insecure', '--doh-url', `https://127.0.0.1:${at[1]}/dns-query`],
      ...['--connect-timeout', '1', '--noproxy', '*', 'http://www.example.com:1/'],
    ]).catch((error: { stderr: string }) => error);
    // The address leads nowhere, but it is tried.
    expect(stderr).toMatch(/Trying (192\.0\.2\.1|\[?2001:db8::1\]?):1/);
  });

  test('a server may have HTTPS alone', async ({ folder, manifests, serve }) => {
    install(folder);
    const [plain = 0, https = 0, prometheus = 0] = await ports();
    const text = corefile(manifests, [plain, https, prometheus]);
    const server = await serve(text.replace(`example.com:${plain} `, ''));
    expect(await server.endpoints()).toEqual([]);
    const url = `https://127.0.0.1:${https}/dns-query`;
    const sent = query('www.example.com. A').toString('base64url');
    const { stdout } = await run(
      'curl',
      ['-sS', '--cacert', files.certificate, `${url}?dns=${sent}`],
      { encoding: 'buffer' },
    );
    expect(parseMessage(stdout).answer.map(presentRecord)).toEqual([
      'www.example.com. 60 IN A 192.0.2.1',
    ]);
  });
});
