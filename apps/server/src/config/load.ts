import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CorefileErrors } from '../corefile/errors.ts';
import { parseCorefile } from '../corefile/parse.ts';
import type { ParseHost } from '../corefile/parse-host.ts';
import { type CompileOptions, compileConfig } from './compile.ts';
import type { ServerConfig } from './server-config.ts';

export interface LoadOptions extends CompileOptions {
  /** `process.env` by default. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The configuration file itself can't be read; the cause is the file system's error. */
export class ConfigUnreadableError extends Error {
  override readonly name = 'ConfigUnreadableError';
  readonly code = 'CONFIG_UNREADABLE';

  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`can't read the configuration ${file}: ${reason}; name another with --config FILE`, {
      cause,
    });
  }
}

/** What a Corefile said when it was read, and what of the disk that depends on. */
export interface ConfigReading {
  /** ConfigUnreadableError, or CorefileErrors for anything wrong in what was read. */
  readonly result: { readonly config: ServerConfig } | { readonly error: Error };
  /** The text of each file, imported ones included, in the order of reading; undefined for one that can't be read. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

/** Reads, parses and compiles a Corefile from disk, and remembers the files that it was made of. */
export function readConfig(file: string, options: LoadOptions = {}): ConfigReading {
  const files = new Map<string, string | undefined>();
  const readFile = (path: string): string => {
    files.set(path, undefined);
    const text = readText(path);
    files.set(path, text);
    return text;
  };
  try {
    return { result: { config: compileFile(file, readFile, options) }, files };
  } catch (error) {
    if (error instanceof ConfigUnreadableError || error instanceof CorefileErrors)
      return { result: { error }, files };
    throw error;
  }
}

/**
 * Reads, parses and compiles a Corefile from disk.
 *
 * @throws ConfigUnreadableError, or CorefileErrors for anything wrong in what was read.
 */
export function loadConfig(file: string, options: LoadOptions = {}): ServerConfig {
  return compileFile(file, readText, options);
}

function compileFile(
  file: string,
  readFile: ParseHost['readFile'],
  options: LoadOptions,
): ServerConfig {
  let text: string;
  try {
    text = readFile(file);
  } catch (cause) {
    throw new ConfigUnreadableError(file, cause);
  }
  const environment = options.environment ?? process.env;
  const host = { ...diskHost, readFile, environment };
  return compileConfig(parseCorefile(text, file, host), options);
}

const diskHost: Pick<ParseHost, 'listDirectory'> = {
  listDirectory(path) {
    try {
      return readdirSync(path).map((name) => ({
        name,
        isDirectory: isDirectory(join(path, name)),
      }));
    } catch {
      return [];
    }
  },
};

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
};

function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new Error('it is not UTF-8', { cause });
    throw new Error(REASONS[code] ?? code, { cause });
  }
}
