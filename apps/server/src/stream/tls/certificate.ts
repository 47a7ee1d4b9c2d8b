import { stat } from 'node:fs/promises';
import type { TlsConfig } from '../../config/server-config.ts';
import { formatPosition } from '../../corefile/token.ts';
import { CertificateError } from './certificate-error.ts';
import { type Credentials, readCredentials } from './credentials.ts';

/** For the log. */
export type CertificateNote = (
  level: 'info' | 'warn',
  event: string,
  fields: Readonly<Record<string, unknown>>,
  text: string,
) => void;

/** What became of reading the files again. */
export interface CertificateCounters {
  renewals: number;
  /** Times that files had changed and could not be used. */
  failures: number;
}

/** The certificate of one `tls`, as its files have it now, or had it when they were good last. */
export class Certificate {
  current: Credentials;
  private readonly config: TlsConfig;
  private readonly note: CertificateNote;
  private readonly counters: CertificateCounters;
  private readonly renewed: (credentials: Credentials) => void;
  private stamp: string;
  /** Found wrong at the last look, and not told yet. */
  private suspect = '';
  /** Told last. */
  private told = '';
  /** What of its validity was told last. */
  private validity: 'good' | 'early' | 'over' = 'good';
  private looking: Promise<void> = Promise.resolve();

  private constructor(
    config: TlsConfig,
    [credentials, stamp]: readonly [Credentials, string],
    note: CertificateNote,
    counters: CertificateCounters,
    renewed: (credentials: Credentials) => void,
  ) {
    this.config = config;
    this.current = credentials;
    this.stamp = stamp;
    this.note = note;
    this.counters = counters;
    this.renewed = renewed;
    this.noteValidity();
  }

  /**
   * @param renewed called when the files have come to hold another certificate that can be used
   * @throws CertificateError
   */
  static async open(
    config: TlsConfig,
    note: CertificateNote,
    counters: CertificateCounters,
    renewed: (credentials: Credentials) => void,
  ): Promise<Certificate> {
    // Before the files: what changes while they are read is seen at the next look.
    const stamp = await stampOf(config);
    const credentials = await readCredentials(config);
    return new Certificate(config, [credentials, stamp], note, counters, renewed);
  }

  get file(): string {
    return this.config.certificate;
  }

  /**
   * Reads the files again where they are others than before.
   *
   * @param isAsked whether somebody has asked for it: then what is wrong is told at once. Files that are merely found to
   *   be wrong may be half written, and have until the next look.
   */
  look(isAsked: boolean): Promise<void> {
    this.looking = this.looking.then(() => this.read(isAsked));
    return this.looking;
  }

  private async read(isAsked: boolean): Promise<void> {
    this.noteValidity();
    const stamp = await stampOf(this.config);
    if (stamp === this.stamp) return;
    let next: Credentials;
    try {
      next = await readCredentials(this.config);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      // The stamp stays as it is: it is tried again at each look, until it can be used.
      this.fail(error, `${stamp} ${error.message}`, isAsked);
      return;
    }
    this.stamp = stamp;
    this.suspect = '';
    this.told = '';
    if (next.digest === this.current.digest) return;
    this.current = next;
    this.validity = 'good';
    this.counters.renewals += 1;
    this.renewed(next);
    const until = new Date(next.notAfter).toISOString();
    const { certificate } = this.config;
    const fields = { certificate, notAfter: until };
    this.note(
      ...(['info', 'certificate-renewed', fields] as const),
      `the certificate ${certificate} was read again: it is good until ${until}`,
    );
    this.noteValidity();
  }

  private fail({ code, file, message }: CertificateError, what: string, isAsked: boolean): void {
    if (what === this.told) return;
    if (!isAsked && what !== this.suspect) {
      this.suspect = what;
      return;
    }
    this.told = what;
    this.counters.failures += 1;
    const { certificate } = this.config;
    const until = new Date(this.current.notAfter).toISOString();
    const text = `${message}; the certificate of before is served on, which is good until ${until}`;
    this.note('warn', 'certificate-not-renewed', { certificate, file, code }, text);
  }

  /** Each once for each certificate. */
  private noteValidity(): void {
    const { notAfter, notBefore } = this.current;
    const now = Date.now();
    const isOver = now > notAfter;
    const validity = isOver ? 'over' : now < notBefore ? 'early' : 'good';
    if (validity === this.validity) return;
    this.validity = validity;
    if (validity === 'good') return;
    const { certificate, position } = this.config;
    const when = new Date(isOver ? notAfter : notBefore).toISOString();
    const what = isOver ? `has expired: it was good until ${when}` : `is good only from ${when} on`;
    const text = `${formatPosition(position)}: the certificate ${certificate} ${what}; clients that verify it stay away`;
    this.note('warn', 'certificate-not-valid', { certificate, when }, text);
  }
}

/** Another whenever a file was written or another lies in its place, behind whatever links. */
async function stampOf({ certificate, key, ca }: TlsConfig): Promise<string> {
  const files = ca === undefined ? [certificate, key] : [certificate, key, ca];
  const stamps = await Promise.all(
    files.map((file) =>
      stat(file, { bigint: true }).then(
        ({ dev, ino, size, mtimeNs, ctimeNs }) => [dev, ino, size, mtimeNs, ctimeNs].join(' '),
        ({ code }: NodeJS.ErrnoException) => String(code),
      ),
    ),
  );
  return stamps.join('; ');
}
