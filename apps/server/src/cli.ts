import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ConfigReading } from './config/index.ts';
import { SpareThread } from './supervisor/spare-thread.ts';

// Before anything else is loaded, so that both threads load at the same time.
const spare: SpareThread | undefined = process.argv.includes('serve')
  ? new SpareThread()
  : undefined;

const { ConfigUnreadableError, describeConfig, loadConfig, MOST_WORKERS, readConfig } =
  await import('./config/index.ts');
const { CorefileErrors } = await import('./corefile/errors.ts');
const { nearest } = await import('./corefile/nearest.ts');

/** Exit statuses: what a supervisor or a script can act on. */
const EXIT = { OK: 0, FAILED: 1, REFUSED: 2, NODATA: 3, NXDOMAIN: 4, NO_ZONE: 5 } as const;

const COMMANDS = ['serve', 'check', 'explain', 'dump', 'compare'] as const;

/** Those that names or zones may follow. */
const TAKES_WORDS: ReadonlySet<string> = new Set(['explain', 'dump', 'compare']);

const HELP = `Usage: seamark COMMAND [OPTIONS]

Authoritative DNS for the edge of Kubernetes.

Commands:
  serve   answer queries, in the foreground, until SIGTERM or SIGINT
  check   read the configuration, say what it means or what is wrong with it, and exit
  explain NAME [TYPE]
          say what NAME is answered, which objects give that, and why others do not
  dump [ZONE...]
          write zones as zone files, of what the sources have now
  compare --with ADDRESS[:PORT] [ZONE...]
          put every name to a running Seamark and to another server, and say what differs and why

Options:
  -c, --config FILE     the Corefile (default: ./Corefile)
  -p, --dns.port PORT   the port of server blocks that name none (default: 53)
      --workers N       UDP worker threads (default: what the Corefile says, or one per core)
      --pin, --no-pin   keep each on a core, or not (default: what the Corefile says, or not)
      --udp BACKEND     batched (recvmmsg/sendmmsg, Linux), dgram (portable), or auto (default)
      --json            explain and compare for programs
      --no-ask          explain and compare without asking a Seamark that runs
      --listener ADDR   explain or compare what is answered behind this listener, ADDRESS:PORT
      --all             compare: show every difference, not three of each reason
      --timeout SECONDS how long explain, dump and compare wait for the sources (default: 30)
      --version         print the version and exit
  -h, --help            print this and exit

Exit status: 0 done or stopped as asked; 1 cannot serve, or cannot tell; 2 the configuration or the
command line was refused; of explain, 3 NODATA, 4 NXDOMAIN, 5 in no zone; of compare, 1 also for a
difference without a known reason.
Documentation: docs/ in the repository.
`;

const OPTIONS = {
  config: { type: 'string', short: 'c', default: 'Corefile' },
  'dns.port': { type: 'string', short: 'p', default: '53' },
  workers: { type: 'string' },
  pin: { type: 'boolean' },
  udp: { type: 'string', default: 'auto' },
  json: { type: 'boolean', default: false },
  ask: { type: 'boolean', default: true },
  listener: { type: 'string' },
  with: { type: 'string' },
  all: { type: 'boolean', default: false },
  timeout: { type: 'string', default: '30' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** A command line that can't be followed. */
class UsageError extends Error {}

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.version) {
    process.stdout.write(`seamark ${version()}\n`);
    return EXIT.OK;
  }
  const [command, ...rest] = positionals;
  if (values.help || command === 'help') {
    process.stdout.write(HELP);
    return EXIT.OK;
  }
  if (command === undefined) {
    throw new UsageError(
      `no command given: ${COMMANDS.slice(0, -1).join(', ')} or ${COMMANDS.at(-1)}`,
    );
  }
  if (rest.length > 0 && !TAKES_WORDS.has(command))
    throw new UsageError(`"${rest.join(' ')}" is too much: only one command`);
  const defaultPort = integer('--dns.port', values['dns.port'], 0, 65535);
  const options = {
    defaultPort,
    product: `Seamark-${version()}`,
    ...(values.workers === undefined ? {} : { workers: workersGiven(values.workers) }),
    ...(values.pin === undefined ? {} : { pin: values.pin }),
  };
  const udp = backend(values.udp);
  const timeout = integer('--timeout', values.timeout, 1, 3600);
  switch (command) {
    case 'check': {
      const config = loadConfig(values.config, options);
      process.stdout.write(describeConfig(config));
      return EXIT.OK;
    }
    case 'serve': {
      const read = (): ConfigReading => readConfig(values.config, options);
      const { result, files } = read();
      if ('error' in result) throw result.error;
      // Only here: the other commands need none of it.
      const { createLogger } = await import('./log/logger.ts');
      const { serve } = await import('./serve.ts');
      const { config } = result;
      const log = createLogger({ level: config.debug ? 'debug' : 'info' });
      return await serve(config, { log, version: version(), udp, spare, files, read });
    }
    case 'explain': {
      const { explain } = await import('./commands/explain.ts');
      const { json, ask, listener } = values;
      return await explain(loadConfig(values.config, options), rest, {
        ...{ version: version(), json, ask, timeout, refuse },
        ...(listener === undefined ? {} : { listener }),
      });
    }
    case 'dump': {
      const { dump } = await import('./commands/dump.ts');
      const config = loadConfig(values.config, options);
      return await dump(config, rest, { version: version(), timeout, refuse });
    }
    case 'compare': {
      const { compare } = await import('./commands/compare/index.ts');
      const { json, ask, all, listener } = values;
      return await compare(loadConfig(values.config, options), rest, {
        ...{ with: values.with, json, ask, all, timeout, refuse },
        ...(listener === undefined ? {} : { listener }),
      });
    }
    default: {
      const meant = nearest(command, [...COMMANDS, 'help']);
      const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
      throw new UsageError(`unknown command "${command}"${hint}`);
    }
  }
}

function refuse(message: string): never {
  throw new UsageError(message);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, allowNegative: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function integer(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}

function workersGiven(text: string): number {
  return integer('--workers', text, 1, MOST_WORKERS);
}

function backend(text: string): 'auto' | 'batched' | 'dgram' {
  if (text === 'auto' || text === 'batched' || text === 'dgram') return text;
  throw new UsageError(`--udp takes auto, batched or dgram, not "${text}"`);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  const status = await main(process.argv.slice(2));
  // What was printed goes out first. Threads are told to end, not waited for beyond their time, and no more is a
  // connection of a command's that nobody answers: a proxy may hold one open for minutes.
  // A write that failed tells of it a turn later. Where nothing is left there is none: who serves has printed nothing,
  // and a stdout that takes nothing is no fault of its then.
  await nextTurn();
  if (!process.stdout.destroyed && process.stdout.writableLength > 0)
    await new Promise<unknown>((resolve) => process.stdout.write('', resolve));
  process.exit(status);
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`seamark: ${error.message}\nseamark --help says more.\n`);
    process.exitCode = EXIT.REFUSED;
  } else if (error instanceof CorefileErrors) {
    process.stderr.write(`${error.render()}\n`);
    process.exitCode = EXIT.REFUSED;
  } else if (error instanceof ConfigUnreadableError) {
    process.stderr.write(`seamark: ${error.message}\n`);
    process.exitCode = EXIT.REFUSED;
  } else {
    throw error;
  }
}
