// DNS over TLS as the tools of others see it: kdig, and openssl for what lies below the messages.

import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, describe, expect } from 'vitest';
import { type CertificateFiles, CertificateMaker, hasOpenssl } from '../support/certificates.ts';
import {
  frame,
  parseMessage,
  presentRecord,
  query,
  rcodeName,
  TcpClient,
  UdpClient,
} from '../support/dns/index.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { type Manifests, test } from './harness/fixtures.ts';
import { metrics } from './harness/metrics.ts';

const run = promisify(execFile);
const hasKdig = existsSync('/usr/bin/kdig');

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());

interface Place {
  readonly plain: number;
  readonly tls: number;
  readonly prometheus: number;
}

const place = async (): Promise<Place> => ({
  ...{ plain: await freePort(), tls: await freePort(), prometheus: await freePort() },
});

/** Both transports, one zone; the certificate lies in `tls.crt` and `tls.key` of the test's folder. */
const corefile = (manifests: Manifests, at: Place, lines: readonly string[] = []): string => `
example.com:${at.plain} tls://example.com:${at.tls} {
  bind 127.0.0.1
  prometheus 127.0.0.1:${at.prometheus}
  tls tls.crt tls.key
  ${lines.join('\n  ')}
  k8s_gateway {
    manifests ${manifests.path}
  }
}
`;

const install = (files: CertificateFiles, folder: string): void => {
  copyFileSync(files.certificate, join(folder, 'tls.crt'));
  copyFileSync(files.key, join(folder, 'tls.key'));
};

/** Sends messages over one TLS connection, in one piece, and resolves to as many replies. */
const ask = async (
  port: number,
  messages: readonly Uint8Array[],
  options: ConnectionOptions = {},
): Promise<{ readonly replies: readonly Buffer[]; readonly subject: string }> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  let received = Buffer.alloc(0);
  let subject = '';
  const replies: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.on('close', () => reject(new Error(`closed after ${replies.length} replies`)));
  socket.on('secureConnect', () => {
    subject = socket.getPeerX509Certificate()?.subject ?? '';
    socket.write(Buffer.concat(messages.map(frame)));
  });
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE()) {
      replies.push(received.subarray(2, 2 + received.readUInt16BE()));
      received = received.subarray(2 + received.readUInt16BE());
    }
    if (replies.length === messages.length) resolve();
  });
  try {
    await promise;
    return { replies, subject };
  } finally {
    socket.destroy();
  }
};

const subjectAt = async (port: number): Promise<string> =>
  (await ask(port, [query('www.example.com. A')])).subject;

