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
  readonly kind: 'Ingress' | 'Service' | 'DNSEndpoint';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly type?: string;
    readonly rules?: readonly { readonly host: string }[];
    readonly endpoints?: readonly Endpoint[];
  };
  readonly status?: { readonly loadBalancer: { readonly ingress?: readonly Ingress[] } };
}

interface Endpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly targets: readonly string[];
}

type Ingress = { readonly ip: string } | { readonly hostname: string };

const objects = async (): Promise<KubernetesObject[]> => {
  const folder = join(FOLDER, 'manifests');
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
};

const namesOf = ({ kind, metadata, spec }: KubernetesObject): string[] => {
  if (kind === 'Ingress') return (spec.rules ?? []).map(({ host }) => `${foldName(host)}.`);
  if (kind === 'DNSEndpoint') return (spec.endpoints ?? []).map(nameOf);
  if (spec.type !== 'LoadBalancer') return [];
  return ZONES.map((zone) => `${metadata.name}.${metadata.namespace}.${zone}.`);
};

const nameOf = ({ dnsName }: Endpoint): string => `${foldName(dnsName)}.`;

const isServed = (name: string): boolean => ZONES.some((zone) => name.endsWith(`.${zone}.`));

const recordOf = (ingress: Ingress): string => {
  if ('hostname' in ingress) return `CNAME ${ingress.hostname}.`;
  return `${ingress.ip.includes(':') ? 'AAAA' : 'A'} ${ingress.ip}`;
};

/** `name type RDATA`, or `name -` for an object without an address. */
const linesOf = (object: KubernetesObject): string[] => {
  if (object.kind === 'DNSEndpoint') {
    return (object.spec.endpoints ?? []).flatMap((endpoint) =>
      endpoint.targets.map((target) => `${nameOf(endpoint)} ${endpoint.recordType} ${target}`),
    );
  }
  const records = (object.status?.loadBalancer.ingress ?? []).map(recordOf);
  return namesOf(object)
    .filter(isServed)
    .flatMap((name) => (records.length === 0 ? ['-'] : records).map((says) => `${name} ${says}`));
};

const linesOfManifests = async (): Promise<string[]> =>
  [...new Set((await objects()).flatMap(linesOf))].sort();

const RECORD = /^(?<owner>\S+) +\d+ IN (?<type>\S+) +(?<rdata>.+)$/;

const linesOfMasterFile = async (zone: string): Promise<string[]> => {
  const text = await readFile(join(FOLDER, `${zone}.zone`), 'utf8');
  return text.split('\n').flatMap((line) => {
    const { owner = '', type, rdata } = RECORD.exec(line)?.groups ?? {};
    const name = `${foldName(owner)}.${zone}.`;
    // What a zone has beside its objects: SOA and NS.
    const isOwn = type === 'SOA' || (type === 'NS' && rdata?.startsWith('dns1.'));
    if (type === undefined || isOwn) return [];
    return type === 'TYPE65280' ? [`${name} -`] : [`${name} ${type} ${rdata}`];
  });
};

test('the manifests and the master files hold the same names and records', async () => {
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
