// What each test of the server gets: a folder, manifests in it, and servers that end with the test.

import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type TestAPI } from 'vitest';
import { Asker } from '../../cluster/asker.ts';
import type { Endpoint } from '../../support/dns/index.ts';
import { type Ingress, ingress, type Service } from '../../support/kube/objects.ts';
import { freePort } from '../../support/ports.ts';
import { Command, type CommandOptions } from './command.ts';

/** A directory of manifests. */
export class Manifests {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Writes a file of these objects, whole at once. */
  async write(name: string, ...items: readonly (Ingress | Service)[]): Promise<void> {
    await this.writeText(name, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  async writeText(name: string, text: string): Promise<void> {
    await writeFile(`${this.path}.new`, text);
    await rename(`${this.path}.new`, join(this.path, name));
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.path, name));
  }
}

export interface Fixtures {
  /** A folder of the test's own. */
  readonly folder: string;
  /** Where the zone is: `www.example.com` has the address 192.0.2.1, and 2001:db8::1. */
  readonly manifests: Manifests;
  /** Runs `seamark` with these arguments. */
  readonly run: (args: readonly string[], options?: CommandOptions) => Command;
  /** Runs `seamark serve` with this Corefile, where `{$PORT}` is free, and further arguments. It may fail to. */
  readonly launch: (corefile: string, ...rest: Rest) => Promise<Command>;
  /** Launches, and resolves when it is ready. */
  readonly serve: (corefile: string, ...rest: Rest) => Promise<Command>;
  /** Somebody who asks over UDP. */
  readonly asker: (endpoint: Endpoint, server?: Command) => Promise<Asker>;
}

type Rest = [args?: readonly string[], options?: CommandOptions];

export const WWW: Ingress = ingress('web/www', ['www.example.com'], ['192.0.2.1', '2001:db8::1']);

/** Everything that a test opens is closed in reverse; servers that still run are killed. */
export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to see what is used
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'seamark-test-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
  manifests: async ({ folder }, use) => {
    const manifests = new Manifests(join(folder, 'manifests'));
    await mkdir(manifests.path);
    await manifests.write('www.json', WWW);
    await use(manifests);
  },
  run: async ({ task }, use) => {
    await using commands = new AsyncDisposableStack();
    const started: Command[] = [];
    await use((args, options) => {
      const command = commands.use(new Command(args, options));
      started.push(command);
      return command;
    });
    if (task.result?.state === 'fail') {
      for (const command of started) process.stderr.write(`${command.transcript()}\n`);
    }
  },
  launch: async ({ folder, run }, use) => {
    let count = 0;
    await use(async (corefile, args = [], options = {}) => {
      count += 1;
      const config = join(folder, `Corefile.${count}`);
      await writeFile(config, corefile);
      const env = { PORT: String(await freePort()), ...options.env };
      return run(['serve', '--config', config, ...args], { ...options, env });
    });
  },
  serve: async ({ launch }, use) => {
    await use(async (...given) => {
      const server = await launch(...given);
      await server.ready();
      return server;
    });
  },
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to see what is used
  asker: async ({}, use) => {
    await using askers = new AsyncDisposableStack();
    await use(async (endpoint, server) =>
      askers.use(await Asker.open(endpoint, () => server?.transcript() ?? '')),
    );
  },
});

interface CorefileOptions {
  /** Lines of the server block, beside the gateway's. */
  readonly also?: readonly string[];
  /** Of the gateway. */
  readonly options?: readonly string[];
  readonly port?: number;
  readonly bind?: string;
}

/** A Corefile that serves example.com from manifests on 127.0.0.1. */
export const corefile = (manifests: Manifests, given: CorefileOptions = {}): string => {
  const { also = [], options = [], port = '{$PORT}', bind = 'bind 127.0.0.1' } = given;
  return `
.:${port} {
  ${bind}
  ${also.join('\n  ')}
  k8s_gateway example.com {
    manifests ${manifests.path}
    ${options.join('\n    ')}
  }
}
`;
};
