import type { ClaimedName } from './contract.ts';
import type { Resource } from './resource.ts';
import { listOf, type Shape, shapeOf, textOf } from './shape.ts';

/** Ingress: a full name for every `spec.rules[].host`. A rule without a host claims nothing. */
export const ingress: Resource = {
  kind: 'Ingress',
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  names(object: Shape): readonly ClaimedName[] {
    // Several rules for one host are common (a rule a path), and an object may hold 30,000 hosts.
    const hosts = new Set<string>();
    for (const rule of listOf(shapeOf(object['spec'])['rules'])) {
      const host = textOf(shapeOf(rule)['host']);
      if (host !== '') hosts.add(host);
    }
    return Array.from(hosts, (name) => ({ name, relative: false }));
  },
};
