// What the command line and the Corefile can get wrong: refused with 2 before anything is opened.

import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fault, type Outcome } from './harness/command.ts';
import { corefile, test } from './harness/fixtures.ts';

interface Refusal {
  readonly title: string;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const COMMAND_LINES: readonly Refusal[] = [
  {
    title: 'no command',
    args: [],
    says: /no command given: serve, check, explain, dump or compare/,
  },
  { title: 'an unknown command', args: ['sevre'], says: /"sevre"; did you mean "serve"\?/ },
  { title: 'an unknown option', args: ['serve', '--cofnig', 'x'], says: /'--cofnig'/ },
  { title: 'an option without its value', args: ['serve', '--config'], says: /--config/ },
  { title: 'two commands', args: ['serve', 'check'], says: /"check" is too much/ },
  { title: 'no workers', args: ['--workers', '0'], says: /--workers .* 1 to 256, not "0"/ },
  { title: 'too many workers', args: ['--workers', '257'], says: /--workers .*not "257"/ },
  { title: 'workers in words', args: ['--workers', 'two'], says: /--workers .*not "two"/ },
  { title: 'a broken number', args: ['--workers', '1.5'], says: /--workers .*not "1.5"/ },
  { title: 'a negative number', args: ['--workers=-1'], says: /--workers .*not "-1"/ },
  { title: 'workers in words for a check', args: ['check', '--workers', 'abc'], says: /not "abc"/ },
  { title: 'an unknown backend', args: ['--udp', 'xdp'], says: /--udp .*not "xdp"/ },
  { title: 'a port beyond all', args: ['-p', '65536'], says: /--dns\.port .*not "65536"/ },
];

describe('the command line', () => {
  test.for([...COMMAND_LINES])(
    'refuses $title',
    async ({ args, says }, { folder, manifests, run }) => {
      const config = join(folder, 'Corefile');
      await writeFile(config, corefile(manifests, { port: 1053 }));
      const isWhole = args.length === 0 || !args[0]?.startsWith('-');
      const outcome = await run(isWhole ? args : ['serve', '-c', config, ...args]).outcome();
      expect(refusal(outcome)).toMatch(says);
    },
  );

  test('prints its version', async ({ run }) => {
    const { code, stdout, stderr } = await run(['--version']).outcome();
    expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
    expect(stdout).toMatch(/^seamark \d+\.\d+\.\d+\n$/);
  });

  test.for(['--help', '-h', 'help'])('prints its help for %s', async (word, { run }) => {
    const { code, stdout, stderr } = await run([word]).outcome();
    expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
    expect(stdout).toMatch(/^Usage: seamark COMMAND/);
  });

  test('checks a Corefile and opens nothing', async ({ folder, manifests, run }) => {
    await using held = await hold();
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile(manifests, { port: held.port }));
    const { code, stdout, stderr } = await run(['check', '--config', config]).outcome();
    expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
    expect(stdout).toContain(`127.0.0.1:${held.port}`);
  });

  test('is part of what a check describes', async ({ folder, manifests, run }) => {
    const config = join(folder, 'Corefile');
    await writeFile(config, corefile(manifests, { port: 1053, also: ['workers 2'] }));
    const says = async (...args: string[]): Promise<string | undefined> => {
      const { stdout } = await run(['check', '--config', config, ...args]).outcome();
      return /^workers +(.*)$/m.exec(stdout)?.[1];
    };
    expect(await says()).toBe('2 for UDP');
    expect(await says('--workers', '3', '--pin')).toBe('3 for UDP, pinned to cores');
  });
});

describe.for(['serve', 'check'])('seamark %s', (command) => {
  test('refuses an absent Corefile', async ({ run }) => {
    const outcome = await run([command, '--config', '/nowhere/Corefile']).outcome();
    expect(refusal(outcome)).toMatch(
      /can't read the configuration \/nowhere\/Corefile: there is no such file; name another with --config/,
    );
  });

  test('looks for ./Corefile', async ({ folder, run }) => {
    const outcome = await run([command], { cwd: folder }).outcome();
    expect(refusal(outcome)).toMatch(/can't read the configuration \S*Corefile/);
  });

  test('refuses a Corefile with its file, line and column, and opens nothing', async ({
    folder,
    run,
  }) => {
    await using held = await hold();
    const config = join(folder, 'Corefile');
    const ready = `ready 127.0.0.1:${held.port}`;
    await writeFile(config, `. {\n  bind 127.0.0.1\n  ${ready}\n  k8s_gatway example.com\n}\n`);
    const outcome = await run([command, '--config', config]).outcome();
    expect(refusal(outcome)).toMatch(/Corefile:4:3: .*"k8s_gatway"[\s\S]*k8s_gateway/);
  });
});

/** What it said, having refused: nothing on stdout, and no log line. */
const refusal = ({ code, stdout, stderr, log }: Outcome): string => {
  expect({ code, stdout, log }).toEqual({ code: 2, stdout: '', log: [] });
  return stderr.join('\n');
};

interface Held extends AsyncDisposable {
  readonly port: number;
}

/** Holds a TCP port of 127.0.0.1: whoever wanted it nonetheless would have to say so. */
const hold = async (): Promise<Held> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return {
    port: address.port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

test('a command that could not print ends with 1', async ({ folder, manifests, run }) => {
  const config = join(folder, 'Corefile');
  await writeFile(config, corefile(manifests));
  const full = { preload: fault('full-stdout'), env: { PORT: '5300' } };
  for (const args of [['check'], ['explain', 'www.example.com', '--no-ask']]) {
    const { code, stderr } = await run([...args, '--config', config], full).outcome();
    expect({ args, code, said: stderr.join('\n') }).toEqual({
      ...{ args, code: 1 },
      said: expect.stringContaining('ENOSPC'),
    });
  }
});
