import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CertificateMaker, pem } from '../../../../../test/support/certificates.ts';
import type { TlsConfig } from '../../config/server-config.ts';
import { Certificate, type CertificateCounters } from './certificate.ts';

const maker = new CertificateMaker();
afterAll(() => maker[Symbol.dispose]());

const first = maker.make('first');
const second = maker.make('second');
const old = maker.make('old', { days: -3 });

/** As kubelet mounts a Secret: names lead through a link that is swapped. */
class Mount {
  readonly folder: string;
  #generation = 0;

  constructor(name: string) {
    this.folder = maker.path(name);
    mkdirSync(this.folder);
    for (const file of ['tls.crt', 'tls.key'])
      symlinkSync(`..data/${file}`, `${this.folder}/${file}`);
  }

  put({ certificate, key }: { certificate: string; key: string }): void {
    this.#generation += 1;
    const data = `..${this.#generation}`;
    mkdirSync(`${this.folder}/${data}`);
    cpSync(certificate, `${this.folder}/${data}/tls.crt`);
    cpSync(key, `${this.folder}/${data}/tls.key`);
    symlinkSync(data, `${this.folder}/..next`);
    renameSync(`${this.folder}/..next`, `${this.folder}/..data`);
    rmSync(`${this.folder}/..${this.#generation - 1}`, { recursive: true, force: true });
  }

  get config(): TlsConfig {
    return {
      ...{ certificate: `${this.folder}/tls.crt`, key: `${this.folder}/tls.key` },
      ...{ clientAuth: 'nocert', position: { file: 'Corefile', line: 1, column: 1 } },
    };
  }
}

let notes: { level: string; event: string; text: string }[];
let counters: CertificateCounters;
let renewals: number[];
let mount: Mount;
let mounts = 0;

beforeEach(() => {
  [notes, counters, renewals] = [[], { renewals: 0, failures: 0 }, []];
  mounts += 1;
  mount = new Mount(`mount-${mounts}`);
});

const open = (): Promise<Certificate> =>
  Certificate.open(
    mount.config,
    (level, event, _, text) => void notes.push({ level, event, text }),
    counters,
    ({ notAfter }) => void renewals.push(notAfter),
  );

test('a Secret that is mounted is followed', async () => {
  mount.put(first);
  const certificate = await open();
  expect(certificate.current.certificate).toBe(pem(first.certificate));
  await certificate.look(false);
  mount.put(second);
  await certificate.look(false);
  expect(certificate.current.certificate).toBe(pem(second.certificate));
  expect(renewals).toEqual([certificate.current.notAfter]);
  expect(notes.map(({ level, event }) => [level, event])).toEqual([
    ['info', 'certificate-renewed'],
  ]);
  // The same once more is nothing new.
  mount.put(second);
  await certificate.look(false);
  expect([renewals.length, notes.length]).toEqual([1, 1]);
});

describe('what can not be used', () => {
  test('leaves the one of before, and is told once, at the second look', async () => {
    mount.put(first);
    const certificate = await open();
    mount.put({ certificate: second.certificate, key: first.key });
    await certificate.look(false);
    expect(notes).toEqual([]);
    await certificate.look(false);
    await certificate.look(false);
    await certificate.look(true);
    expect(notes.map(({ level, event }) => [level, event])).toEqual([
      ['warn', 'certificate-not-renewed'],
    ]);
    expect(notes[0]?.text).toMatch(
      /^Corefile:1:1: the key .*tls.key is not that of .*tls.crt: .*; the certificate of before is served on, which is good until 20/,
    );
    expect(certificate.current.certificate).toBe(pem(first.certificate));
    expect(counters).toEqual({ renewals: 0, failures: 1 });
  });

  test('is told at once to who asks', async () => {
    mount.put(first);
    const certificate = await open();
    rmSync(`${mount.folder}/..data`);
    await certificate.look(true);
    expect(notes.map(({ event }) => event)).toEqual(['certificate-not-renewed']);
    expect(notes[0]?.text).toContain('there is no such file');
  });

  test('is forgotten when it can be used', async () => {
    mount.put(first);
    const certificate = await open();
    // Written one after the other, as an ACME client may.
    rmSync(`${mount.folder}/tls.key`);
    rmSync(`${mount.folder}/tls.crt`);
    writeFileSync(`${mount.folder}/tls.crt`, pem(second.certificate));
    await certificate.look(false);
    writeFileSync(`${mount.folder}/tls.key`, pem(second.key));
    await certificate.look(false);
    expect(notes.map(({ event }) => event)).toEqual(['certificate-renewed']);
    expect(counters).toEqual({ renewals: 1, failures: 0 });
  });
});

test('one that has expired is served, and told once', async () => {
  mount.put(old);
  const certificate = await open();
  await certificate.look(false);
  expect(notes).toMatchObject([{ level: 'warn', event: 'certificate-not-valid' }]);
  expect(notes[0]?.text).toMatch(
    /has expired: it was good until 20.*; clients that verify it stay/,
  );
  mount.put(first);
  await certificate.look(false);
  expect(notes.map(({ event }) => event)).toEqual([
    ...['certificate-not-valid', 'certificate-renewed'],
  ]);
});
