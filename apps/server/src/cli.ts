import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SpareThread } from './supervisor/spare-thread.ts';

// Before anything else is loaded, so that both threads load at the same time.
const spare: SpareThread | undefined = process.argv.includes('serve')
  ? new SpareThread()
  : undefined;

const { ConfigUnreadableError, describeConfig, loadConfig, MOST_WORKERS } = await import(
  './config/index.ts'
);
const { CorefileErrors } = await import('./corefile/errors.ts');
const { nearest } = await import('./corefile/nearest.ts');

/** Exit statuses: what a supervisor or a script can act on. */
const EXIT = { OK: 0, FAILED: 1, REFUSED: 2 } as const;

const HELP = `Usage: seamark COMMAND [OPTIONS]

Authoritative DNS for the edge of Kubernetes.

Commands:
  serve   answer queries, in the foreground, until SIGTERM or SIGINT
  check   read the configuration, say what it means or what is wrong with it, and exit

Options:
  -c, --config FILE     the Corefile (default: ./Corefile)
  -p, --dns.port PORT   the port of server blocks that name none (default: 53)
      --workers N       UDP worker threads (default: what the Corefile says, or one per core)
      --pin, --no-pin   keep each on a core, or not (default: what the Corefile says, or not)
      --udp BACKEND     batched (recvmmsg/sendmmsg, Linux), dgram (portable), or auto (default)
      --version         print the version and exit
  -h, --help            print this and exit

Exit status: 0 done or stopped as asked; 1 cannot serve; 2 the configuration or the command line
was refused. Documentation: docs/ in the repository.
`;

const OPTIONS = {
  config: { type: 'string', short: 'c', default: 'Corefile' },
  'dns.port': { type: 'string', short: 'p', default: '53' },
  workers: { type: 'string' },
  pin: { type: 'boolean' },
  udp: { type: 'string', default: 'auto' },
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
  if (command === undefined) throw new UsageError('no command given: serve or check');
  if (rest.length > 0) throw new UsageError(`"${rest.join(' ')}" is too much: only one command`);
  const defaultPort = integer('--dns.port', values['dns.port'], 0, 65535);
  const options = {
    defaultPort,
    ...(values.workers === undefined ? {} : { workers: workersGiven(values.workers) }),
    ...(values.pin === undefined ? {} : { pin: values.pin }),
  };
  const udp = backend(values.udp);
  switch (command) {
    case 'check': {
      const config = loadConfig(values.config, options);
      process.stdout.write(describeConfig(config));
      return EXIT.OK;
    }
    case 'serve': {
      const config = loadConfig(values.config, options);
      // Only here: the other commands need none of it.
      const { createLogger } = await import('./log/logger.ts');
      const { serve } = await import('./serve.ts');
      return await serve(config, { log: createLogger(), version: version(), udp, spare });
    }
    default: {
      const meant = nearest(command, ['serve', 'check', 'help']);
      const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
      throw new UsageError(`unknown command "${command}"${hint}`);
    }
  }
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
  // Threads are told to end, not waited for beyond their time; what was logged has been written.
  if (process.argv.includes('serve')) process.exit(status);
  process.exitCode = status;
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
