import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A user whose credentials come from an exec plugin with this JavaScript. */
export function execUser(script: string): object {
  const apiVersion = 'client.authentication.k8s.io/v1';
  return { exec: { apiVersion, command: process.execPath, args: ['-e', script] } };
}

/** An exec plugin that asks on stderr, notes its process id in `file`, and waits for ever. */
export function hangingScript(file: string, also = ''): string {
  return `${also}; fs.writeSync(2, 'Password for the\\n cloud: '); ${silentScript(file)}`;
}

/** One that asks nothing, and waits as well. */
export function silentScript(file: string): string {
  const [name, before] = [file, `${file}.new`].map((path) => JSON.stringify(path));
  return `fs.writeFileSync(${before}, String(process.pid)); fs.renameSync(${before}, ${name});
    setInterval(() => {}, 1e6);`;
}

/** The process id in `file`, as soon as it is there; timers may be faked meanwhile. */
export async function pidIn(file: string): Promise<number> {
  while (!existsSync(file)) await nextTurn();
  return Number(readFileSync(file, 'utf8'));
}

/** Whether it runs: one that ended and that nobody has asked after yet doesn't. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const { 0: state } = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return state !== 'Z' && state !== 'X';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
