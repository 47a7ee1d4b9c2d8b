export type CertificateCode =
  | 'CERTIFICATE_UNREADABLE'
  | 'CERTIFICATE_INVALID'
  | 'CERTIFICATE_KEY_MISMATCH';

/** A certificate, its key or a CA can't be used. The message is one line: where it is configured, which file, why. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly code: CertificateCode;
  readonly file: string;

  constructor(code: CertificateCode, file: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.file = file;
  }
}
