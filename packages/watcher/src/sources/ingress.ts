import type { ClaimedName } from './contract.ts';
import { listOf, type Resource, type Shape, shapeOf, textOf } from './resource.ts';

/** Ingress: a full name for every `spec.rules[].host`. A rule without a host claims nothing. */
export const ingress: Resource = {
  kind: 'Ingress',
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  names(object: Shape): readonly ClaimedName[] {
    const names: ClaimedName[] = [];
    for (const rule of listOf(shapeOf(object['spec'])['rules'])) {
      const host = textOf(shapeOf(rule)['host']);
      // Several rules for one host are common (a rule a path); hosts are few, so a scan beats a Set.
      if (host === '' || names.some((claimed) => claimed.name === host)) continue;
      names.push({ name: host, relative: false });
    }
    return names;
  },
};