describe.skipIf(!hasOpenssl)('over TLS', () => {
  const first = maker.make('first');
  const second = maker.make('second', { commonName: 'ns2.example.com' });

  test.skipIf(!hasKdig)(
    'kdig has its answers, padded, from a server that it verifies',
    async ({ folder, manifests, serve }) => {
      install(first, folder);
      const at = await place();
      await serve(corefile(manifests, at));
      const { stdout } = await run('kdig', [
        ...['@127.0.0.1', '-p', String(at.tls), `+tls-ca=${first.certificate}`],
        ...['+tls-hostname=ns1.example.com', '+padding', 'www.example.com', 'AAAA'],
      ]);
      expect(stdout).toMatch(/TLS session \(TLS1.3\)/);
      expect(stdout).toMatch(/status: NOERROR/);
      expect(stdout).toMatch(/www\.example\.com\.\s+60\s+IN\s+AAAA\s+2001:db8::1/);
      expect(stdout).toMatch(/PADDING: \d+ B/);
      expect(stdout).toMatch(/Received 468 B/);
      const wrong = await run('kdig', [
        ...['@127.0.0.1', '-p', String(at.tls), `+tls-ca=${second.certificate}`, '+retry=0'],
        ...['+tls-hostname=ns1.example.com', 'www.example.com', 'AAAA'],
      ]).catch((error: { stdout: string }) => error);
      expect(wrong.stdout).not.toContain('2001:db8::1');
    },
  );

  test('every answer is that of UDP and TCP, and pipelined ones come in order', async ({
    folder,
    manifests,
    serve,
  }) => {
    install(first, folder);
    const at = await place();
    await serve(corefile(manifests, at));
    const endpoint = { host: '127.0.0.1', port: at.plain };
    await using udp = await UdpClient.open(endpoint);
    await using tcp = await TcpClient.open(endpoint);
    const asked = ['www.example.com. A', 'WWW.example.com. TXT', 'nope.example.com. A', '. NS'];
    const sent = asked.map((text) => query(text, { edns: {} }));
    const { replies } = await ask(at.tls, sent);
    for (const [i, message] of sent.entries()) {
      const reply = Buffer.from(replies[i] ?? []);
      expect(reply.equals(await udp.exchange(message))).toBe(true);
      expect(reply.equals(await tcp.exchange(message))).toBe(true);
    }
    expect(replies.map((reply) => rcodeName(parseMessage(reply).rcode))).toEqual([
      ...['NOERROR', 'NOERROR', 'NXDOMAIN', 'REFUSED'],
    ]);
  });

  test('openssl finds TLS 1.3 there, sessions that go on, and nothing older', async ({
    folder,
    manifests,
    serve,
  }) => {
    install(first, folder);
    const at = await place();
    await serve(corefile(manifests, at));
    const client = (...args: string[]): Promise<string> =>
      new Promise((resolve) => {
        const { stdin, stdout } = execFile(
          'openssl',
          ['s_client', '-connect', `127.0.0.1:${at.tls}`, ...args],
          { encoding: 'latin1' },
          (_, said, complained) => resolve(said + complained),
        );
        stdin?.on('error', () => {});
        // Behind the tickets comes the reply, and then it may end.
        stdin?.write(frame(query('tickets.test. A')));
        stdout?.on('data', (text: string) => {
          if (text.includes('tickets')) stdin?.end();
        });
      });
    const session = join(folder, 'session');
    expect(await client('-alpn', 'dot', '-sess_out', session)).toMatch(/ALPN protocol: dot/);
    expect(await client('-sess_in', session)).toMatch(/Reused, TLSv1\.3/);
    expect(await client('-tls1_2')).toMatch(/alert protocol version/);
    expect(await client('-alpn', 'h2')).toMatch(/alert no application protocol/);
  });

  test('who speaks without TLS is turned away', async ({ folder, manifests, serve }) => {
    install(first, folder);
    const at = await place();
    await serve(corefile(manifests, at));
    await using tcp = await TcpClient.open({ host: '127.0.0.1', port: at.tls });
    await expect(tcp.exchange(query('www.example.com. A'))).rejects.toThrow();
    expect(await subjectAt(at.tls)).toBe('CN=ns1.example.com');
  });

  test('a renewed certificate is served without a restart, and one that can not be used is not', async ({
    folder,
    manifests,
    serve,
  }) => {
    install(first, folder);
    const at = await place();
    const server = await serve(corefile(manifests, at));
    expect(await subjectAt(at.tls)).toBe('CN=ns1.example.com');
    writeFileSync(join(folder, 'tls.key'), 'no key');
    await reread(server);
    expect(await subjectAt(at.tls)).toBe('CN=ns1.example.com');
    const [told] = server.events('certificate-not-renewed');
    expect(told?.msg).toMatch(
      /Corefile\.1:5:3: can't use the key .*tls\.key: it holds no "-----BEGIN/,
    );
    install(second, folder);
    await waitFor(async () => (await subjectAt(at.tls)) === 'CN=ns2.example.com', {
      what: 'the second certificate',
      evidence: () => server.transcript(),
    });
    expect(server.events('certificate-renewed')).toHaveLength(1);
    expect(server.events('certificate-not-renewed')).toHaveLength(1);
    const until = async (): Promise<boolean> => {
      const found = await metrics(at.prometheus);
      return (
        found.get('seamark_tls_certificate_renewals_total') === 1 &&
        found.get('seamark_tls_certificate_failures_total') === 1
      );
    };
    await waitFor(until, { what: 'the metrics', evidence: () => server.transcript() });
  });

  test('one that has expired is served, with a warning', async ({ folder, manifests, serve }) => {
    install(maker.make('old', { days: -2 }), folder);
    const at = await place();
    const server = await serve(corefile(manifests, at));
    expect(await subjectAt(at.tls)).toContain('CN=');
    expect(server.events('certificate-not-valid').map(({ level }) => level)).toEqual(['warn']);
  });

  test('what can not be used ends the start, in a line that says where and why', async ({
    folder,
    manifests,
    launch,
  }) => {
    install(first, folder);
    copyFileSync(second.key, join(folder, 'tls.key'));
    const mismatch = await (await launch(corefile(manifests, await place()))).outcome();
    expect(mismatch.code).toBe(1);
    expect(mismatch.log.at(-1)?.msg).toMatch(
      /Corefile\.1:5:3: the key .*tls\.key is not that of .*tls\.crt: .*CN=ns1\.example\.com/,
    );
    const absent = corefile(manifests, await place()).replace('tls.crt', 'absent.crt');
    const outcome = await (await launch(absent)).outcome();
    expect(outcome.log.at(-1)?.msg).toMatch(/absent\.crt: there is no such file; mend the path/);
  });

  test('a reload turns a plain port into one with TLS and back, and another client_auth counts', async ({
    folder,
    manifests,
    serve,
  }) => {
    install(first, folder);
    const at = await place();
    const server = await serve(corefile(manifests, at));
    const both = corefile(manifests, at);
    await reread(
      server,
      join(folder, 'Corefile.1'),
      both.replace('tls tls.crt tls.key', 'tls tls.crt tls.key {\n client_auth require\n }'),
    );
    await expect(subjectAt(at.tls)).rejects.toThrow();
    const turned = both
      .replace(`example.com:${at.plain}`, `tls://example.com:${at.plain}`)
      .replace(`tls://example.com:${at.tls} `, '');
    await reread(server, join(folder, 'Corefile.1'), turned);
    expect(await subjectAt(at.plain)).toBe('CN=ns1.example.com');
    await expect(subjectAt(at.tls)).rejects.toThrow();
    await reread(server, join(folder, 'Corefile.1'), both);
    await using udp = await UdpClient.open({ host: '127.0.0.1', port: at.plain });
    const reply = parseMessage(await udp.exchange(query('www.example.com. A')));
    expect(reply.answer.map(presentRecord)).toEqual(['www.example.com. 60 IN A 192.0.2.1']);
    expect(await subjectAt(at.tls)).toBe('CN=ns1.example.com');
    expect(server.events('reload-failed')).toEqual([]);
  });
});

/** Has the server read its Corefile again, and resolves when it has. */
const reread = async (server: Command, file?: string, text?: string): Promise<void> => {
  if (file !== undefined && text !== undefined) {
    await writeFile(`${file}.new`, text);
    await rename(`${file}.new`, file);
  }
  const count = (): number =>
    server.events('reloaded').length + server.events('reload-failed').length;
  const before = count();
  server.signal('SIGHUP');
  await waitFor(() => count() > before, {
    what: 'the end of the reload',
    evidence: () => server.transcript(),
  });
};
