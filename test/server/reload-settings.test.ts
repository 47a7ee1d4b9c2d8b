// The Corefile is read again, and a directive beside k8s_gateway says something else: the next answer is as it says.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  type Message,
  parseMessage,
  presentRdata,
  type QuerySpec,
  query,
  rcodeName,
  UdpClient,
} from '../support/dns/index.ts';
import { ingress } from '../support/kube/objects.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import type { Command } from './harness/command.ts';
import { corefile, type Manifests, test } from './harness/fixtures.ts';
import { address, Upstream } from './harness/upstream.ts';

type Write = (lines: readonly string[], options: readonly string[]) => Promise<void>;

/** A server, and what changes its directives: each time those of the block, beside its gateway's options. */
class Changing {
  readonly #server: Command;
  readonly #client: UdpClient;
  readonly #write: Write;

  constructor(server: Command, client: UdpClient, write: Write) {
    this.#server = server;
    this.#client = client;
    this.#write = write;
  }

  /** Has these directives instead. */
  async change(lines: readonly string[], options: readonly string[] = []): Promise<void> {
    const before = this.#server.events('reloaded').length;
    await this.#write(lines, options);
    this.#server.signal('SIGHUP');
    await this.#server.event('reloaded', before + 1);
    expect(this.#server.events('reload-failed')).toEqual([]);
  }

  async ask(text: string, rest: Omit<QuerySpec, 'questions'> = {}): Promise<Message> {
    const spec = { edns: {}, ...rest };
    return parseMessage(await this.#client.exchange(query(text, spec)));
  }

  /** Addresses and other RDATA, or the RCODE with the extended error. */
  async says(text: string, rest: Omit<QuerySpec, 'questions'> = {}): Promise<string> {
    const { rcode, answer, edns } = await this.ask(text, rest);
    const texts = answer.map(({ rdata }) => presentRdata(rdata));
    if (texts.length > 0) return texts.sort().join(' ');
    const ede = edns?.errors[0]?.code;
    return ede === undefined ? rcodeName(rcode) : `${rcodeName(rcode)} ${ede}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client[Symbol.asyncDispose]();
  }
}

interface Given {
  readonly folder: string;
  readonly manifests: Manifests;
  readonly serve: (text: string) => Promise<Command>;
}

const start = async (
  { folder, manifests, serve }: Given,
  lines: readonly string[],
  options: readonly string[] = [],
): Promise<Changing> => {
  const port = await freePort();
  const text = (also: readonly string[], ofGateway: readonly string[]): string =>
    corefile(manifests, { port, also, options: ofGateway });
  const server = await serve(text(lines, options));
  return new Changing(server, await UdpClient.open(await server.endpoint()), (also, ofGateway) =>
    writeFile(join(folder, 'Corefile.1'), text(also, ofGateway)),
  );
};

const RD = { flags: 'rd' } as const;

describe('hosts', () => {
  test('comes, has other entries, another file, another TTL, and goes', async ({
    folder,
    manifests,
    serve,
  }) => {
    const given = { folder, manifests, serve };
    await writeFile(join(folder, 'hosts'), '192.0.2.80 printer.example.com\n');
    await writeFile(join(folder, 'others'), '192.0.2.81 printer.example.com\n');
    await using server = await start(given, []);
    expect(await server.says('printer.example.com. A')).toBe('NXDOMAIN');
    await server.change([`hosts ${folder}/hosts`]);
    expect(await server.says('printer.example.com. A')).toBe('192.0.2.80');
    expect((await server.ask('printer.example.com. A')).answer[0]?.ttl).toBe(3600);
    await server.change([`hosts ${folder}/others {\n    ttl 7\n  }`]);
    expect(await server.says('printer.example.com. A')).toBe('192.0.2.81');
    expect((await server.ask('printer.example.com. A')).answer[0]?.ttl).toBe(7);
    await server.change([`hosts ${folder}/others {\n    192.0.2.82 more.example.com\n  }`]);
    expect(await server.says('more.example.com. A')).toBe('192.0.2.82');
    await server.change([]);
    expect(await server.says('printer.example.com. A')).toBe('NXDOMAIN');
    expect(await server.says('more.example.com. A')).toBe('NXDOMAIN');
    expect(await server.says('www.example.com. A')).toBe('192.0.2.1');
  });

  test('of names outside the zones, which are answered in place of forwarding', async ({
    folder,
    manifests,
    serve,
  }) => {
    const given = { folder, manifests, serve };
    await using upstream = await Upstream.open();
    await writeFile(join(folder, 'hosts'), '192.0.2.80 printer.example.net\n');
    const forward = `forward . ${upstream.name}`;
    await using server = await start(given, [forward]);
    const printer = () => server.says('printer.example.net. A', RD);
    expect(await printer()).toBe('203.0.113.1');
    const hosts = (line: string): string =>
      `hosts ${folder}/hosts {\n    ${line}\n    fallthrough\n  }`;
    await server.change([forward, hosts('# none')]);
    expect(await printer()).toBe('192.0.2.80');
    await server.change([forward, hosts('192.0.2.81 copier.example.net')]);
    expect(await server.says('copier.example.net. A', RD)).toBe('192.0.2.81');
    await server.change([forward]);
    expect(await printer()).toBe('203.0.113.1');
  });
});

test('a zone has another file, goes beside a gateway, and goes', async ({
  folder,
  manifests,
  serve,
}) => {
  const given = { folder, manifests, serve };
  const zone = (last: number): string =>
    `@ 60 SOA ns1 hostmaster ${last} 60 60 60 60\n@ 60 NS ns1\nns1 60 A 192.0.2.53\nwww 60 A 192.0.2.${last}\n` +
    `alone 60 A 192.0.2.${last}\n`;
  await writeFile(join(folder, 'one'), zone(101));
  await writeFile(join(folder, 'two'), zone(102));
  await using server = await start(given, [`file ${folder}/one example.org`]);
  const serial = async () => (await server.says('example.org. SOA')).split(' ')[2];
  expect(await server.says('www.example.org. A')).toBe('192.0.2.101');
  expect(await serial()).toBe('101');
  await server.change([`file ${folder}/two example.org`]);
  expect(await server.says('www.example.org. A')).toBe('192.0.2.102');
  expect(await serial()).toBe('102');
  await server.change([`file ${folder}/two example.com`], ['fallthrough']);
  expect(await server.says('www.example.org. A')).toBe('REFUSED 20');
  expect(await server.says('www.example.com. A')).toBe('192.0.2.1');
  expect(await server.says('alone.example.com. A')).toBe('192.0.2.102');
  await server.change([`file ${folder}/one example.com`], ['fallthrough']);
  expect(await server.says('alone.example.com. A')).toBe('192.0.2.101');
  await server.change([]);
  expect(await server.says('alone.example.com. A')).toBe('NXDOMAIN');
});

test('acl, nsid, chaos, bufsize and any count from the next query on', async ({
  folder,
  manifests,
  serve,
}) => {
  const given = { folder, manifests, serve };
  const addresses = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`);
  await manifests.write('www.json', ingress('web/www', ['www.example.com'], addresses));
  await using server = await start(given, []);
  const nsid = async () => {
    const { edns } = await server.ask('example.com. SOA', {
      edns: { options: [{ code: 3, data: new Uint8Array() }] },
    });
    const data = edns?.options.find(({ code }) => code === 3)?.data;
    return data === undefined ? undefined : Buffer.from(data).toString();
  };
  const isCut = async () =>
    (await server.ask('www.example.com. A', { edns: { udpSize: 1232 } })).flags.includes('tc');
  expect([await nsid(), await isCut()]).toEqual([undefined, false]);
  expect(await server.says('version.bind. CH TXT')).toBe('REFUSED 21');

  await server.change(['nsid one', 'chaos V1', 'bufsize 512', 'any']);
  expect([await nsid(), await isCut()]).toEqual(['one', true]);
  expect(await server.says('version.bind. CH TXT')).toBe('"V1"');
  expect((await server.ask('example.com. ANY')).answer[0]?.type).toBe(13);
  await server.change(['nsid two', 'chaos V2', 'bufsize']);
  expect([await nsid(), await isCut()]).toEqual(['two', false]);
  expect(await server.says('version.bind. CH TXT')).toBe('"V2"');
  expect((await server.ask('example.com. ANY')).answer[0]?.type).not.toBe(13);

  await server.change(['acl {\n    block type SOA net 127.0.0.0/8\n  }']);
  expect(await server.says('example.com. SOA')).toBe('REFUSED 18');
  expect(await nsid()).toBeUndefined();
  expect(await server.says('version.bind. CH TXT')).toBe('REFUSED 21');
  await server.change(['acl {\n    filter type SOA net 127.0.0.0/8\n  }']);
  expect(await server.says('example.com. SOA')).toBe('NOERROR 17');
  await server.change(['acl {\n    block type SOA net 192.0.2.0/24\n  }']);
  expect(await server.says('example.com. SOA')).toMatch(/^dns1\./);
  await server.change([]);
  expect(await server.says('example.com. SOA')).toMatch(/^dns1\./);
});

test('settings of forward: whom it serves, what it leaves, how it asks', async ({
  folder,
  manifests,
  serve,
}) => {
  const given = { folder, manifests, serve };
  await using one = await Upstream.open(address('203.0.113.1'));
  await using two = await Upstream.open(address('203.0.113.2'));
  const to = `forward . ${one.name} ${two.name}`;
  const forward = (...options: string[]): string =>
    `${to} {\n    ${['policy sequential', ...options].join('\n    ')}\n  }`;
  await using server = await start(given, [forward()]);
  const www = () => server.says('www.example.net. A', RD);
  expect(await www()).toBe('203.0.113.1');
  await server.change([forward('clients 192.0.2.0/24')]);
  expect(await www()).toBe('REFUSED 18');
  await server.change([forward('except example.net')]);
  expect(await www()).toBe('REFUSED 20');
  expect(await server.says('www.example.org. A', RD)).toBe('203.0.113.1');
  await server.change([forward('force_tcp')]);
  expect(await www()).toBe('203.0.113.1');
  await waitFor(() => one.connections === 1, { what: 'a connection' });
  expect(one.asked.at(-1)?.transport).toBe('tcp');
  await server.change([`forward . ${two.name} ${one.name} {\n    policy sequential\n  }`]);
  expect(await www()).toBe('203.0.113.2');
  expect(two.asked.at(-1)?.transport).toBe('udp');
  expect(await server.says('nope.example.com. A', RD)).toBe('NXDOMAIN');
  await server.change([forward()], ['fallthrough']);
  expect(await server.says('nope.example.com. A', RD)).toBe('203.0.113.1');
  await server.change([forward()], ['fallthrough a.example.com']);
  expect(await server.says('nope.example.com. A', RD)).toBe('NXDOMAIN');
});
