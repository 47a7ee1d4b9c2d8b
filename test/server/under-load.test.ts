// Changes while queries keep coming: none is lost, none is answered wrongly, and the serial grows.

import { expect } from 'vitest';
import { ingress } from '../support/kube/objects.ts';
import { waitFor } from '../support/wait.ts';
import { Burst } from './harness/burst.ts';
import { corefile, test } from './harness/fixtures.ts';

const PER_SECOND = 1_000;
const CHANGES = 20;
/** More than a socket's default buffer holds, and less than the least that Linux gives who asks for more. */
const WAITING = 500;

test.for(['batched', 'dgram'])(
  'changes lose no query of 1,000 a second, with UDP by %s',
  async (backend, { manifests, serve, asker }) => {
    const server = await serve(corefile(manifests), ['--udp', backend]);
    const client = await asker(await server.endpoint(), server);
    await using burst = await Burst.open(await server.endpoint());
    let over = false;
    const asking = burst.sendSteadily(PER_SECOND, () => !over);
    let serial = await client.serial('example.com.');
    for (let change = 1; change <= CHANGES; change++) {
      const answered = burst.received;
      const address = `192.0.2.${100 + change}`;
      await manifests.write('www.json', ingress('web/www', ['www.example.com'], [address]));
      await client.becomes('www.example.com. A', address);
      const next = await client.serial('example.com.');
      expect(next).toBeGreaterThan(serial);
      serial = next;
      await waitFor(() => burst.received >= answered + PER_SECOND / 20, { what: 'more replies' });
    }
    over = true;
    await asking;
    expect({ answered: await burst.answered(), wrong: burst.wrong }).toEqual({
      answered: burst.sent,
      wrong: [],
    });
    expect(burst.sent).toBeGreaterThanOrEqual((CHANGES * PER_SECOND) / 20);
  },
);

test.for(['batched', 'dgram'])(
  'what comes while the server is held up waits for it, with UDP by %s',
  async (backend, { manifests, serve }) => {
    const server = await serve(corefile(manifests), ['--udp', backend, '--workers', '1']);
    await using burst = await Burst.open(await server.endpoint());
    server.signal('SIGSTOP');
    await burst.send(WAITING);
    server.signal('SIGCONT');
    expect({ answered: await burst.answered(), wrong: burst.wrong }).toEqual({
      answered: WAITING,
      wrong: [],
    });
  },
);
