import { readFile } from 'node:fs/promises';
import { isCookieSecret } from '../config/directives/cookies.ts';
import type { CookieSecretsConfig } from '../config/server-config.ts';
import type { Logger } from '../log/logger.ts';
import { type CookieKeeper, MOST_COOKIE_SECRETS } from '../workers/cookie-memory.ts';

/** How often a file is looked at: a mounted Secret of Kubernetes changes within a minute or two itself. */
const LOOK_EVERY_MS = 10_000;

/** The secrets of `cookies` cannot be had. The message is one line: what, where, what to do. */
export class CookieSecretsError extends Error {
  override readonly name = 'CookieSecretsError';
  readonly code = 'COOKIE_SECRETS_UNREADABLE';

  constructor(file: string, reason: string, cause?: unknown) {
    super(
      `cannot read the cookie secrets of ${file}: ${reason}; it takes one to ${MOST_COOKIE_SECRETS} lines of 32 ` +
        'hexadecimal digits, as "openssl rand -hex 16" makes them',
      { cause },
    );
  }
}

/**
 * Keeps the secrets of a fleet in the threads' memory: those of the configuration, or of a file, which is read again
 * every ten seconds. What cannot be read then changes nothing.
 */
export class CookieSecrets {
  private readonly keeper: CookieKeeper;
  private readonly log: Logger;
  private file: string | undefined;
  /** As it was taken in last. */
  private text = '';
  private complained = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(keeper: CookieKeeper, log: Logger) {
    this.keeper = keeper;
    this.log = log;
  }

  /**
   * Reads what a configuration asks for.
   *
   * @returns goes over to it; without that nothing has changed
   * @throws CookieSecretsError
   */
  async prepare(config: CookieSecretsConfig | undefined): Promise<() => void> {
    if (config === undefined) return () => this.take(undefined, '', []);
    if ('secrets' in config) {
      const secrets = config.secrets.map((hex) => Buffer.from(hex, 'hex'));
      return () => this.take(undefined, '', secrets);
    }
    const { file } = config;
    const text = await readSecretFile(file);
    const secrets = parseSecrets(file, text);
    return () => this.take(file, text, secrets);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks whether the file is another; for the timer, and for tests. */
  async look(): Promise<void> {
    const { file } = this;
    if (file === undefined) return;
    try {
      const text = await readSecretFile(file);
      if (file !== this.file) return;
      const secrets = parseSecrets(file, text);
      this.complained = '';
      if (text === this.text) return;
      this.text = text;
      this.keeper.use(secrets);
      this.log.info(
        { event: 'cookie-secrets-changed', file, secrets: secrets.length },
        `${file} has changed: cookies are made with its first secret, and known by all ${secrets.length}`,
      );
    } catch (error) {
      if (!(error instanceof CookieSecretsError)) throw error;
      if (error.message === this.complained) return;
      this.complained = error.message;
      const text = `${error.message}; cookies go on with those it had`;
      this.log.error({ event: 'cookie-secrets-unreadable', file, err: error }, text);
    }
  }

  private take(file: string | undefined, text: string, secrets: readonly Uint8Array[]): void {
    clearInterval(this.timer);
    this.file = file;
    this.text = text;
    this.complained = '';
    this.keeper.use(secrets);
    if (file !== undefined) this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

async function readSecretFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CookieSecretsError(file, REASONS[code] ?? code, cause);
  }
}

function parseSecrets(file: string, text: string): Uint8Array[] {
  const secrets: Uint8Array[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const word = line.replace(/#.*/, '').trim();
    if (word === '') continue;
    // The line's number and not its text, which may be a secret but for a slip.
    if (!isCookieSecret(word)) throw new CookieSecretsError(file, `line ${i + 1} is no secret`);
    secrets.push(Buffer.from(word, 'hex'));
  }
  if (secrets.length === 0) throw new CookieSecretsError(file, 'it has no secret');
  if (secrets.length > MOST_COOKIE_SECRETS) {
    throw new CookieSecretsError(file, `it has ${secrets.length} secrets`);
  }
  return secrets;
}
