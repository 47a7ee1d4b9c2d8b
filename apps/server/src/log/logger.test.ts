import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { chooseFormat, createLogger, type Logger, type LogOptions } from './logger.ts';
import { isLogMessage, portLogger, relay } from './port-logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'seamark-log-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What has been written by the time `log` returns: nothing is waited for. */
function written(options: LogOptions, log: (logger: Logger) => void): string {
  const path = join(folder, 'log');
  const fd = openSync(path, 'w');
  log(createLogger({ ...options, fd }));
  const text = readFileSync(path, 'utf8');
  closeSync(fd);
  return text;
}

test('a line is an object with time, level, event and msg, written at once', () => {
  const text = written({ format: 'json' }, (logger) =>
    logger.warn({ event: 'port-taken', port: 53 }, 'port 53 is taken'),
  );
  expect(text.endsWith('\n')).toBe(true);
  const { time, ...rest } = JSON.parse(text);
  expect(rest).toEqual({ level: 'warn', event: 'port-taken', port: 53, msg: 'port 53 is taken' });
  expect(new Date(time).toISOString()).toBe(time);
});

test('an error has its type, message and code', () => {
  const err = Object.assign(new TypeError('no'), { code: 'EODD' });
  const text = written({ format: 'json' }, (logger) => logger.error({ event: 'odd', err }, 'odd'));
  expect(JSON.parse(text).err).toMatchObject({ type: 'TypeError', message: 'no', code: 'EODD' });
});

test('lines below the level are not written', () => {
  const text = written({ format: 'json', level: 'warn' }, (logger) => {
    logger.info({ event: 'a' }, 'a');
    logger.error({ event: 'b' }, 'b');
  });
  expect(text.trim().split('\n')).toHaveLength(1);
});

test('for people', () => {
  const text = written({ format: 'pretty' }, (logger) =>
    logger.info({ event: 'started' }, 'hello'),
  );
  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: hello\n {4}event: "started"\n$/);
});

test.each([
  [{}, false, 'json'],
  [{}, true, 'pretty'],
  [{ SEAMARK_LOG: 'pretty' }, false, 'pretty'],
  [{ SEAMARK_LOG: 'json' }, true, 'json'],
  [{ SEAMARK_LOG: 'odd' }, true, 'pretty'],
] as const)('%o on a terminal: %s', (environment, isTerminal, format) => {
  expect(chooseFormat(environment, isTerminal)).toBe(format);
});

test('a worker line arrives as if logged here, errors included', async () => {
  const { port1, port2 } = new MessageChannel();
  const cause = new Error('below');
  const err = Object.assign(new RangeError('far', { cause }), { code: 'EFAR' });
  portLogger(port1).error({ event: 'died', err, callback: () => 1 }, 'a worker died');
  const [message] = await once(port2, 'message');
  port1.close();
  if (!isLogMessage(message)) throw new Error('not a line');
  const text = written({ format: 'json' }, (logger) => relay(logger, message, { worker: 3 }));
  expect(JSON.parse(text)).toMatchObject({
    level: 'error',
    event: 'died',
    worker: 3,
    callback: '() => 1',
    err: { type: 'RangeError', message: 'far', code: 'EFAR', cause: { message: 'below' } },
    msg: 'a worker died',
  });
  expect([isLogMessage(null), isLogMessage('log'), isLogMessage({ kind: 'other' })]).toEqual([
    false,
    false,
    false,
  ]);
});

const script = (body: string): string => `
  import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)};
  const logger = createLogger({ format: 'json' });
  ${body}
`;

function run(body: string) {
  return spawn(process.execPath, ['--input-type=module', '--eval', script(body)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('the last of many lines before process.exit() is not lost, however slow the reader', async () => {
  const child = run(`
    for (let i = 0; i < 5000; i++) logger.info({ event: 'n', i }, 'x'.repeat(50));
    process.exit(3);
  `);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(3);
  const lines = text.trim().split('\n');
  expect(lines).toHaveLength(5000);
  expect(JSON.parse(lines.at(-1) ?? '').i).toBe(4999);
});

test('a reader that has gone does not end the process', async () => {
  const child = run(`
    process.stdout.write('up');
    setInterval(() => logger.info({ event: 'tick' }, 'tick'), 1);
    setTimeout(() => process.exit(4), 100);
  `);
  await once(child.stdout, 'data');
  child.stderr.destroy();
  expect(await once(child, 'close')).toEqual([4, null]);
});

test('a reader that stalls holds up neither timers nor the exit', async () => {
  const child = run(`
    for (let i = 0; i < 20000; i++) logger.info({ event: 'n', i }, 'x'.repeat(500));
    setTimeout(() => process.stdout.write('not blocked'), 1);
    process.on('SIGTERM', () => process.exit(5));
    setInterval(() => {}, 1000);
  `);
  const [said] = await once(child.stdout, 'data');
  expect(String(said)).toBe('not blocked');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(5);
});

test('lines that were lost are counted where they would have stood', async () => {
  const child = run(`
    for (let i = 0; i < 20000; i++) logger.info({ event: 'n', i }, 'x'.repeat(500));
    process.stdout.write('full');
    setInterval(() => {}, 1000);
  `);
  await once(child.stdout, 'data');
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.includes('log-lines-lost')) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const lines = text.trim().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '');
  expect(last.event).toBe('log-lines-lost');
  expect(last.count + lines.length - 1).toBe(20000);
});
