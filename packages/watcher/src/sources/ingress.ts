import type { ClaimedName } from './contract.ts';
import { objectFields } from './message-fields.ts';
import type { Resource } from './resource.ts';
import { listOf, type Shape, shapeOf, textOf } from './shape.ts';

/** Ingress: a full name for every `spec.rules[].host`. A rule without a host claims nothing. */
export const ingress: Resource = {
  kind: 'Ingress',
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  fields: objectFields({
    3: { name: 'rules', kind: 'messages', fields: { 1: { name: 'host', kind: 'text' } } },
  }),
  names(object: Shape): readonly ClaimedName[] {
    const rules = listOf(shapeOf(object['spec'])['rules']);
    // Several rules for one host are common (a rule a path), and an object may hold 30,000 hosts. One rule is
    // commoner still, and a set for each costs 2 us: of 100,000 objects a tenth of the time to read them.
    const seen = rules.length > 1 ? new Set<string>() : undefined;
    const names: ClaimedName[] = [];
    for (const rule of rules) {
      const host = textOf(shapeOf(rule)['host']);
      if (host === '' || seen?.has(host)) continue;
      seen?.add(host);
      names.push({ name: host, relative: false });
    }
    return names;
  },
};
