// The data set as Kubernetes objects, and as the files that Seamark reads them from.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ingress, type KubeObject, service } from '../../test/support/kube/objects.ts';
import { type Dataset, NAME_SERVER } from './names.ts';

export const NAMESPACE = 'bench';

/** Objects a file. A JSON List is read faster than as many YAML documents, and small ones in parallel. */
const OBJECTS_PER_FILE = 1000;

/** Namespace and name of the Ingress of the host with this index, the hosts of one address counted first. */
export function ingressPath(index: number): string {
  return `${NAMESPACE}/i${index}`;
}

/** One Ingress for each host, and the Service that the zone's apex is named after. */
export function* toObjects({ hosts, wildcards, multis }: Dataset): Generator<KubeObject> {
  const { namespace, name, address } = NAME_SERVER;
  yield service(`${namespace}/${name}`, [address]);
  let index = 0;
  for (const group of [hosts, wildcards, multis]) {
    for (const host of group) yield ingress(ingressPath(index++), [host.name], host.addresses);
  }
}

/** Writes the files into `folder`, which is made. */
export async function writeManifests(folder: string, data: Dataset): Promise<void> {
  await mkdir(folder, { recursive: true });
  let items: KubeObject[] = [];
  let files = 0;
  const flush = async (): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items };
    await writeFile(join(folder, `${files++}.json`), JSON.stringify(list));
    items = [];
  };
  for (const object of toObjects(data)) {
    items.push(object);
    if (items.length === OBJECTS_PER_FILE) await flush();
  }
  await flush();
}
