import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from '../../config/server-config.ts';
import { formatPosition } from '../../corefile/token.ts';
import { type CertificateCode, CertificateError } from './certificate-error.ts';

/** A certificate with its key, found to fit, and whoever signs those of clients. */
export interface Credentials {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly ca?: string;
  /** Milliseconds since the epoch, of the server's own certificate. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Another for other files. */
  readonly digest: string;
}

/** How often files are read anew that change while they are read. */
const ATTEMPTS = 3;

/**
 * Reads what a `tls` names, and makes sure that it can be served.
 *
 * @throws CertificateError
 */
export async function readCredentials(config: TlsConfig): Promise<Credentials> {
  const files = await readTogether(config);
  return checkCredentials(config, files);
}

interface Files {
  readonly certificate: string;
  readonly key: string;
  readonly ca?: string;
}

/** All of one moment: a Secret that is mounted changes its files at once, and not while we read one after the other. */
async function readTogether(config: TlsConfig): Promise<Files> {
  let before = await readOnce(config);
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const now = await readOnce(config);
    if (digestOf(now) === digestOf(before)) break;
    before = now;
  }
  return before;
}

async function readOnce(config: TlsConfig): Promise<Files> {
  const certificate = await read('certificate', config.certificate, config);
  const key = await read('key', config.key, config);
  const { ca } = config;
  return ca === undefined
    ? { certificate, key }
    : { certificate, key, ca: await read('CA', ca, config) };
}

async function read(what: string, file: string, config: TlsConfig): Promise<string> {
  try {
    return await readFile(file, 'latin1');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const reason = REASONS[code] ?? code;
    throw failure(config, 'CERTIFICATE_UNREADABLE', file, `can't read the ${what}`, reason, cause);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; mend the path, or mount what holds it',
  EACCES: "permission denied; let the server's user read it",
  EISDIR: 'it is a directory; name the file in it',
  ENOTDIR: 'a part of the path is no directory',
};

function checkCredentials(config: TlsConfig, files: Files): Credentials {
  const [own] = parseCertificates('certificate', files.certificate, config.certificate, config);
  const key = parseKey(files.key, config);
  if (own === undefined || !own.checkPrivateKey(key)) {
    const what = `the key ${config.key} is not that of`;
    const reason = `it is the first certificate in the file that counts (${own?.subject.replaceAll('\n', ', ')}); write both files anew from one issue`;
    throw failure(config, 'CERTIFICATE_KEY_MISMATCH', config.certificate, what, reason);
  }
  if (files.ca !== undefined && config.ca !== undefined) {
    parseCertificates('CA', files.ca, config.ca, config);
  }
  try {
    createSecureContext({ cert: files.certificate, key: files.key, ca: files.ca });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = 'OpenSSL does not take the certificate';
    throw failure(config, 'CERTIFICATE_INVALID', config.certificate, what, reason, cause);
  }
  return {
    ...files,
    notBefore: own.validFromDate.getTime(),
    notAfter: own.validToDate.getTime(),
    digest: digestOf(files),
  };
}

function parseCertificates(
  what: string,
  text: string,
  file: string,
  config: TlsConfig,
): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    const reason = 'it holds no "-----BEGIN CERTIFICATE-----": it must be PEM';
    throw failure(config, 'CERTIFICATE_INVALID', file, `can't use the ${what}`, reason);
  }
  return blocks.map((block, i) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      const which = blocks.length === 1 ? 'it' : `number ${i + 1} in it`;
      const reason = `${which} is no certificate (${cause instanceof Error ? cause.message : cause})`;
      throw failure(config, 'CERTIFICATE_INVALID', file, `can't use the ${what}`, reason, cause);
    }
  });
}

function parseKey(text: string, config: TlsConfig): KeyObject {
  const { key: file } = config;
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const reason = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)
      ? 'it is encrypted; store it without a passphrase, readable by the server alone'
      : /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)
        ? `it is no private key (${cause instanceof Error ? cause.message : cause})`
        : 'it holds no "-----BEGIN PRIVATE KEY-----": it must be PEM';
    throw failure(config, 'CERTIFICATE_INVALID', file, "can't use the key", reason, cause);
  }
}

function failure(
  { position }: TlsConfig,
  code: CertificateCode,
  file: string,
  what: string,
  reason: string,
  cause?: unknown,
): CertificateError {
  const text = `${formatPosition(position)}: ${what} ${file}: ${reason}`;
  return new CertificateError(code, file, text, cause);
}

function digestOf({ certificate, key, ca = '' }: Files): string {
  return createHash('sha256')
    .update(JSON.stringify([certificate, key, ca]))
    .digest('hex');
}
