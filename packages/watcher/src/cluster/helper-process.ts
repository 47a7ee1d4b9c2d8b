import { type ChildProcess, fork } from 'node:child_process';
import type { KubeconfigLocation } from './access.ts';
import { type AccessReply, saidNothing, shorten } from './access-reply.ts';
import { ConnectionError, messageOf } from './failure.ts';

export interface HelperLimits {
  /** After this the helper's process group gets SIGTERM, which ends an exec plugin and lets the helper tell. */
  readonly replyMs: number;
  /** After this SIGKILL. */
  readonly killMs: number;
}

/** Plugins take seconds when they ask a cloud; whoever is at a prompt for longer is not there. */
const defaultLimits: HelperLimits = { replyMs: 30_000, killMs: 32_000 };

/** Of stderr, which nobody reads unless the helper fails. */
const longestStderr = 4096;

/**
 * Has a kubeconfig read by a process that ends with its reply. client-node takes 76 MB for good in the process that
 * loads it (2.0.1: 880 exports, most of them generated models), to be asked a few times an hour. A thread
 * would not do: what it leaves behind when it ends was measured at 50 MB. Here it costs half a second of one core, and
 * nothing secret is in arguments, environment or a file: IPC carries it.
 *
 * @throws ConnectionError if there is no reply: it can't be started, dies, takes too long, or `signal` aborts
 */
export function askHelper(
  location: KubeconfigLocation,
  signal: AbortSignal,
  limits: HelperLimits = defaultLimits,
): Promise<AccessReply> {
  const { promise, resolve, reject } = Promise.withResolvers<AccessReply>();
  if (signal.aborted) return Promise.reject(new ConnectionError('stopped'));
  const fail = (what: string, cause?: unknown): void =>
    reject(new ConnectionError(`no credentials of ${location.file}: ${what}`, { cause }));
  let child: ChildProcess;
  try {
    child = start();
  } catch (error) {
    fail(`their helper process can't be started: ${messageOf(error)}`, error);
    return promise;
  }
  let late = '';
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-longestStderr);
  });
  const tooLate = setTimeout(() => {
    late = `not had within ${limits.replyMs / 1000} s; does an exec plugin wait for input? `;
    killGroup(child, 'SIGTERM');
  }, limits.replyMs);
  const muchTooLate = setTimeout(() => killGroup(child, 'SIGKILL'), limits.killMs);
  const abort = (): void => {
    killGroup(child, 'SIGKILL');
    reject(new ConnectionError('stopped'));
  };
  signal.addEventListener('abort', abort);
  const settle = (): void => {
    clearTimeout(tooLate);
    clearTimeout(muchTooLate);
  };
  child.once('message', (reply: AccessReply) => {
    settle();
    if (late === '' || reply.kind !== 'failed') return resolve(reply);
    const said = reply.message === saidNothing ? '' : reply.message;
    resolve({ ...reply, message: `${late}${said}`.trim() });
  });
  child.once('error', (error) => {
    settle();
    fail(`their helper process can't be started: ${messageOf(error)}`, error);
  });
  child.once('close', (code, by) => {
    settle();
    signal.removeEventListener('abort', abort);
    const said = stderr === '' ? '' : `: ${shorten(stderr)}`;
    fail(`${late}their helper process ended with ${by ?? `status ${code}`}${said}`);
  });
  // What keeps it from being sent ends the process as well, which is told above.
  child.send(location, () => {});
  return promise;
}

function start(): ChildProcess {
  const source = import.meta.url.endsWith('.ts');
  const entry = new URL(source ? './access-helper.ts' : './access-helper.js', import.meta.url);
  return fork(entry, [], {
    // Sources name each other by a condition that the published package does not need.
    execArgv: source ? ['--conditions=seamark-source'] : [],
    // A group of its own: exec plugins end with it, and a Ctrl-C in the terminal is the server's alone.
    detached: true,
    // Buffers stay buffers.
    serialization: 'advanced',
    // stdout may be where the log goes; stdin is nobody's.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Where there are no process groups.
    child.kill(signal);
  }
}
