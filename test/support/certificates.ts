// Certificates for tests, made by `openssl` when they are needed: no key lies in the repository.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a certificate and its key lie, in PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateSpec {
  /** Also the only name it is good for, beside 127.0.0.1. */
  readonly commonName?: string;
  /** Negative: it expired so many days ago. */
  readonly days?: number;
  /** Who signs it; itself by default. */
  readonly issuer?: CertificateFiles;
  readonly isAuthority?: boolean;
}

/** Makes certificates in a folder of its own, which goes with it. */
export class CertificateMaker implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'certificates-'));

  /** Writes `NAME.crt` and `NAME.key`, over those that are there. */
  make(name: string, spec: CertificateSpec = {}): CertificateFiles {
    const { commonName = 'ns1.example.com', days = 30, issuer, isAuthority = false } = spec;
    const files = { certificate: this.path(`${name}.crt`), key: this.path(`${name}.key`) };
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', files.key);
    const request = this.path(`${name}.csr`);
    openssl('req', '-new', '-key', files.key, '-subj', `/CN=${commonName}`, '-out', request);
    const [from, to] = days < 0 ? [days - 10, days] : [0, days];
    const by = issuer ?? files;
    openssl(
      ...['req', '-x509', '-in', request, '-out', files.certificate, '-days', '30'],
      ...(issuer === undefined ? ['-key', by.key] : ['-CA', by.certificate, '-CAkey', by.key]),
      ...['-addext', `basicConstraints=critical,CA:${isAuthority ? 'TRUE' : 'FALSE'}`],
      ...['-addext', `subjectAltName=DNS:${commonName},IP:127.0.0.1`],
    );
    if (from < 0) this.#date(files, from, to, commonName);
    return files;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `openssl ca` alone takes dates in the past, and wants a book-keeping of its own. */
  #date({ certificate, key }: CertificateFiles, from: number, to: number, name: string): void {
    const book = mkdtempSync(join(this.folder, 'ca-'));
    const config = join(book, 'ca.cnf');
    execFileSync('sh', [
      '-c',
      `touch "$0/index.txt"; echo 01 > "$0/serial"; printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index.txt\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n' "$0" "$0" "$0" > "$0/ca.cnf"`,
      book,
    ]);
    const request = this.path(`${name}.dated.csr`);
    openssl('req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', request);
    openssl(
      ...['ca', '-batch', '-config', config, '-selfsign', '-keyfile', key, '-in', request],
      ...['-startdate', dayAt(from), '-enddate', dayAt(to), '-out', certificate, '-notext'],
    );
  }
}

/** Whether certificates can be made here. */
export const hasOpenssl: boolean = existsSync('/usr/bin/openssl');

export const pem = (file: string): string => readFileSync(file, 'latin1');

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** `YYMMDDHHMMSSZ`, so many days from now. */
const dayAt = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;
