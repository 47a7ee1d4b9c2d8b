// What a block says of replies counts for those, too, that are not made of its zones.

import { writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import {
  type EdnsSpec,
  type Endpoint,
  type Message,
  parseMessage,
  query,
  UdpClient,
} from '../support/dns/index.ts';
import { corefile, test } from './harness/fixtures.ts';
import { address, Upstream } from './harness/upstream.ts';

const BACKENDS = ['batched', 'dgram'] as const;

const ask = async (endpoint: Endpoint, text: string, edns: EdnsSpec): Promise<Message> => {
  await using client = await UdpClient.open(endpoint);
  return parseMessage(await client.exchange(query(text, { flags: 'rd', edns })));
};

const NSID = 3;
const TYPE_HINFO = 13;

const template = (records: number): string =>
  `template IN A example.edu {\n    answer ${'"{{ .Name }} A 192.0.2.1" '.repeat(records)}\n  }`;

describe.for(BACKENDS)('UDP by %s', (backend) => {
  test('bufsize: forwarded, of a template and of a hosts file', async ({
    manifests,
    folder,
    serve,
  }) => {
    await using upstream = await Upstream.open(address('203.0.113.1', { times: 40 }));
    const hosts = `${folder}/hosts`;
    const lines = Array.from({ length: 40 }, (_, i) => `192.0.2.${i} large.example.org\n`);
    await writeFile(hosts, lines.join(''));
    for (const [size, answers] of [
      [512, 0],
      [4096, 40],
    ] as const) {
      const also = [
        ...[`bufsize ${size}`, template(40)],
        ...[`hosts ${hosts} example.org`, `forward . ${upstream.name}`],
      ];
      const server = await serve(corefile(manifests, { also }), ['--udp', backend]);
      const endpoint = await server.endpoint();
      for (const name of ['www.example.net.', 'www.example.edu.', 'large.example.org.']) {
        const reply = await ask(endpoint, `${name} A`, { udpSize: 4096 });
        expect([name, reply.edns?.udpSize, reply.answer.length]).toEqual([name, size, answers]);
        expect(reply.flags.includes('tc')).toBe(answers === 0);
      }
      expect(upstream.asked.at(-1)?.message.edns?.udpSize).toBe(size);
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
    }
  });

  test('nsid: ours, forwarded and of a template, and nothing of the upstream', async ({
    manifests,
    serve,
  }) => {
    const options = [{ code: NSID, data: Buffer.from('upstream') }];
    await using upstream = await Upstream.open(address('203.0.113.1', { edns: { options } }));
    const also = ['nsid edge-1', template(1), `forward . ${upstream.name}`];
    const server = await serve(corefile(manifests, { also }), ['--udp', backend]);
    const endpoint = await server.endpoint();
    const asks = { udpSize: 4096, options: [{ code: NSID, data: new Uint8Array() }] };
    for (const name of ['www.example.net.', 'www.example.edu.']) {
      const reply = await ask(endpoint, `${name} A`, asks);
      const said = reply.edns?.options.map(({ code, data }) => [
        code,
        Buffer.from(data).toString(),
      ]);
      expect([name, said]).toEqual([name, [[NSID, 'edge-1']]]);
      expect((await ask(endpoint, `${name} A`, {})).edns?.options).toEqual([]);
    }
    expect(upstream.asked.map(({ message }) => message.edns?.options)).toEqual([[], []]);
  });

  test('any: one HINFO in place of what would be forwarded, in its block', async ({
    manifests,
    serve,
  }) => {
    await using upstream = await Upstream.open();
    const block = corefile(manifests, { also: ['any', `forward . ${upstream.name}`] });
    const other = `example.org:{$PORT} {\n  bind 127.0.0.1\n  forward . ${upstream.name}\n}\n`;
    const server = await serve(block + other, ['--udp', backend]);
    const endpoint = await server.endpoint();
    for (const type of ['ANY', 'A']) {
      for (const name of ['www.example.net.', 'www.example.org.']) {
        const { answer, rcode, flags } = await ask(endpoint, `${name} ${type}`, {});
        const isMinimal = type === 'ANY' && name === 'www.example.net.';
        expect([rcode, answer.map((record) => [record.name, record.type])]).toEqual([
          0,
          [[name, isMinimal ? TYPE_HINFO : 1]],
        ]);
        expect(flags).toBe(isMinimal ? 'qr rd' : 'qr rd ra');
      }
    }
    expect(upstream.names).toHaveLength(3);
  });
});
