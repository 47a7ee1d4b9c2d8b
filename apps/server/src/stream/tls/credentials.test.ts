import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { CertificateMaker, pem } from '../../../../../test/support/certificates.ts';
import type { TlsConfig } from '../../config/server-config.ts';
import { CertificateError } from './certificate-error.ts';
import { readCredentials } from './credentials.ts';

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());

const good = maker.make('good');
const other = maker.make('other');
const position = { file: 'Corefile', line: 3, column: 5 };
const config = (more: Partial<TlsConfig> = {}): TlsConfig => ({
  ...good,
  ...{ clientAuth: 'nocert', position, ...more },
});

const file = (name: string, text: string): string => {
  const path = maker.path(name);
  writeFileSync(path, text);
  return path;
};

const failure = async (more: Partial<TlsConfig>): Promise<CertificateError> => {
  const error: unknown = await readCredentials(config(more)).catch((caught: unknown) => caught);
  if (error instanceof CertificateError) return error;
  throw new Error(`no CertificateError: ${String(error)}`);
};

test('a certificate, its key and a CA are read together', async () => {
  const credentials = await readCredentials(config({ ca: other.certificate }));
  expect(credentials).toMatchObject({
    ...{ certificate: pem(good.certificate), key: pem(good.key), ca: pem(other.certificate) },
  });
  const days = (credentials.notAfter - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(30);
  const again = await readCredentials(config());
  expect(again.digest).not.toBe(credentials.digest);
  expect((await readCredentials(config())).digest).toBe(again.digest);
});

test('others may stand before and behind a certificate: text, and those it is signed by', async () => {
  const chain = file('chain.crt', `text\n${pem(good.certificate)}${pem(other.certificate)}`);
  await readCredentials(config({ certificate: chain }));
  const turned = file('turned.crt', pem(other.certificate) + pem(good.certificate));
  expect((await failure({ certificate: turned })).code).toBe('CERTIFICATE_KEY_MISMATCH');
});

describe('what can not be used is named with its place, its file and the reason', () => {
  const absent = maker.path('absent.crt');
  mkdirSync(maker.path('folder'));
  const text = file('text.crt', 'no PEM');
  const broken = file('broken.crt', pem(good.certificate).replace(/M/g, 'A'));
  const encrypted = file('encrypted.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n');
  const brokenKey = file(
    'broken.key',
    '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n',
  );

  test.each([
    [
      { certificate: absent },
      'CERTIFICATE_UNREADABLE',
      `can't read the certificate ${absent}: there is no such file`,
    ],
    [{ key: absent }, 'CERTIFICATE_UNREADABLE', `can't read the key ${absent}: there is no such`],
    [
      { ca: absent },
      'CERTIFICATE_UNREADABLE',
      `can't read the CA ${absent}: there is no such file`,
    ],
    [
      { key: maker.path('folder') },
      'CERTIFICATE_UNREADABLE',
      `can't read the key ${maker.path('folder')}: it is a directory`,
    ],
    [
      { certificate: text },
      'CERTIFICATE_INVALID',
      `can't use the certificate ${text}: it holds no "-----BEGIN CERTIFICATE-----": it must be PEM`,
    ],
    [
      { certificate: broken },
      'CERTIFICATE_INVALID',
      `can't use the certificate ${broken}: it is no certificate (`,
    ],
    [{ key: text }, 'CERTIFICATE_INVALID', `can't use the key ${text}: it holds no "-----BEGIN PR`],
    [{ key: brokenKey }, 'CERTIFICATE_INVALID', `can't use the key ${brokenKey}: it is no private`],
    [{ key: encrypted }, 'CERTIFICATE_INVALID', `can't use the key ${encrypted}: it is encrypted;`],
    [{ ca: text }, 'CERTIFICATE_INVALID', `can't use the CA ${text}: it holds no "-----BEGIN CERT`],
    [
      { key: other.key },
      'CERTIFICATE_KEY_MISMATCH',
      `the key ${other.key} is not that of ${good.certificate}: it is the first certificate in the file that counts (CN=ns1.example.com)`,
    ],
  ] as const)('%o', async (more, code, message) => {
    const error = await failure(more);
    expect(error.code).toBe(code);
    const whole = `Corefile:3:5: ${message}`;
    expect(error.message.slice(0, whole.length)).toBe(whole);
  });
});
