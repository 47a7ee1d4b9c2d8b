// The fixture is written twice, as manifests and as master files. Both must say the same.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { foldName, labelsOf } from '../support/dns/index.ts';
import { ZONES } from './harness/rival.ts';

const FOLDER: string = join(import.meta.dirname, 'zone');

/** What both forms have to say about one object, in the fields that make DNS. */
interface KubernetesObject {
  readonly kind: 'Ingress' | 'Service';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly type?: string; readonly rules?: readonly { readonly host: string }[] };
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { ip: string }[] } };
}

const objects = async (): Promise<KubernetesObject[]> => {
  const folder = join(FOLDER, 'manifests');
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
};

const namesOf = ({ kind, metadata, spec }: KubernetesObject): string[] => {
  if (kind === 'Ingress') return (spec.rules ?? []).map(({ host }) => `${foldName(host)}.`);
  if (spec.type !== 'LoadBalancer') return [];
  return ZONES.map((zone) => `${metadata.name}.${metadata.namespace}.${zone}.`);
};

const isServed = (name: string): boolean => ZONES.some((zone) => name.endsWith(`.${zone}.`));

/** `name address`, or `name -` for an object without one. */
const linesOfManifests = async (): Promise<string[]> => {
  const lines = (await objects()).flatMap((object) => {
    const addresses = (object.status.loadBalancer.ingress ?? []).map(({ ip }) => ip);
    return namesOf(object)
      .filter(isServed)
      .flatMap((name) => (addresses.length === 0 ? ['-'] : addresses).map((ip) => `${name} ${ip}`));
  });
  return [...new Set(lines)].sort();
};

const linesOfMasterFile = async (zone: string): Promise<string[]> => {
  const text = await readFile(join(FOLDER, `${zone}.zone`), 'utf8');
  return text.split('\n').flatMap((line) => {
    const [owner = '', , , type, rdata] = line.split(/\s+/);
    const name = `${foldName(owner)}.${zone}.`;
    if (type === 'A' || type === 'AAAA') return [`${name} ${rdata}`];
    return type === 'TYPE65280' ? [`${name} -`] : [];
  });
};

test('the manifests and the master files hold the same names and addresses', async () => {
  const ofMasterFiles = (await Promise.all(ZONES.map(linesOfMasterFile))).flat();
  expect([...new Set(ofMasterFiles)].sort()).toEqual(await linesOfManifests());
});

test('the longest label and the longest name of the fixture are at their limits', async () => {
  const names = (await objects()).flatMap(namesOf);
  const octets = names.map((name) => labelsOf(name));
  expect(Math.max(...octets.flat().map((label) => label.length))).toBe(63);
  expect(Math.max(...names.map((name) => name.length - 1))).toBe(253);
});

test('the Corefile serves the zones of the master files', async () => {
  const corefile = await readFile(join(FOLDER, 'Corefile'), 'utf8');
  expect(corefile).toContain(`k8s_gateway ${ZONES.join(' ')} {`);
});
